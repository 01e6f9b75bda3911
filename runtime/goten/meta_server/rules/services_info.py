"""`metadata.services` of what Meta stores (REG-21): the Service's own at once, the rest before it is acknowledged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Final, Protocol
from weakref import WeakKeyDictionary

from goten.descriptors import Descriptor, MessageT, NameT
from goten.meta.v1 import descriptors, names
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.neighbours import NO_FACTS, Neighbours, facts_of, service_id
from goten.meta_server.fanout.records import leave_record
from goten.meta_server.rules.deployments import service_of
from goten.meta_server.rules.rule import Rule
from goten.store_middleware import SaveContext, SaveTransaction
from goten.types.meta_pb2 import Meta, ServicesInfo


class Settling(Protocol):
    """Knows when a write of a Service may be acknowledged; `ServicesInfoController` is the real one."""

    async def settled(self, services: Collection[str], revision: int) -> None:
        """Returns when no record of `revision` or before concerns one of these Services (ids)."""
        ...


def set_services(meta: Meta, owner: str, allowed: Sequence[str]) -> bool:
    """Whether that changed anything."""
    info = ServicesInfo(owning_service=owner, allowed_services=allowed)
    if meta.services == info:
        return False
    meta.services.CopyFrom(info)
    return True


class ServiceServices(Rule[Service]):
    """A Service: itself, its neighbours, and whose neighbour it is.

    Leaves a record that names the Services for which that changes, so that the controller brings them and all
    followers up to date, and has the acknowledgement wait for it. A transaction writes one Service at most: what others
    need to know of a Service is looked up in memory.
    """

    only_for: ClassVar = descriptors.SERVICE

    def __init__(self, neighbours: Neighbours, settling: Settling) -> None:
        self._neighbours = neighbours
        self._settling = settling
        self._written: WeakKeyDictionary[SaveTransaction, str] = WeakKeyDictionary()

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        service = service_id(new.name)
        await self._only_one(context.transaction, service)
        before, after = NO_FACTS if old is None else facts_of(old), facts_of(new)
        allowed = self._neighbours.allowed_services(service, after)
        set_services(new.metadata, service, allowed)
        touched = set(before.neighbours ^ after.neighbours)
        if old is not None and old.metadata.services != new.metadata.services:
            touched.add(service)
        self._leave(context, touched, {service, *after.neighbours})
        return new

    async def deletion(self, context: SaveContext, old: Service) -> None:
        service = service_id(old.name)
        await self._only_one(context.transaction, service)
        self._leave(context, {service, *facts_of(old).neighbours}, {service})

    async def _only_one(self, transaction: SaveTransaction, service: str) -> None:
        first = self._written.setdefault(transaction, service)
        if first != service:
            raise RuntimeError(f"a transaction writes one Service: it wrote {first} before {service}")
        await self._neighbours.at_guard()

    def _leave(self, context: SaveContext, touched: Collection[str], waited_for: Collection[str]) -> None:
        there = [service for service in touched if self._neighbours.of(service) is not None]
        if there:
            leave_record(context.transaction, there, context.time)

        async def settled(revision: int) -> None:
            await self._settling.settled(waited_for, revision)

        context.transaction.on_committed(settled)


class FollowingServices:
    """StoreMiddleware: Deployments and Resources have what their Service has."""

    _FOLLOWERS: Final = (descriptors.DEPLOYMENT.type, descriptors.RESOURCE.type)

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is not None and descriptor.type in self._FOLLOWERS:
            name = descriptor.name_of(new)
            assert isinstance(name, names.DeploymentName | names.ResourceName)
            service = await service_of(context.transaction, name)
            descriptor.ensure_metadata(new).services.CopyFrom(service.metadata.services)
        return new


class RegionServices(Rule[Region]):
    """Regions have none: they concern everyone."""

    only_for: ClassVar = descriptors.REGION

    async def write(self, context: SaveContext, old: Region | None, new: Region) -> Region:
        new.metadata.ClearField("services")
        return new
