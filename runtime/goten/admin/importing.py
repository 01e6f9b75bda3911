"""Taking an archive into an empty store: all of it or nothing, as others see it.

An archive is larger than a transaction may be. A marker, written first and taken away last, says that an import goes
on; while it does, nothing is served. Whoever finds the marker of an import that its process did not live to end takes
away what that wrote: nothing of it stays. Other processes on the same storage know nothing of a pause: while one of
them imports, no other is to run.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import grpc

from goten.admin.checking import ArchiveCheck, BadArchive, Checked, References
from goten.admin.v1.admin_pb2 import ImportRequest, ImportResponse
from goten.descriptors import Descriptor
from goten.refusals import Refused, invalid, precondition
from goten.services import ServiceDescriptor
from goten.store import Store, Transaction

_log = logging.getLogger("goten.admin")

MARKER: Final = "i/import"
_OPERATIONS: Final = 100
_BYTES: Final = 1_000_000
_REASON: Final = "an import is going on; nothing is served before it is done"


class Pausing(Protocol):
    """What stops others from seeing half of an import."""

    async def begin(self, reason: str) -> None: ...

    def end(self) -> None: ...


class Item(NamedTuple):
    """A resource that waits to be written; in binary form, for there may be many."""

    descriptor: Descriptor[Any, Any]
    name: str
    resource: bytes


class Archived(NamedTuple):
    """A checked archive: what is to be written, and the services for which something is still to be done."""

    items: Sequence[Item]
    unsettled: Sequence[str]


class Importer:
    """Imports into one store.

    `needed_by` gives the names of what a resource cannot be without. `is_own` says of a name whether the server made
    that resource by itself: such resources do not count where the store has to be empty, and those of the archive
    replace them. `leave_unsettled` writes down for which services something is still to be done.
    """

    def __init__(
        self,
        store: Store,
        service: ServiceDescriptor,
        *,
        needed_by: References,
        is_own: Callable[[str], bool],
        leave_unsettled: Callable[[Transaction, Sequence[str]], None],
        pause: Pausing | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._service = service
        self._needed_by = needed_by
        self._is_own = is_own
        self._leave_unsettled = leave_unsettled
        self._pause = pause
        self._clock = clock
        self._turn = asyncio.Lock()

    async def run(self, requests: AsyncIterable[ImportRequest]) -> ImportResponse:
        """Receives an archive, then writes it; raises what these do."""
        return await self.write(await self.receive(requests))

    async def receive(self, requests: AsyncIterable[ImportRequest]) -> Archived:
        """Reads and checks all of an archive. Raises Refused (INVALID_ARGUMENT) for what is none."""
        check: ArchiveCheck | None = None
        items: list[Item] = []
        unsettled: Sequence[str] = ()
        try:
            async for request in requests:
                if check is None:
                    check = ArchiveCheck(self._service, request.header, self._needed_by)
                    unsettled = tuple(request.header.unsettled)
                items += [_item(check.add(archived)) for archived in request.resources]
            if check is None:
                raise BadArchive(None, "there is none")
            check.end()
        except BadArchive as bad:
            raise invalid("header" if bad.place is None else "resources", str(bad)) from None
        return Archived(items, unsettled)

    async def write(self, archived: Archived) -> ImportResponse:
        """Writes a checked archive, and returns when all of it is durable. Imports take turns.

        Raises Refused (FAILED_PRECONDITION) where the store is not empty, and what the store raises; nothing of the
        archive stays then.
        """
        async with self._turn:
            if self._pause is not None:
                await self._pause.begin(_REASON)
            try:
                await self._store.transact(self._begin, guarded=True)
                revision = await self._write_all(archived)
            finally:
                # Where even taking it away has failed, nothing is to be served any more.
                if self._pause is not None and self._store.record(MARKER) is None:
                    self._pause.end()
        return ImportResponse(resources=len(archived.items), revision=revision)

    async def _write_all(self, archived: Archived) -> int:
        async def finish(transaction: Transaction) -> None:
            await _finish(transaction)
            if archived.unsettled:
                self._leave_unsettled(transaction, archived.unsettled)

        try:
            for chunk in _chunks(archived.items):
                await self._store.transact(partial(_put, chunk), guarded=True)
            _, revision = await self._store.transact(finish, guarded=True)
        except BaseException:
            await discard_interrupted(self._store, self._service)
            raise
        return revision

    async def _begin(self, transaction: Transaction) -> None:
        if await transaction.get_record(MARKER) is not None:
            raise precondition("IMPORT_UNFINISHED", "the store", "an import into it was begun and did not end")
        for descriptor in self._service.resources:
            for name in self._store.names(descriptor):
                if not self._is_own(name):
                    raise precondition("STORE_NOT_EMPTY", "the store", f"it holds {name}", "import into an empty one")
        transaction.put_record(MARKER, json.dumps({"time": self._clock()}).encode())


async def discard_interrupted(store: Store, service: ServiceDescriptor) -> bool:
    """Takes away what an import wrote that did not come to its end, and its marker; whether there was one.

    Everything goes: the store was empty before, but for what its server makes again by itself.
    """
    if store.record(MARKER) is None:
        return False
    _log.warning("an import was interrupted; what it wrote is taken away")
    names = [(descriptor, name) for descriptor in service.resources for name in store.names(descriptor)]
    for start in range(0, len(names), _OPERATIONS):
        chunk = names[start : start + _OPERATIONS]
        await store.transact(partial(_delete, chunk), guarded=True)
    await store.transact(_finish, guarded=True)
    return True


async def _put(items: Sequence[Item], transaction: Transaction) -> None:
    await _demand_marker(transaction)
    for item in items:
        transaction.put(item.descriptor, item.descriptor.message.FromString(item.resource))


async def _delete(names: Sequence[tuple[Descriptor[Any, Any], str]], transaction: Transaction) -> None:
    await _demand_marker(transaction)
    for descriptor, name in names:
        transaction.delete(descriptor, name)


async def _finish(transaction: Transaction) -> None:
    await _demand_marker(transaction)
    transaction.delete_record(MARKER)


async def _demand_marker(transaction: Transaction) -> None:
    if await transaction.get_record(MARKER) is None:
        raise Refused(grpc.StatusCode.ABORTED, "another process took the import away")


def _item(found: Checked) -> Item:
    return Item(found.descriptor, found.name, found.message.SerializeToString(deterministic=True))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """In parts that fit a transaction."""
    chunk: list[Item] = []
    size = 0
    for item in items:
        cost = len(item.resource) + 4 * len(item.name) + len(item.descriptor.type)
        if chunk and (len(chunk) == _OPERATIONS or size + cost > _BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += cost
    if chunk:
        yield chunk
