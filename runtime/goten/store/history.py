"""The latest events of a store, in memory: bounded in number and in bytes, and found by type and revision."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple, cast

from goten.storage import Compacted
from goten.store.model import ResourceEvent

_DROPPED_AT_ONCE: Final = 1_024


class Room(NamedTuple):
    """What a history may hold: events, and bytes of the stored resources in them."""

    events: int
    bytes: int

    def takes(self, events: int, size: int) -> bool:
        """The last event is kept in any case."""
        return events <= self.events and (size <= self.bytes or events <= 1)


class TypeHistory:
    """The events of one type, in order."""

    __slots__ = ("_events", "_first", "_revisions")

    def __init__(self) -> None:
        self._events: list[ResourceEvent | None] = []
        self._revisions: list[int] = []
        self._first = 0

    def add(self, event: ResourceEvent) -> None:
        self._events.append(event)
        self._revisions.append(event.revision)

    def after(self, revision: int) -> Sequence[ResourceEvent]:
        """Those whose revision is higher."""
        return cast("Sequence[ResourceEvent]", self._events[bisect_right(self._revisions, revision, self._first) :])

    def drop_first(self) -> None:
        self._events[self._first] = None
        self._first += 1
        if self._first >= _DROPPED_AT_ONCE and self._first * 2 > len(self._events):
            del self._events[: self._first], self._revisions[: self._first]
            self._first = 0


class _Place(NamedTuple):
    revision: int
    time: float
    type: TypeHistory
    size: int


class History:
    """Holds the events of all types together for which there is room: all those after the revision `start`, which is
    also to say all that are later than `time`."""

    def __init__(self, room: Room, start: int, time: float) -> None:
        self._room = room
        self._bytes = 0
        self._places: deque[_Place] = deque()
        self.start = start
        self.time = time
        self.last_time = 0.0

    def add(self, type: TypeHistory, event: ResourceEvent, size: int) -> None:
        """Events come in order, also of their times. `size` is that of what was stored, in bytes."""
        type.add(event)
        self._places.append(_Place(event.revision, event.time, type, size))
        self._bytes += size
        self.last_time = event.time
        while not self._room.takes(len(self._places), self._bytes):
            self._drop_first()

    def after(self, type: TypeHistory, revision: int) -> Sequence[ResourceEvent]:
        """Raises Compacted where not all of them are known any more."""
        if revision < self.start:
            raise Compacted(revision, self.start)
        return type.after(revision)

    def forget(self, revision: int) -> None:
        """Drops the events up to a revision."""
        while self._places and self._places[0].revision <= revision:
            self._drop_first()
        self.start = max(self.start, revision)

    def _drop_first(self) -> None:
        self.start, self.time, type, size = self._places.popleft()
        self._bytes -= size
        type.drop_first()
