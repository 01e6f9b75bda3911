"""Everything that a store holds, as it is at one revision."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from goten.admin.checking import FORMAT, References
from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader, ExportResponse
from goten.descriptors import Descriptor
from goten.services import ServiceDescriptor
from goten.store import Entry, Store

CHUNK_BYTES: Final = 256 * 1024
"""A message of an export or an import is sent when it has so many bytes of resources."""
_BETWEEN_TURNS: Final = 1000

_Held: TypeAlias = tuple[Descriptor[Any, Any], Entry]


async def export(
    store: Store,
    service: ServiceDescriptor,
    needed_by: References,
    unsettled: Callable[[Store], Iterable[str]],
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[ExportResponse]:
    """The header, then all resources of a service's types in chunks, by type and name.

    What lacks something that it cannot be without, such as its parent, is left out: it is about to go. `unsettled`
    reads from the store for which services something is still to be done. Takes hold of all messages at once, which
    are never changed; each is looked at when its turn comes.
    """
    types = sorted(service.resources, key=lambda descriptor: descriptor.type)
    held = [(descriptor, entry) for descriptor in types for entry in store.entries(descriptor)]
    header = ArchiveHeader(
        format=FORMAT,
        service=service.domain,
        version=service.version,
        store_id=store.id,
        revision=store.revision,
        unsettled=unsettled(store),
    )
    header.time.FromNanoseconds(int(clock() * 1e9))
    held = await _whole(held, needed_by)
    header.resources = len(held)
    response = ExportResponse(header=header)
    size = 0
    for descriptor, entry in held:
        resource = entry.message.SerializeToString(deterministic=True)
        response.resources.append(ArchivedResource(type=descriptor.type, resource=resource))
        size += len(resource)
        if size >= CHUNK_BYTES:
            yield response
            response, size = ExportResponse(), 0
    yield response


async def _whole(held: Sequence[_Held], needed_by: References) -> list[_Held]:
    names = {entry.name for _, entry in held}
    whole = []
    for count, (descriptor, entry) in enumerate(held):
        if count % _BETWEEN_TURNS == 0:
            await asyncio.sleep(0)
        if all(name in names for name in needed_by(descriptor, entry.message)):
            whole.append((descriptor, entry))
    return whole
