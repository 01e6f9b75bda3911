"""Bringing `metadata.syncing` of all that Meta stores in line with Meta's own policy (FANOUT-9)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

from goten.descriptors import Descriptor
from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.service import SERVICE as META
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.chunks import Chunk, Write, chunked
from goten.policy import as_policy, copy_regions
from goten.server.metadata_upkeep import stamp
from goten.store import Entry, Store, Transaction
from goten.types.meta_pb2 import Meta, SyncingMeta

OWN: Final = f"services/{META.domain}"
"""The Service whose policy says who owns the records of Meta, and who has copies (REG-22)."""


class SyncingWriting:
    """Finds in memory what is behind, and writes it. Without Meta's own Service there is nothing to go by."""

    def __init__(
        self, store: Store, now: Callable[[], float], random_bytes: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._store = store
        self._now = now
        self._random_bytes = random_bytes

    async def bring_up_to_date(self) -> None:
        """Looks at everything. Raises as `Store.transact` does."""
        entry = self._store.get(SERVICE, OWN)
        if entry is None:
            return
        behind: list[Write] = []
        for descriptor in META.resources:
            expected = _syncing(descriptor, cast("Service", entry.message))
            for found in _behind(self._store, descriptor, expected):
                size = found.message.ByteSize() + expected.ByteSize()
                behind.append(Write(META.domain, (descriptor, found.name), size))
            await asyncio.sleep(0)
        for chunk in chunked(behind):
            await self._store.transact(partial(self._write, chunk=chunk))

    async def _write(self, transaction: Transaction, chunk: Chunk) -> None:
        own = await transaction.get(SERVICE, OWN)
        if own is None:
            return
        for write in chunk.writes:
            assert write.follower is not None
            descriptor, name = write.follower
            stored = await transaction.get(descriptor, name)
            expected = _syncing(descriptor, own)
            if stored is not None and (descriptor.metadata_of(stored) or Meta()).syncing != expected:
                new = type(stored)()
                new.CopyFrom(stored)
                descriptor.ensure_metadata(new).syncing.CopyFrom(expected)
                stamp(descriptor, stored, new, datetime.fromtimestamp(self._now(), UTC), self._random_bytes)
                transaction.put(descriptor, new)


def is_behind(store: Store, own: Service) -> bool:
    """Whether something is stored whose syncing is not that of this Service's policy."""
    return any(True for each in META.resources for _ in _behind(store, each, _syncing(each, own)))


def _behind(store: Store, descriptor: Descriptor[Any, Any], expected: SyncingMeta) -> Iterator[Entry]:
    for entry in store.entries(descriptor):
        if (descriptor.metadata_of(entry.message) or Meta()).syncing != expected:
            yield entry


def _syncing(descriptor: Descriptor[Any, Any], own: Service) -> SyncingMeta:
    """That of all resources of a type: no name of Meta has a region in it, and nothing but this policy governs any."""
    policy = as_policy(own.multi_region_policy)
    owner = policy.default_control_region
    regions = copy_regions(
        None, owner=owner, resource_type=descriptor.type, sync_type=descriptor.sync_type, service_policy=policy
    )
    return SyncingMeta(owning_region=owner, regions=regions)
