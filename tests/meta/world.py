"""A registry without gRPC: Meta's rules over a store, the controller, and what they are asked to do."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.controller import ServicesInfoController
from goten.meta_server.fanout.neighbours import Neighbours
from goten.meta_server.fanout.records import PENDING, read_record
from goten.meta_server.rules import meta_middlewares, upgrade_middlewares
from goten.meta_server.service_policies import MetaPolicies, StoreServicePolicies
from goten.meta_server.upgrade_handlers import UpgradeOperations
from goten.server.saving import Saver
from goten.storage import MemoryStorage, Storage
from goten.store import Store, Transaction
from goten.store_middleware import MiddlewareChain, SaveTransaction, StoreMiddleware
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.watch import Clock

MessageT = TypeVar("MessageT", bound=Message)

META = "meta.goten.com"
TYPES: tuple[Descriptor[Any, Any], ...] = (DEPLOYMENT, REGION, RESOURCE, SERVICE)
_BY_MESSAGE: dict[type[Message], Descriptor[Any, Any]] = {descriptor.message: descriptor for descriptor in TYPES}


class World:
    """One Meta process. Writes are those that its RPCs make, a whole resource each."""

    def __init__(
        self,
        storage: Storage,
        *,
        region: str = "r1",
        front: Iterable[StoreMiddleware] = (),
        clock: Clock | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.storage = storage
        self.store = Store(storage, TYPES)
        self.neighbours = Neighbours(self.store)
        self.controller = ServicesInfoController(self.store, self.neighbours, clock=clock, now=now)
        self._now = now
        policies = StoreServicePolicies(self.store, region)
        middlewares = meta_middlewares(
            self.store,
            region=region,
            service_policies=policies,
            neighbours=self.neighbours,
            settling=self.controller,
            front=front,
        )
        self.saver = self._saver(middlewares, policies)
        self.upgrades = UpgradeOperations(self._saver(upgrade_middlewares(middlewares), policies))

    def _saver(self, middlewares: Iterable[StoreMiddleware], policies: StoreServicePolicies) -> Saver:
        return Saver(
            self.store,
            MiddlewareChain(middlewares),
            service=META,
            policies=MetaPolicies(policies),
            clock=lambda: datetime.fromtimestamp(self._now(), UTC),
        )

    async def save(self, message: MessageT, *, caller: str = META) -> MessageT:
        """Creates the resource, or puts it in the place of the one that is there."""
        descriptor = _BY_MESSAGE[type(message)]

        async def body(transaction: SaveTransaction) -> MessageT:
            new = type(message)()
            new.CopyFrom(message)
            return await transaction.save(descriptor, new)

        return await self.saver.transact(body, guarded=descriptor is not RESOURCE, caller=caller)

    async def change(self, name: str, change: Callable[[Any], object]) -> Any:
        """Reads a resource, changes it and writes it, in one transaction."""
        descriptor = descriptor_of(name)

        async def body(transaction: SaveTransaction) -> Any:
            new = descriptor.message()
            new.CopyFrom(await transaction.get(descriptor, name))
            change(new)
            return await transaction.save(descriptor, new)

        return await self.saver.transact(body, guarded=descriptor is not RESOURCE, caller=META)

    async def delete(self, name: str, *, caller: str = META) -> bool:
        descriptor = descriptor_of(name)
        return await self.saver.transact(
            lambda transaction: transaction.delete(descriptor, name), guarded=descriptor is not RESOURCE, caller=caller
        )

    async def write_past_the_rules(self, *messages: Message) -> None:
        """Puts resources into the store as they are."""

        async def body(transaction: Transaction) -> None:
            for message in messages:
                transaction.put(_BY_MESSAGE[type(message)], message)

        await self.store.transact(body)

    async def remove_past_the_rules(self, *names: str) -> None:
        async def body(transaction: Transaction) -> None:
            for name in names:
                transaction.delete(descriptor_of(name), name)

        await self.store.transact(body)

    def get(self, name: str) -> Any:
        """What memory has; None where it has nothing."""
        entry = self.store.get(descriptor_of(name), name)
        return None if entry is None else entry.message

    def all(self, descriptor: Descriptor[Any, Any]) -> list[Any]:
        return [entry.message for entry in self.store.entries(descriptor)]

    def pending(self) -> list[set[str]]:
        """The Services that records name, in order of the records' revisions."""
        records = sorted(self.store.records(PENDING), key=lambda record: record.create_revision)
        return [set(read_record(record.value).services) for record in records]

    async def idle(self) -> None:
        """Returns when no record of now waits."""
        await self.controller.settled(set().union(*self.pending()), self.store.revision)

    async def start(self, *, controller: bool = True) -> None:
        await self.store.start()
        if controller:
            await self.controller.start()

    async def stop(self) -> None:
        await self.controller.stop()
        await self.store.stop()


