"""A storage in memory, for tests and demonstrations. It lasts as long as the object."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from typing import Final

from goten.storage.errors import Compacted, StorageUnavailable
from goten.storage.interface import Batch, Change, Compare, Event, KeyValue, Range, Status
from goten.storage.keys import end_of_prefix, first_of_range
from goten.storage.transactions import ABSENT, check_transaction, evaluate
from goten.storage.watchers import Watchers

_CHUNK: Final = 1000


class MemoryStorage:
    """A Storage. What it holds is there again after `stop` and another `start`."""

    def __init__(self) -> None:
        self._open = False
        self._items: dict[str, KeyValue] = {}
        self._keys: list[str] = []
        self._log: list[Event] = []
        self._compacted = 0
        self._watchers = Watchers()

    async def start(self) -> None:
        self._open = True

    async def stop(self) -> None:
        self._open = False
        self._watchers.end(_not_open())

    async def status(self) -> Status:
        self._check_open()
        return Status(self._watchers.revision, self._compacted)

    async def get(self, key: str) -> KeyValue | None:
        self._check_open()
        return self._items.get(key)

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        self._check_open()
        keys = self._keys
        start = bisect_left(keys, first_of_range(prefix, after))
        beyond = end_of_prefix(prefix)
        end = max(start, len(keys) if beyond is None else bisect_left(keys, beyond))
        stop = min(end, start + limit) if limit else end
        items = [self._items[key] for key in keys[start:stop]]
        return Range(self._watchers.revision, items, stop < end)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        self._check_open()
        check_transaction(compares, changes)
        events = evaluate(compares, changes, self._revisions, self._watchers.revision + 1)
        if events is None:
            return None
        if events:
            for event in events:
                self._apply(event)
            self._log += events
            self._watchers.deliver(Batch(events[0].revision, events))
            return events[0].revision
        return self._watchers.revision

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        self._check_open()
        if after < self._compacted:
            raise Compacted(after, self._compacted)
        await self._watchers.follow(after, self._read_log, deliver)

    async def compact(self, revision: int) -> None:
        self._check_open()
        self._compacted = max(self._compacted, min(revision, self._watchers.revision))
        del self._log[: self._log_index(self._compacted)]

    def _read_log(self, after: int) -> Batch:
        self._check_open()
        if after < self._compacted:
            raise Compacted(after, self._compacted)
        start = self._log_index(after)
        last = self._log[min(start + _CHUNK, len(self._log)) - 1].revision
        return Batch(last, self._log[start : self._log_index(last)])

    def _log_index(self, revision: int) -> int:
        """Where the events after a revision begin."""
        return bisect_right(self._log, revision, key=lambda event: event.revision)

    def _revisions(self, key: str) -> tuple[int, int]:
        item = self._items.get(key)
        return (item.create_revision, item.mod_revision) if item else ABSENT

    def _apply(self, event: Event) -> None:
        key = event.key
        if event.value is None:
            del self._items[key]
            del self._keys[bisect_left(self._keys, key)]
            return
        if key not in self._items:
            insort(self._keys, key)
        self._items[key] = KeyValue(key, event.value, event.create_revision, event.revision)

    def _check_open(self) -> None:
        if not self._open:
            raise _not_open()


def _not_open() -> StorageUnavailable:
    return StorageUnavailable("the storage in memory", "it is not open", "it serves between start and stop")
