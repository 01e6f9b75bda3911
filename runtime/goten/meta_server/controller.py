"""The controller of Meta: what writes of Services leave undone, it does before they are acknowledged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import Final

from goten.meta_server.fanout.neighbours import Neighbours
from goten.meta_server.fanout.records import PENDING, Pending, read_record
from goten.meta_server.fanout.syncing import SyncingWriting
from goten.meta_server.fanout.writing import Writing
from goten.server.failures import PartFailed
from goten.storage import Event, StorageUnavailable
from goten.store import Applied, Store
from goten.watch import Clock, LoopClock
from goten.watch.backoff import Backoff, BackoffPolicy

_LOG: Final = logging.getLogger("goten.meta_server")
_SUBJECT: Final = "the controller of Meta"
_BACKOFF: Final = BackoffPolicy(first=0.05, limit=10.0)
_PATIENCE: Final = 5
"""After so many failed rounds in a row, those who wait are told."""


@dataclass(frozen=True, slots=True)
class ControllerStatus:
    """How far it is behind."""

    pending: int
    """So many records wait."""
    oldest_age: float
    """Seconds since the oldest of them was left; 0 where none waits."""
    failures: int
    """So many rounds in a row have failed."""
    last_error: str
    """Why the last round failed; empty where it did not."""


@dataclass(slots=True)
class _Known:
    """A record that is there, and those who wait until it is not."""

    revision: int
    pending: Pending
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Wakes those who wait, although it is there."""
        waited_for, self.gone = self.gone, asyncio.Event()
        waited_for.set()


class ServicesInfoController:
    """Keeps `metadata.services` of Services, Deployments and Resources right, and `metadata.syncing` of all that Meta
    stores (spec/protocol/fanout.md).

    Its owner starts it after the store, and stops it before. It works in rounds: a round takes all records that are
    there, brings all Services that they name up to date, then their followers, and takes the records away. So the
    newest value is written once, however many writes wait for it. The first round looks at all Services (FANOUT-7). A
    round that fails is tried again after a pause; the work is never given up (FANOUT-8).
    """

    def __init__(
        self,
        store: Store,
        neighbours: Neighbours,
        *,
        clock: Clock | None = None,
        now: Callable[[], float] = time.time,
        random: Random | None = None,
        backoff: BackoffPolicy = _BACKOFF,
    ) -> None:
        """`now` is the time in seconds since 1970, `clock` measures pauses."""
        self._store = store
        self._neighbours = neighbours
        self._clock = clock or LoopClock()
        self._now = now
        self._backoff = Backoff(backoff, (random or SystemRandom()).random)
        self._writing = Writing(store, neighbours, now)
        self._syncing = SyncingWriting(store, now)
        self._known: dict[str, _Known] = {}
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._detach: Callable[[], None] | None = None
        self._failures = 0
        self._last_error = ""
        self._failure: PartFailed | None = None
        self._has_failed = asyncio.Event()

    async def start(self) -> None:
        """Begins to work; what an earlier process left is done first."""
        if self._task is not None:
            raise RuntimeError("the controller was started already")
        self._detach = self._store.attach(self._apply)
        for item in self._store.records(PENDING):
            self._learn(item.key, item.value, item.create_revision)
        self._task = asyncio.create_task(self._run(), name="controller of Meta")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Ends the work, which another process goes on with; can be called again. Who waits gets StorageUnavailable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def wait_failed(self) -> PartFailed:
        """Returns when its task has ended by itself, with the reason; not when it is stopped, or a round fails."""
        await self._has_failed.wait()
        assert self._failure is not None
        return self._failure

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _LOG.critical("the controller ended", extra={"event": "controller-ended"}, exc_info=error)
            self._failure = PartFailed(_SUBJECT, error)
            self._has_failed.set()
        if self._detach is not None:
            self._detach()
        known, self._known = self._known, {}
        for record in known.values():
            record.gone.set()

    @property
    def status(self) -> ControllerStatus:
        times = [record.pending.time for record in self._known.values()]
        age = max(0.0, self._now() - min(times)) if times else 0.0
        return ControllerStatus(len(times), age, self._failures, self._last_error)

    async def settled(self, services: Collection[str], revision: int) -> None:
        """Returns when no record of `revision` or before concerns one of `services` (ids) any more (FANOUT-2).

        Memory has to have that revision. Raises StorageUnavailable where the controller does not run, or fails again
        and again (FANOUT-8): what was written is stored, and the rest of it is done once that is possible.
        """
        waited_for = {
            key: record
            for key, record in self._known.items()
            if record.revision <= revision and not record.pending.services.isdisjoint(services)
        }
        for key, record in waited_for.items():
            await record.gone.wait()
            if self._known.get(key) is record:
                raise _unsettled(f"it goes on failing ({self._last_error})")
        if self._task is None or self._task.done():
            raise _unsettled("it does not run")

    def _apply(self, applied: Applied) -> None:
        for event in applied.records:
            if event.key.startswith(PENDING):
                self._apply_record(event)

    def _apply_record(self, event: Event) -> None:
        if event.value is not None:
            self._learn(event.key, event.value, event.create_revision)
        elif (record := self._known.pop(event.key, None)) is not None:
            record.gone.set()

    def _learn(self, key: str, value: bytes, revision: int) -> None:
        try:
            pending = read_record(value)
        except ValueError as error:
            _LOG.error("a pending record is left alone: %s", error, extra={"event": "bad-record", "key": key})
            return
        self._known[key] = _Known(revision, pending)
        self._work.set()

    async def _run(self) -> None:
        everything = True
        while True:
            try:
                await self._round(everything)
            except Exception as error:
                await self._failed(error)
                continue
            everything = False
            self._failures, self._last_error = 0, ""
            self._backoff.reset()
            await self._work.wait()

    async def _round(self, everything: bool) -> None:
        self._work.clear()
        taken: Mapping[str, _Known] = dict(self._known)
        services = {service for record in taken.values() for service in record.pending.services}
        if everything:
            services.update(self._neighbours.all())
        await self._writing.bring_services_up_to_date(services)
        if everything or any(record.pending.syncing for record in taken.values()):
            await self._syncing.bring_up_to_date()
        await self._writing.bring_followers_up_to_date(services, taken)

    async def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._last_error = f"{type(error).__name__}: {error}"
        fields = {"event": "fan-out-failed", "failures": self._failures, "pending": len(self._known)}
        known = isinstance(error, StorageUnavailable)
        _LOG.warning("a fan-out failed and is tried again: %s", error, extra=fields, exc_info=None if known else error)
        if self._failures >= _PATIENCE:
            for record in self._known.values():
                record.wake()
        await self._clock.sleep(self._backoff.next())


def _unsettled(reason: str) -> StorageUnavailable:
    told = f"{reason}; what was written is stored, but not everything that follows from it"
    return StorageUnavailable(_SUBJECT, told, "try again later", uncertain=True)
