"""All that a storage holds, in memory as of one revision, with the latest events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from goten.descriptors import Descriptor
from goten.storage import Batch, Event, KeyValue
from goten.store.collection import Collection
from goten.store.decoding import Decoder, NotStored
from goten.store.history import History
from goten.store.keys import RESOURCES, split_key
from goten.store.model import Applied, ResourceEvent
from goten.store.sorted_map import SortedMap


class Memory:
    """Follows a storage by what it is told of it. All of it is as of `revision`."""

    def __init__(self, decoder: Decoder, history: History) -> None:
        self.revision = 0
        self.history: Final = history
        self.records: Final[SortedMap[KeyValue]] = SortedMap()
        self.decoder: Final = decoder
        self.by_type: Final[Mapping[str, Collection]] = {
            descriptor.type: Collection(descriptor) for descriptor in decoder.descriptors
        }
        self._by_descriptor: Final = {collection.descriptor: collection for collection in self.by_type.values()}

    def of(self, descriptor: Descriptor[Any, Any]) -> Collection:
        """Raises NotStored."""
        try:
            return self._by_descriptor[descriptor]
        except KeyError:
            raise NotStored(descriptor) from None

    def find(self, key: str) -> tuple[Collection, str] | None:
        """The collection and the name that the key of a resource belongs to; None (and a report) for unknown types."""
        type, name = split_key(key)
        collection = self.by_type.get(type)
        if collection is None:
            self.decoder.unknown(key)
            return None
        return collection, name

    def load(self, item: KeyValue) -> None:
        """Takes in what was read from the storage."""
        if not item.key.startswith(RESOURCES):
            self.records.put(item.key, item)
        elif (found := self.find(item.key)) is not None:
            collection, name = found
            message = self.decoder.decode(collection.descriptor, item.key, item.value)
            collection.set(name, message, item.create_revision, item.mod_revision, item.value)

    def apply(self, batch: Batch, now: float) -> Applied:
        """Takes in what follows `revision`. `now`, in seconds since 1970, is when."""
        events: dict[str, list[ResourceEvent]] = {}
        records: list[Event] = []
        for event in batch.events:
            if not event.key.startswith(RESOURCES):
                self.apply_record(event)
                records.append(event)
            elif (found := self.find(event.key)) is not None:
                collection, name = found
                told = self._apply_resource(collection, name, event, now)
                if told is not None:
                    events.setdefault(collection.type, []).append(told)
        self.revision = batch.revision
        return Applied(batch.revision, events, records)

    def apply_record(self, event: Event) -> None:
        if event.value is None:
            self.records.remove(event.key)
        else:
            self.records.put(event.key, KeyValue(event.key, event.value, event.create_revision, event.revision))

    def _apply_resource(self, collection: Collection, name: str, event: Event, now: float) -> ResourceEvent | None:
        """None where it cannot be noticed: nothing readable was there, and nothing readable is."""
        entry = collection.entries.values.get(name)
        before = None if entry is None else entry.message
        after = None if event.value is None else self.decoder.decode(collection.descriptor, event.key, event.value)
        if before is None and after is None:
            return None
        collection.set(name, after, event.create_revision, event.revision, event.value)
        time = collection.written_at(before, after)
        time = now if time is None or time > now else time
        told = ResourceEvent(event.revision, max(time, self.history.last_time), name, before, after, True)
        self.history.add(collection.history, told, len(event.value or b""))
        return told


def difference(old: Memory, new: Memory, now: float) -> Applied:
    """What leads from one state to a later one, where the events in between are not known.

    Revisions are those of the last change; of what is gone, and of records, that of the new state.
    """
    time = max(now, old.history.last_time)
    events: dict[str, list[ResourceEvent]] = {}
    for type, collection in new.by_type.items():
        told = _changes(old.by_type[type], collection, new.revision, time)
        if told:
            events[type] = sorted(told, key=lambda event: event.revision)
    return Applied(new.revision, events, _record_changes(old, new))


def _changes(old: Collection, new: Collection, revision: int, time: float) -> list[ResourceEvent]:
    befores, afters = old.entries.values, new.entries.values
    told = [
        ResourceEvent(revision, time, name, entry.message, None, True)
        for name, entry in befores.items()
        if name not in afters
    ]
    for name, entry in afters.items():
        before = befores.get(name)
        if before is None or before.mod_revision != entry.mod_revision:
            message = None if before is None else before.message
            told.append(ResourceEvent(entry.mod_revision, time, name, message, entry.message, True))
    return told


def _record_changes(old: Memory, new: Memory) -> list[Event]:
    befores, afters = old.records.values, new.records.values
    told = [Event(new.revision, key, None, 0) for key in befores if key not in afters]
    for key, item in afters.items():
        if befores.get(key) != item:
            told.append(Event(item.mod_revision, key, item.value, item.create_revision))
    return sorted(told, key=lambda event: event.revision)
