"""The transactions of a fan-out (FANOUT-3 to FANOUT-6). They pass no rule and no PolicyGuard."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.meta.v1.descriptors import DEPLOYMENT, RESOURCE, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.chunks import Chunk, Write, chunked
from goten.meta_server.fanout.neighbours import Neighbours, facts_of, service_text
from goten.server.metadata_upkeep import stamp
from goten.store import Store, Transaction
from goten.types.meta_pb2 import Meta, ServicesInfo

_FOLLOWING: Final[tuple[tuple[Descriptor[Any, Any], str], ...]] = (
    (DEPLOYMENT, "deployments/"),
    (RESOURCE, "resources/"),
)


class Writing:
    """Finds in memory what is behind, and writes it. All methods raise as `Store.transact` does."""

    def __init__(
        self,
        store: Store,
        neighbours: Neighbours,
        now: Callable[[], float],
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._store = store
        self._neighbours = neighbours
        self._now = now
        self._random_bytes = random_bytes

    async def bring_services_up_to_date(self, services: Iterable[str]) -> None:
        """Gives those of the Services (ids) that are behind the allowed services that they have to have."""
        behind = []
        for service in sorted(services):
            stored = self._service(service)
            if stored is not None and self._info(service, stored) != stored.metadata.services:
                behind.append(Write(service, None, stored.ByteSize() + self._info(service, stored).ByteSize()))
        for chunk in chunked(behind):
            await self._store.transact(partial(self._write_services, chunk=chunk))

    async def bring_followers_up_to_date(self, services: Iterable[str], records: Iterable[str]) -> None:
        """Gives the followers of Services what those have, deletes the followers of those that are gone, and takes
        away the records, whose work is done with that.
        """
        behind: list[Write] = []
        for service in sorted(services):
            behind += self._followers_behind(service)
            await asyncio.sleep(0)
        for chunk in chunked(behind, records):
            await self._store.transact(partial(self._write_followers, chunk=chunk))

    def _service(self, service: str) -> Service | None:
        entry = self._store.get(SERVICE, service_text(service))
        return None if entry is None else cast("Service", entry.message)

    def _info(self, service: str, stored: Service) -> ServicesInfo:
        allowed = self._neighbours.allowed_services(service, facts_of(stored))
        return ServicesInfo(owning_service=service, allowed_services=allowed)

    def _followers_behind(self, service: str) -> Iterator[Write]:
        stored = self._service(service)
        for descriptor, collection in _FOLLOWING:
            for entry in self._store.entries(descriptor, f"{service_text(service)}/{collection}"):
                follower = cast("Any", entry.message)
                if stored is None:
                    yield Write(service, (descriptor, entry.name), len(entry.name))
                elif follower.metadata.services != stored.metadata.services:
                    size = follower.ByteSize() + stored.metadata.services.ByteSize()
                    yield Write(service, (descriptor, entry.name), size)

    async def _write_services(self, transaction: Transaction, chunk: Chunk) -> None:
        for write in chunk.writes:
            name = service_text(write.service)
            stored = await transaction.get(SERVICE, name)
            if stored is not None:
                # What memory says of the neighbours must not be older than what it is written to.
                await self._store.reached(transaction.revision_of(SERVICE, name))
                self._put(transaction, SERVICE, stored, self._info(write.service, stored))

    async def _write_followers(self, transaction: Transaction, chunk: Chunk) -> None:
        for write in chunk.writes:
            if write.follower is None:
                continue
            descriptor, name = write.follower
            service = await transaction.get(SERVICE, service_text(write.service))
            follower = await transaction.get(descriptor, name)
            if follower is None:
                continue
            if service is None:
                transaction.delete(descriptor, name)
            else:
                self._put(transaction, descriptor, follower, service.metadata.services)
        for key in chunk.records:
            if await transaction.get_record(key) is not None:
                transaction.delete_record(key)

    def _put(
        self, transaction: Transaction, descriptor: Descriptor[Any, Any], stored: Message, info: ServicesInfo
    ) -> None:
        """Writes nothing twice: what has it already stays as it is."""
        if (descriptor.metadata_of(stored) or Meta()).services == info:
            return
        new = type(stored)()
        new.CopyFrom(stored)
        descriptor.ensure_metadata(new).services.CopyFrom(info)
        stamp(descriptor, stored, new, datetime.fromtimestamp(self._now(), UTC), self._random_bytes)
        transaction.put(descriptor, new)
