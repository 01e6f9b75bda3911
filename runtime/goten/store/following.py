"""Keeping memory in step with the storage: the first load, what follows, and a new load where the tail was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from goten.storage import Batch, Compacted, Storage, StorageUnavailable
from goten.store.decoding import Decoder
from goten.store.history import History, Room
from goten.store.memory import Memory, difference
from goten.store.model import Applied
from goten.store.replay import Replay
from goten.watch import Clock

_PAGE: Final = 5_000
_MAX_LOADS: Final = 20
_PAUSE: Final = 0.05


class Following:
    """Follows a storage. `told` is called with each change of memory, the first load excepted: that calls `loaded`."""

    def __init__(
        self,
        storage: Storage,
        decoder: Decoder,
        *,
        history: Room,
        clock: Clock,
        now: Callable[[], float],
        loaded: Callable[[], None],
        told: Callable[[Applied], None],
    ) -> None:
        self._storage = storage
        self._decoder = decoder
        self._room = history
        self._clock = clock
        self._now = now
        self._loaded = loaded
        self._told = told
        self._replay: Replay | None = None
        self._loads = 0
        self._has_loaded = False
        self.memory = self._empty_memory()

    async def run(self) -> None:
        """Never returns. Raises StorageUnavailable, and what `loaded` and `told` raise."""
        while True:
            await self._load()
            since = self.memory.revision if self._replay is None else self._replay.since
            try:
                await self._storage.watch(since, self._deliver)
            except Compacted as error:
                if self._loads >= _MAX_LOADS:
                    reason = f"changes are forgotten faster than they can be read ({error})"
                    raise StorageUnavailable("the store", reason, "compact less often, or less") from error
                await self._clock.sleep(_PAUSE * self._loads)
            else:
                raise StorageUnavailable("the store", "the storage stopped telling of changes", "start again")

    def _empty_memory(self) -> Memory:
        return Memory(self._decoder, History(self._room, 0, 0.0))

    async def _load(self) -> None:
        """Reads all there is, page by page. Changes after the lowest revision of the pages are still to come."""
        self._replay = None
        status = await self._storage.status()
        memory = self._empty_memory()
        revisions: list[int] = []
        last = ""
        while True:
            page = await self._storage.range("", after=last, limit=_PAGE)
            revisions.append(page.revision)
            for item in page.items:
                memory.load(item)
            if not page.more:
                break
            last = page.items[-1].key
        lowest, target = min(revisions), max(revisions)
        # History before the start is had once: where even that is being forgotten, the state alone will do.
        reach = 0 if self._has_loaded or self._loads else self._room.events
        since = min(lowest, max(status.compacted, lowest - reach))
        self._loads += 1
        self._replay = Replay(memory, since, lowest, target, self._room)
        if self._replay.done:
            self._install(self._replay)

    def _deliver(self, batch: Batch) -> None:
        if self._replay is None:
            applied = self.memory.apply(batch, self._now())
            self._loads = 0
            self._told(applied)
            return
        self._replay.add(batch)
        if self._replay.done:
            self._install(self._replay)

    def _install(self, replay: Replay) -> None:
        self._replay = None
        old, new = self.memory, replay.memory
        now = self._now()
        if not self._has_loaded:
            replay.finish(now)
            self.memory = new
            self._has_loaded = True
            self._loaded()
            return
        if new.revision < old.revision:
            reason = f"the storage was at revision {old.revision}, and is at {new.revision} now"
            raise StorageUnavailable("the store", reason, "start again, which begins another history")
        if new.revision == old.revision:
            return
        new.history.start = new.revision
        new.history.time = new.history.last_time = max(now, old.history.last_time)
        self.memory = new
        self._told(difference(old, new, now))
