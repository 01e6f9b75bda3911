"""All watches of one store: who waits for what, and who is told when."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterator
from typing import Any, Final, TypeAlias

import grpc

from goten.refusals import Refused
from goten.server.failures import PartFailed
from goten.server.watching.groups import Group, Source, Watcher, remind, spread_out, tell
from goten.server.watching.snapshot import PieceCache
from goten.store import Applied, Store
from goten.watch import Clock, LoopClock

BOOKMARK_INTERVAL: Final = 25.0
"""Seconds. Clients leave a stream on which nothing arrived for 90 (WATCH-15)."""
CACHE_BYTES: Final = 16_000_000
"""So much of snapshots that are being sent is kept for others who want the same."""
KEPT_CHANGES: Final = 500

_log = logging.getLogger("goten.server")

Topic: TypeAlias = Hashable
"""What a watch is about: a resource type, or a pair of one and a name."""


class WatchHub:
    """Tells the watchers of a store what happens in it. Start it after the store, and stop it before.

    It owns three tasks, for news, for bookmarks and for the end of the store, however many watch; when one of them
    fails, all watches end, and `wait_failed` tells its owner. What happened is
    worked out once per group, in a turn of the event loop after it was applied, for all that happened until then.
    """

    def __init__(
        self,
        store: Store,
        *,
        bookmark_interval: float = BOOKMARK_INTERVAL,
        clock: Clock | None = None,
        cache_bytes: int = CACHE_BYTES,
        kept_changes: int = KEPT_CHANGES,
    ) -> None:
        """`kept_changes` are kept for each group of watchers that ask for the same, beside the history of the store."""
        self.store: Final = store
        self.cache: Final = PieceCache(cache_bytes)
        self.kept_changes: Final = kept_changes
        self._interval = bookmark_interval
        self._clock = clock or LoopClock()
        self._groups: dict[Topic, dict[Hashable, Group]] = {}
        self._dirty: dict[Topic, None] = {}
        self._alarm = asyncio.Event()
        self._turns = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._detach: Callable[[], None] | None = None
        self._end: str | None = None
        self._failure: PartFailed | None = None
        self._failed = asyncio.Event()
        self._watchers = 0

    @property
    def watchers(self) -> int:
        """How many streams are open."""
        return self._watchers

    async def start(self) -> None:
        self._detach = self.store.attach(self._hear)
        self._tasks = [
            asyncio.create_task(self._run(self._spread_news), name="watch hub: news"),
            asyncio.create_task(self._run(self._remind), name="watch hub: bookmarks"),
            asyncio.create_task(self._run(self._end_with_store), name="watch hub: end of the store"),
        ]

    async def stop(self) -> None:
        """Ends all streams, and returns when nothing of the hub runs any more."""
        self.close()
        if self._detach is not None:
            self._detach()
            self._detach = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def wait_failed(self) -> PartFailed:
        """Returns when one of its tasks has failed, with the reason; not when the store has, or when it is stopped."""
        await self._failed.wait()
        assert self._failure is not None
        return self._failure

    def close(self, reason: str = "the server is going down") -> None:
        """Ends all streams with UNAVAILABLE, those that wait at once and the others after what they are sending, and
        lets no other begin (FEED-18)."""
        if self._end is None:
            self._end = reason
        for watcher in self._all_waiting():
            watcher.end(self._refusal())

    async def catch_up(self) -> None:
        """Returns when the store has all that its storage had acknowledged when this was called (FEED-2).

        Raises StorageUnavailable.
        """
        status = await self.store.storage.status()
        await self.store.reached(status.revision)

    async def take_turn(self) -> None:
        """Returns when it is the caller's turn to work for some milliseconds: one in each turn of the event loop, for
        however many there is work to do, others wait for this server too."""
        async with self._turns:
            await asyncio.sleep(0)

    def check(self) -> None:
        """Raises Refused once the hub is closed."""
        if self._end is not None:
            raise self._refusal()

    def join(self, topic: Topic, key: Hashable, make: Callable[[], Source]) -> tuple[Watcher, Any]:
        """A watcher and the source that it shares with all others of this key; `make` makes it for the first one.

        The caller has it leave in the end.
        """
        self.check()
        group = self._groups.get(topic, {}).get(key)
        if group is None:
            group = Group(make())
            self._groups.setdefault(topic, {})[key] = group
        group.watchers += 1
        self._watchers += 1
        return Watcher(group), group.source

    def leave(self, topic: Topic, key: Hashable) -> None:
        groups = self._groups[topic]
        groups[key].watchers -= 1
        self._watchers -= 1
        if not groups[key].watchers:
            del groups[key]
        if not groups:
            del self._groups[topic]

    def _hear(self, applied: Applied) -> None:
        """Called with everything that the store applied: it only takes note."""
        for type_, events in applied.events.items():
            for group in self._groups.get(type_, {}).values() if events else ():
                group.source.hear(events[0].revision, events[-1].revision)
            for topic in (type_, *((type_, event.name) for event in events)):
                if topic in self._groups:
                    self._dirty[topic] = None
        if self._dirty:
            self._alarm.set()

    async def _spread_news(self) -> None:
        while True:
            await self._alarm.wait()
            self._alarm.clear()
            dirty, self._dirty = self._dirty, {}
            await spread_out(tell, [group for topic in dirty for group in self._groups.get(topic, {}).values()])

    async def _remind(self) -> None:
        """Has everyone who waits send a bookmark."""
        while True:
            await self._clock.sleep(self._interval)
            self.cache.clear()
            await spread_out(remind, list(self._all_groups()))

    async def _end_with_store(self) -> None:
        self.close(str(await self.store.wait_failed()))

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            _log.exception("watches ended: the hub failed", extra={"event": "watch-hub-failed"})
            self.close("watching failed; the log of the server has the reason")
            self._failure = PartFailed("watching", error)
            self._failed.set()

    def _all_waiting(self) -> list[Watcher]:
        return [watcher for group in self._all_groups() for watcher in group.waiting]

    def _all_groups(self) -> Iterator[Group]:
        for groups in self._groups.values():
            yield from groups.values()

    def _refusal(self) -> Refused:
        return Refused(grpc.StatusCode.UNAVAILABLE, self._end or "")
