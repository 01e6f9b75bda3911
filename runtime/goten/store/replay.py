"""From what was read page by page, at several revisions, and the events around it, to one state with its history."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from goten.storage import Batch, Event
from goten.store.collection import Collection
from goten.store.history import Room
from goten.store.keys import RESOURCES
from goten.store.memory import Memory
from goten.store.model import ResourceEvent

if TYPE_CHECKING:
    from google.protobuf.message import Message

_UNKNOWN_TIME: Final = -1.0


class Replay:
    """Brings a memory that was loaded from pages to one revision.

    The pages were read at revisions from `lowest` to `target`. Events after `since` (at most `lowest`) are to be
    given: those up to `lowest` are history only, those that follow change what a page missed. Events are kept as far as
    there is room.
    """

    def __init__(self, memory: Memory, since: int, lowest: int, target: int, room: Room) -> None:
        self.memory: Final = memory
        self.since = since
        self._lowest = lowest
        self._target = target
        self._room = room
        self._bytes = 0
        self._last: dict[str, Message | None] = {}
        self._events: deque[tuple[Collection, ResourceEvent, int]] = deque()
        memory.revision = since

    @property
    def done(self) -> bool:
        return self.memory.revision >= self._target

    def add(self, batch: Batch) -> None:
        """The batches of a watch that began after `since`."""
        for event in batch.events:
            if not event.key.startswith(RESOURCES):
                if event.revision > self._lowest:
                    self._apply_record(event)
            elif (found := self.memory.find(event.key)) is not None:
                self._add(*found, event)
        self.memory.revision = batch.revision

    def finish(self, now: float) -> None:
        """Hands the events over to the memory's history.

        An event that does not say when it was takes the time of the next one that does: nobody who asks for what
        happened after some moment misses it.
        """
        history = self.memory.history
        times: list[float] = []
        later = now
        for _, event, _ in reversed(self._events):
            later = later if event.time == _UNKNOWN_TIME else min(event.time, now)
            times.append(later)
        times.reverse()
        history.start = self.since
        history.time = (times[0] if times else now) if self.since else 0.0
        for (collection, event, size), time in zip(self._events, times, strict=True):
            history.add(collection.history, event._replace(time=max(time, history.last_time)), size)

    def _apply_record(self, event: Event) -> None:
        item = self.memory.records.values.get(event.key)
        if item is None or item.mod_revision < event.revision:
            self.memory.apply_record(event)

    def _add(self, collection: Collection, name: str, event: Event) -> None:
        entry = collection.entries.values.get(name)
        known = True
        before: Message | None = None
        if event.key in self._last:
            before = self._last[event.key]
        elif entry is not None and entry.mod_revision < event.revision:
            before = entry.message
        else:
            known = event.create_revision == event.revision
        if entry is not None and entry.mod_revision == event.revision:
            after: Message | None = entry.message
        else:
            after = self._decode(collection, event)
        self._last[event.key] = after
        if event.revision > self._lowest and (entry is None or entry.mod_revision < event.revision):
            collection.set(name, after, event.create_revision, event.revision, event.value)
        if known and before is None and after is None:
            return
        time = collection.written_at(before, after)
        told = ResourceEvent(
            event.revision, _UNKNOWN_TIME if time is None else time, name, before, after, before_known=known
        )
        self._keep(collection, told, len(event.value or b""))

    def _keep(self, collection: Collection, event: ResourceEvent, size: int) -> None:
        self._events.append((collection, event, size))
        self._bytes += size
        while not self._room.takes(len(self._events), self._bytes):
            _, dropped, size = self._events.popleft()
            self._bytes -= size
            self.since = dropped.revision

    def _decode(self, collection: Collection, event: Event) -> Message | None:
        return (
            None if event.value is None else self.memory.decoder.decode(collection.descriptor, event.key, event.value)
        )
