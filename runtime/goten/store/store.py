"""Resources of several types over one storage: read from memory, written in transactions, and followed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from random import Random, SystemRandom
from typing import Any, Final, TypeVar

from goten.descriptors import Descriptor
from goten.storage import KeyValue, Storage, StorageUnavailable
from goten.store.compaction import Compaction
from goten.store.decoding import Decoder
from goten.store.epochs import Epochs, begin_epoch
from goten.store.following import Following
from goten.store.history import Room
from goten.store.keys import EPOCHS, STORE_ID
from goten.store.memory import Memory
from goten.store.model import Applied, Entry, Listener, ResourceEvent
from goten.store.transacting import Transacting
from goten.store.transaction import Transaction
from goten.store.waiting import Waiting
from goten.watch import Clock, LoopClock

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_SUBJECT: Final = "the store"


class Store:
    """Typed resources of one storage, which its owner starts before the store and stops after it.

    Memory holds all resources, as of `revision`, and the last `history` events, fewer where what they stored has more
    than `history_bytes`. The storage keeps the changes of the last `retention` revisions (None: of all). `id` is that
    of what the storage holds, since it was new; copies of the storage have the same. `now` is the time in seconds since
    1970, `clock` measures pauses.

    Where the storage stops telling of changes, the store has failed: from then on everything raises
    StorageUnavailable with the reason, as it does before `start` and after `stop`.
    """

    def __init__(
        self,
        storage: Storage,
        descriptors: Iterable[Descriptor[Any, Any]],
        *,
        history: int = 10_000,
        history_bytes: int = 256_000_000,
        retention: int | None = 100_000,
        clock: Clock | None = None,
        now: Callable[[], float] = time.time,
        random: Random | None = None,
    ) -> None:
        """Raises ValueError where two descriptors have the same type."""
        self.storage: Final = storage
        self.id = ""
        self._random = random or SystemRandom()
        clock = clock or LoopClock()
        self._following = Following(
            storage,
            Decoder(descriptors),
            history=Room(history, history_bytes),
            clock=clock,
            now=now,
            loaded=self._on_loaded,
            told=self._on_told,
        )
        self._compaction = Compaction(storage, retention, self._forget)
        self._transacting = Transacting(self._begin, clock, self._random)
        self._memory = self._following.memory
        self._listeners: tuple[Listener, ...] = ()
        self._waiting = Waiting()
        self._epochs = Epochs(())
        self._tasks: list[asyncio.Task[None]] = []
        self._ready: asyncio.Future[None] | None = None
        self._failure: StorageUnavailable | None = StorageUnavailable(_SUBJECT, "not started", "start it first")
        self._failed = asyncio.Event()

    async def start(self) -> None:
        """Begins an epoch, loads everything, and follows from there; can be called once. Raises StorageUnavailable."""
        if self._ready is not None:
            raise RuntimeError("a store is started once: make another one")
        ready = self._ready = asyncio.get_running_loop().create_future()
        try:
            await begin_epoch(self.storage, self._random)
            self._tasks = [
                asyncio.create_task(self._supervise(self._following.run()), name="store tail"),
                asyncio.create_task(self._supervise(self._compaction.run()), name="store compaction"),
            ]
            await ready
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ends the tasks and joins them; can be called again. Transactions that are under way fail."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failure is None:
            self._failure = StorageUnavailable(_SUBJECT, "stopped", "make another one")
            self._waiting.fail(self._failure)

    async def wait_failed(self) -> StorageUnavailable:
        """Returns when the store fails of its own accord, with the reason; not when it is stopped."""
        await self._failed.wait()
        assert self._failure is not None
        return self._failure

    @property
    def revision(self) -> int:
        """Memory is as of this revision."""
        return self._memory.revision

    @property
    def history_start(self) -> int:
        """All events after this revision are in memory."""
        return self._memory.history.start

    @property
    def history_time(self) -> float:
        """All events that are later than this, in seconds since 1970, are in memory."""
        return self._memory.history.time

    def get(self, descriptor: Descriptor[Any, Any], name: str) -> Entry | None:
        """The resource in memory. Raises NotStored."""
        return self._read().of(descriptor).entries.values.get(name)

    def entries(self, descriptor: Descriptor[Any, Any], prefix: str = "") -> Sequence[Entry]:
        """The resources whose names begin with `prefix`, in order of names. Raises NotStored."""
        return self._read().of(descriptor).entries.under(prefix)

    def names(self, descriptor: Descriptor[Any, Any]) -> Sequence[str]:
        """All names of a type, in order. They change with the store: not to be kept over `await`. Raises NotStored."""
        return self._read().of(descriptor).entries.keys

    def count(self, descriptor: Descriptor[Any, Any], prefix: str = "") -> int:
        """How many resources have names that begin with `prefix`. Raises NotStored."""
        first, end = self._read().of(descriptor).entries.bounds(prefix)
        return end - first

    def events_after(self, descriptor: Descriptor[Any, Any], revision: int) -> Sequence[ResourceEvent]:
        """The events of a type after a revision, in order. Raises NotStored, and Compacted before `history_start`."""
        memory = self._read()
        return memory.history.after(memory.of(descriptor).history, revision)

    def record(self, key: str) -> KeyValue | None:
        """What memory has under a key that is no resource's (`i/...`)."""
        return self._read().records.values.get(key)

    def records(self, prefix: str) -> list[KeyValue]:
        """All of them that begin with `prefix`, in order of keys."""
        return self._read().records.under(prefix)

    def epoch_at(self, revision: int) -> str:
        """The epoch in force at a revision; empty where that is not known any more."""
        self._read()
        return self._epochs.at(revision)

    def accepts(self, epoch: str, revision: int) -> bool:
        """Whether `epoch` is the one in force at `revision`, which is not yet to come."""
        return revision <= self.revision and epoch != "" and self.epoch_at(revision) == epoch

    def attach(self, listener: Listener) -> Callable[[], None]:
        """Has `listener` called with every change, on the event loop, until what this returns is called.

        Memory has the change by then, and whoever made it has not been answered. It must be quick. If it raises, the
        store has failed: it never goes on with some who missed a change.
        """

        def attached(applied: Applied) -> None:
            listener(applied)

        def detach() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not attached)

        self._listeners = (*self._listeners, attached)
        return detach

    async def reached(self, revision: int) -> None:
        """Returns once memory has that revision. Raises StorageUnavailable if it never will."""
        if self._read().revision < revision:
            await self._waiting.until(revision)

    async def transact(self, body: Callable[[Transaction], Awaitable[T]], *, guarded: bool = False) -> tuple[T, int]:
        """What `body` returns, once all that it wrote in its transaction is durable and in memory; and the revision.

        Where nothing was written, the revision is one at which all that was read was so. `body` is called again, with
        a new transaction, where what it read was changed meanwhile. Guarded transactions take turns, and fail where
        another one, of any process, came between: rules over several resources stay true if all writes that they
        depend on are guarded. In `body` no other transaction may be awaited.

        Raises what `body` raises (nothing is written then; only if all that it read was there at the same time, else
        it is tried again), Refused (ABORTED) where others were always quicker, TransactionTooLarge, and
        StorageUnavailable.
        """
        result, revision = await self._transacting.run(body, guarded)
        if self._memory.revision < revision or self._failure is not None:
            await self._written(revision)
        return result, revision

    async def compact(self, revision: int) -> None:
        """Forgets what was changed up to a revision, at most the present one: in the storage, and in memory."""
        await self._compaction.compact(min(revision, self._read().revision))

    def _read(self) -> Memory:
        if self._failure is not None:
            failure = self._failure
            raise StorageUnavailable(failure.subject, failure.reason, failure.hint) from failure
        return self._memory

    def _begin(self, hopeful: bool) -> Transaction:
        return Transaction(self.storage, self._read(), hopeful=hopeful)

    async def _written(self, revision: int) -> None:
        """Waits for what was committed. If it cannot be seen here any more, that says so: it may have been done."""
        try:
            await self.reached(revision)
        except StorageUnavailable as error:
            raise StorageUnavailable(error.subject, error.reason, error.hint, uncertain=True) from error

    def _forget(self, revision: int) -> None:
        self._memory.history.forget(revision)

    def _on_loaded(self) -> None:
        self._memory = self._following.memory
        self._failure = None
        self._read_epochs()
        self.id = self._memory.records.values[STORE_ID].value.decode()
        self._compaction.advanced(self._memory.revision)
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _on_told(self, applied: Applied) -> None:
        self._memory = self._following.memory
        if any(event.key.startswith(EPOCHS) for event in applied.records):
            self._read_epochs()
        self._compaction.advanced(applied.revision)
        for listener in self._listeners:
            listener(applied)
        self._waiting.advance(applied.revision)

    def _read_epochs(self) -> None:
        self._epochs = Epochs(self._memory.records.under(EPOCHS))

    async def _supervise(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except StorageUnavailable as error:
            self._fail(error)
        except Exception as error:
            reason = f"failed ({type(error).__name__})"
            self._fail(StorageUnavailable(_SUBJECT, reason, "see the log, and start again"), error)

    def _fail(self, failure: StorageUnavailable, cause: Exception | None = None) -> None:
        _LOG.error("the store failed", extra={"event": "store-failed", "error": str(failure)}, exc_info=cause)
        failure.__cause__ = cause
        self._failure = failure
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(failure)
        self._failed.set()
        self._waiting.fail(failure)
