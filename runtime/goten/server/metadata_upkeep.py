"""What a server keeps of a resource's metadata, whatever the writer says (METHOD-9, METHOD-10)."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from goten.descriptors import Descriptor, MessageT, NameT
from goten.store_middleware import SaveContext

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.types.meta_pb2 import Meta

RandomBytes = Callable[[int], bytes]

_TEXTS: Final = ("uuid", "generation", "resource_version")
_MESSAGES: Final = ("create_time", "update_time", "delete_time")


def keep_output_only(descriptor: Descriptor[MessageT, Any], new: MessageT, old: MessageT | None) -> None:
    """Makes `new`, which a request brought, agree with `old` in what only the server sets (METHOD-9).

    These are uuid, times, generation, resource version and syncing; empty where there is no `old`.
    """
    before = None if old is None else descriptor.metadata_of(old)
    meta = descriptor.metadata_of(new)
    if before is not None and meta is None:
        meta = descriptor.ensure_metadata(new)
    if meta is not None:
        _keep(meta, before, (*_MESSAGES, "syncing"))


def stamp(
    descriptor: Descriptor[MessageT, Any],
    old: MessageT | None,
    new: MessageT,
    time: datetime,
    random_bytes: RandomBytes = os.urandom,
) -> None:
    """Sets in `new` what a write changes: uuid, times, generation and resource version (METHOD-10).

    They are those of `old` if nothing else changed. Does nothing for a type without metadata.
    """
    if descriptor.metadata_field is None:
        return
    meta = descriptor.ensure_metadata(new)
    before = None if old is None else descriptor.metadata_of(old)
    _keep(meta, before, _MESSAGES)
    if old is not None and new == old and before is not None and before.uuid:
        return
    meta.uuid = meta.uuid or _random_uuid(random_bytes)
    meta.resource_version = random_bytes(8).hex()
    # What Timestamp.FromDatetime does, in a tenth of its time.
    meta.update_time.seconds = int(time.timestamp() // 1)
    meta.update_time.nanos = time.microsecond * 1000
    if not meta.HasField("create_time"):
        meta.create_time.CopyFrom(meta.update_time)
    if old is None or _outside(old, descriptor.metadata_field) != _outside(new, descriptor.metadata_field):
        meta.generation += 1


class MetadataUpkeep:
    """StoreMiddleware that stamps what is written. It belongs behind all that change anything."""

    def __init__(self, random_bytes: RandomBytes = os.urandom) -> None:
        self._random_bytes = random_bytes

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is not None:
            stamp(descriptor, old, new, context.time, self._random_bytes)
        return new


def _keep(meta: Meta, before: Meta | None, messages: tuple[str, ...]) -> None:
    for field in _TEXTS:
        if before is None:
            meta.ClearField(field)
        else:
            setattr(meta, field, getattr(before, field))
    for field in messages:
        if before is not None and before.HasField(field):
            getattr(meta, field).CopyFrom(getattr(before, field))
        else:
            meta.ClearField(field)


def _random_uuid(random_bytes: RandomBytes) -> str:
    """A UUID of version 4; the module `uuid` takes four times as long."""
    text = random_bytes(16).hex()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def _outside(message: Message, metadata_field: str) -> list[tuple[Any, Any]]:
    """What is set in a message besides the metadata."""
    return [(field.number, value) for field, value in message.ListFields() if field.name != metadata_field]