def descriptor_of(name: str) -> Descriptor[Any, Any]:
    collection = name.split("/")[-2]
    return next(descriptor for descriptor in TYPES if descriptor.plural.lower() == collection)


@asynccontextmanager
async def world(
    storage: Storage | None = None,
    *,
    regions: Iterable[str] = ("r1", "r2", "r3"),
    controller: bool = True,
    front: Iterable[StoreMiddleware] = (),
    clock: Clock | None = None,
    now: Callable[[], float] = time.time,
) -> AsyncIterator[World]:
    """A World over a storage that is open, or over one of its own; with these Regions in it."""
    storage = storage or MemoryStorage()
    await storage.start()
    made = World(storage, front=front, clock=clock, now=now)
    await made.start(controller=controller)
    try:
        for region in regions:
            if made.get(f"regions/{region}") is None:
                await made.save(Region(name=f"regions/{region}"))
        yield made
    finally:
        await made.stop()


def service(
    domain: str,
    *,
    regions: Iterable[str] = ("r1",),
    imports: Iterable[str] = (),
    uses: Iterable[str] = (),
    versions: Iterable[str] = ("v1",),
    **fields: Any,
) -> Service:
    """A Service that imports and uses others (domains), in v1 their v1; the first region is in control."""
    enabled = [*regions]
    versions = [*versions]
    return Service(
        name=f"services/{domain}",
        multi_region_policy=MultiRegionPolicy(enabled_regions=enabled, default_control_region=enabled[0]),
        all_versions=versions,
        imported_services=[f"services/{other}" for other in imports],
        used_services=[f"services/{other}" for other in uses],
        imported_versions=[
            Service.ImportedVersions(
                target_service=f"services/{other}", target_service_version="v1", current_service_version=versions[0]
            )
            for other in imports
        ],
        **fields,
    )


def deployment(domain: str, region: str = "r1", **fields: Any) -> Deployment:
    return Deployment(name=f"services/{domain}/deployments/{region}", **fields)


def resource(domain: str, singular: str = "Thing", **fields: Any) -> Resource:
    return Resource(name=f"services/{domain}/resources/{singular}", versions=["v1"], **fields)


def expected_services(services: Iterable[Service]) -> dict[str, list[str]]:
    """Whom each Service is relevant for, by the definition (REG-21)."""
    knows = {
        each.name.removeprefix("services/"): {
            other.removeprefix("services/") for other in (*each.imported_services, *each.used_services)
        }
        for each in services
    }
    return {
        name: sorted({name} | others | {other for other in knows if name in knows[other]})
        for name, others in knows.items()
    }


def wrong_services(world: World) -> dict[str, list[str]]:
    """The allowed services of all resources that are not what they have to be, by name."""
    expected = expected_services(world.all(SERVICE))
    wrong = {}
    for each in (*world.all(SERVICE), *world.all(DEPLOYMENT), *world.all(RESOURCE)):
        owner = each.name.split("/")[1]
        info = each.metadata.services
        if (info.owning_service, [*info.allowed_services]) != (owner, expected.get(owner)):
            wrong[each.name] = [*info.allowed_services]
    return wrong
