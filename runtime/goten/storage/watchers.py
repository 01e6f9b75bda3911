"""Those that follow a storage live, and the hand-over from its log to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from goten.storage.errors import StorageError
from goten.storage.interface import Batch


class Watchers:
    """Who is told of transactions as they become durable. All of it happens on one event loop.

    `revision` is that of the last transaction that live watchers were told of. Whoever has read the log up to there,
    and joins before the loop turns to anything else, misses nothing and gets nothing twice.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._live: set[_Watcher] = set()

    def deliver(self, batch: Batch) -> None:
        """Tells all. What one of them raises ends its watch, and is nobody else's matter."""
        self.revision = batch.revision
        for watcher in tuple(self._live):
            try:
                watcher.tell(batch)
            except Exception as error:
                self._end(watcher, error)

    async def follow(self, after: int, read: Callable[[int], Batch], deliver: Callable[[Batch], None]) -> None:
        """Delivers changes after a revision until cancelled: from the log by `read`, then live (STORAGE-7).

        `read` gives some of the transactions after a revision, at most up to `revision`, or raises Compacted. Between
        two calls others have their turn.
        """
        while after < self.revision:
            batch = read(after)
            deliver(batch)
            after = batch.revision
            await asyncio.sleep(0)
        watcher = _Watcher(after, deliver)
        self._live.add(watcher)
        try:
            await watcher.ended
        finally:
            self._live.discard(watcher)
            watcher.close()

    def end(self, error: StorageError) -> None:
        """Ends all live watches with this error."""
        for watcher in tuple(self._live):
            self._end(watcher, error)

    def _end(self, watcher: _Watcher, error: Exception) -> None:
        self._live.discard(watcher)
        if not watcher.ended.done():
            watcher.ended.set_exception(error)


class _Watcher:
    """One of them. `ended` gets the error that ends the watch."""

    __slots__ = ("_after", "_deliver", "ended")

    def __init__(self, after: int, deliver: Callable[[Batch], None]) -> None:
        self._after = after
        self._deliver = deliver
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        """An error that came too late for a watch that was cancelled is nobody's."""
        if self.ended.done() and not self.ended.cancelled():
            self.ended.exception()

    def tell(self, batch: Batch) -> None:
        if batch.revision <= self._after or self.ended.done():
            return
        if batch.events[0].revision <= self._after:
            # It asked for what comes after a revision that was yet to come.
            batch = Batch(batch.revision, [event for event in batch.events if event.revision > self._after])
        self._after = batch.revision
        self._deliver(batch)
