"""The resources of one type, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from goten.descriptors import Descriptor
from goten.store.history import TypeHistory
from goten.store.keys import type_prefix
from goten.store.model import Entry
from goten.store.sorted_map import SortedMap

if TYPE_CHECKING:
    from google.protobuf.message import Message


class Collection:
    """What there is of a type, by name, and what happened to it lately."""

    __slots__ = ("descriptor", "entries", "history", "prefix", "type")

    def __init__(self, descriptor: Descriptor[Any, Any]) -> None:
        self.descriptor: Final = descriptor
        self.type: Final = descriptor.type
        self.prefix: Final = type_prefix(descriptor.type)
        self.entries: Final[SortedMap[Entry]] = SortedMap()
        self.history: Final = TypeHistory()

    def set(
        self, name: str, message: Message | None, create_revision: int, mod_revision: int, data: bytes | None
    ) -> None:
        """`data` is the message in bytes; without a message, or without data, there is no resource."""
        if message is None or data is None:
            self.entries.remove(name)
        else:
            self.entries.put(name, Entry(name, message, create_revision, mod_revision, data))

    def written_at(self, before: Message | None, after: Message | None) -> float | None:
        """When the resource was changed, by its own `update_time` (FEED-13); None where it does not say.

        A change that leaves `update_time` alone does not say, and neither does a deletion.
        """
        time = self._update_time(after)
        return None if time is None or time == self._update_time(before) else time

    def _update_time(self, message: Message | None) -> float | None:
        field = self.descriptor.metadata_field
        if message is None or field is None or not message.HasField(field):
            return None
        metadata = getattr(message, field)
        if not metadata.HasField("update_time"):
            return None
        time = metadata.update_time
        seconds: float = time.seconds + time.nanos / 1e9
        return seconds
