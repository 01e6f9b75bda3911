"""A transaction over resources: reads that count, writes that are seen by it at once, and one commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from grpc import StatusCode

from goten.descriptors import Descriptor, MessageT
from goten.refusals import Refused
from goten.storage import MAX_OPERATIONS, Change, Compare, Delete, KeyValue, Put, Storage
from goten.store.collection import Collection
from goten.store.keys import GUARD, INTERNAL
from goten.store.memory import Memory

if TYPE_CHECKING:
    from google.protobuf.message import Message

_Items: TypeAlias = list[KeyValue]

MAX_LISTED: Final = 64
"""So many resources that were only listed, not got, are compared at the commit; lists that do not fit are not."""


class Transaction:
    """One attempt to read and write; `Store.transact` makes it, and commits it. To be used until its body returns.

    What is read comes from the storage as it is now, and once read stays the same for this transaction. The commit
    fails where any of it was changed meanwhile. With `hopeful`, resources that are got come from memory, which is much
    faster and nearly always the same; the commit, or `holds`, finds out. Messages that come out are shared: copy before
    you change. Those that go in belong to the store from then on.
    """

    __slots__ = ("_hopeful", "_listed", "_lists", "_memory", "_reads", "_storage", "_unproven", "_writes")

    def __init__(self, storage: Storage, memory: Memory, *, hopeful: bool = False) -> None:
        self._storage = storage
        self._memory = memory
        self._hopeful = hopeful
        self._unproven = False
        self._reads: dict[str, KeyValue | None] = {}
        self._lists: list[_Items] = []
        self._listed: dict[str, KeyValue] = {}
        self._writes: dict[str, Message | bytes | None] = {}

    async def get(self, descriptor: Descriptor[MessageT, Any], name: str) -> MessageT | None:
        """The resource as this transaction leaves it so far; None where there is none.

        Raises NotStored, and Refused (DATA_LOSS) where what is stored cannot be read.
        """
        collection = self._memory.of(descriptor)
        key = collection.prefix + name
        if key in self._writes:
            return cast("MessageT | None", self._writes[key])
        item = self._recall(collection, name, key) if self._hopeful else await self._read(key)
        if item is None:
            return None
        message = self._message(collection, name, item)
        if message is None:
            raise Refused(StatusCode.DATA_LOSS, f"{name} is stored, but cannot be read as {descriptor}")
        return cast("MessageT", message)

    async def list(self, descriptor: Descriptor[MessageT, Any], prefix: str = "") -> list[MessageT]:
        """All resources of a type whose names begin with `prefix`, in order of names, as this transaction leaves them.

        Where they are few (MAX_LISTED), the commit fails when one of them was changed. What is created there meanwhile
        does not make it fail; guarded transactions take turns instead. What cannot be read is left out. Raises
        NotStored.
        """
        collection = self._memory.of(descriptor)
        under = collection.prefix + prefix
        items = list((await self._storage.range(under)).items)
        self._record_list(items)
        cut = len(collection.prefix)
        found = {item.key: self._message(collection, item.key[cut:], item) for item in items}
        written = {key: value for key, value in self._writes.items() if key.startswith(under)}
        if written:
            found = dict(sorted((found | cast("dict[str, Message | None]", written)).items()))
        return [cast("MessageT", message) for message in found.values() if message is not None]

    def put(self, descriptor: Descriptor[MessageT, Any], message: MessageT) -> None:
        """Creates the resource or replaces it. Raises NotStored, and ValueError for a message without a name."""
        name = getattr(message, descriptor.name_field)
        if not name:
            raise ValueError(f"a {descriptor} without a name cannot be stored")
        self._writes[self._memory.of(descriptor).prefix + name] = message

    def delete(self, descriptor: Descriptor[MessageT, Any], name: str) -> None:
        """Deletes the resource, if it is there. Raises NotStored."""
        self._writes[self._memory.of(descriptor).prefix + name] = None

    async def get_record(self, key: str) -> bytes | None:
        """What this transaction leaves so far under a key that is no resource's (`i/...`)."""
        if key in self._writes:
            return cast("bytes | None", self._writes[key])
        item = await self._read(key)
        return None if item is None else item.value

    def put_record(self, key: str, value: bytes) -> None:
        """Raises ValueError for a key that does not begin with `i/`."""
        self._writes[_internal(key)] = value

    def delete_record(self, key: str) -> None:
        """Raises as `put_record` does."""
        self._writes[_internal(key)] = None

    def revision_of(self, descriptor: Descriptor[Any, Any], name: str) -> int:
        """When the resource, as this transaction read it, was changed last; 0 where there was none.

        Raises LookupError for one that it did not read.
        """
        key = self._memory.of(descriptor).prefix + name
        item = self._reads[key] if key in self._reads else self._listed[key]
        return _revision(item)

    async def commit(self, guarded: bool) -> int | None:
        """The revision at which it holds; None where it does not. Raises StorageUnavailable, TransactionTooLarge.

        `guarded`: what it writes changes the guard as well.
        """
        if guarded and self._writes:
            self._writes[GUARD] = b"1"
        changes = [_change(key, value) for key, value in self._writes.items()]
        if not changes and not guarded and not self._worth_checking():
            return self._read_at() if await self.holds() else None
        return await self._storage.commit(self._compares(), changes)

    async def holds(self) -> bool:
        """Whether all that it read is there now, at the same time. Raises StorageUnavailable."""
        if self._worth_checking():
            return await self._storage.commit(self._compares(), ()) is not None
        return not self._unproven or (len(self._reads) == 1 and await self._is_as_recalled(*self._reads))

    def _worth_checking(self) -> bool:
        """A single read is of one moment; and of more than can be compared nothing can be said."""
        return len(self._reads) + len(self._listed) > 1 and len(self._reads) <= MAX_OPERATIONS

    async def _is_as_recalled(self, key: str) -> bool:
        recalled, stored = self._reads[key], await self._storage.get(key)
        return _revision(recalled) == _revision(stored)

    def _recall(self, collection: Collection, name: str, key: str) -> KeyValue | None:
        if key in self._reads:
            return self._reads[key]
        item = self._listed.get(key)
        if item is None:
            entry = collection.entries.values.get(name)
            item = None if entry is None else KeyValue(key, entry.data, entry.create_revision, entry.mod_revision)
            self._unproven = True
        self._reads[key] = item
        return item

    async def _read(self, key: str) -> KeyValue | None:
        if key in self._reads:
            return self._reads[key]
        item = self._listed[key] if key in self._listed else await self._storage.get(key)
        return self._reads.setdefault(key, item)

    def _record_list(self, items: _Items) -> None:
        """What was read before stays as it was then."""
        for place, item in enumerate(items):
            known = self._reads.get(item.key) or self._listed.setdefault(item.key, item)
            items[place] = known
        self._lists.append(items)

    def _message(self, collection: Collection, name: str, item: KeyValue) -> Message | None:
        """The message that memory has, where that is of the same revision."""
        entry = collection.entries.values.get(name)
        if entry is not None and entry.mod_revision == item.mod_revision:
            return entry.message
        return self._memory.decoder.decode(collection.descriptor, item.key, item.value)

    def _compares(self) -> Sequence[Compare]:
        compares = {key: _revision(item) for key, item in self._reads.items()}
        room = min(MAX_LISTED, MAX_OPERATIONS - len(compares))
        for items in self._lists:
            added = {item.key: item.mod_revision for item in items if item.key not in compares}
            if len(added) <= room:
                compares |= added
                room -= len(added)
        return [Compare(key, revision) for key, revision in compares.items()]

    def _read_at(self) -> int:
        """A revision that is not before any of what was read."""
        revisions = [item.mod_revision for item in (*self._reads.values(), *self._listed.values()) if item is not None]
        return max(self._memory.revision, *revisions, 0)


def _revision(item: KeyValue | None) -> int:
    """When it was changed last, as a comparison has it."""
    return 0 if item is None else item.mod_revision


def _change(key: str, value: Message | bytes | None) -> Change:
    if value is None:
        return Delete(key)
    return Put(key, value if isinstance(value, bytes) else value.SerializeToString(deterministic=True))


def _internal(key: str) -> str:
    if not key.startswith(INTERNAL):
        raise ValueError(f"{key!r} is no key of a record: it has to begin with {INTERNAL!r}")
    return key
