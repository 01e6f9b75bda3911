"""Life without Meta: what stands in for the EnvRegistry, where there is one region, and addresses are given."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Self, cast

from goten.channels import StaticChannelProvider
from goten.env_registry import Environment, Subscription
from goten.env_registry.changes import Interest
from goten.meta.v1 import descriptors
from goten.meta.v1.service import SERVICE as META
from goten.server import MetadataUpkeep, ResourceServer, WatchHub
from goten.server.host import Apis
from goten.server.in_process import InProcessChannel
from goten.storage import MemoryStorage
from goten.store import Store
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.watch import CHANNEL_OPTIONS

if TYPE_CHECKING:
    import grpc.aio

    from goten.registration import Registration, RuntimeKind


class Standalone:
    """Starts itself. Every service has a policy with the one region; `peers` are addresses of others, by domain.

    Names can be below Services of Meta. So that a PolicyStore can follow these, `apis` has them, none at first and
    without Meta's rules.
    """

    def __init__(self, region: str, peers: Mapping[str, str]) -> None:
        self._storage = MemoryStorage()
        self._store = Store(self._storage, [descriptors.SERVICE])
        self._hub = WatchHub(self._store)
        services = ResourceServer(descriptors.SERVICE, self._store, [MetadataUpkeep()], service=META, hub=self._hub)
        self.apis: Final[Sequence[Apis]] = (services.handlers(),)
        self._meta = InProcessChannel(self.apis)
        self._peers = StaticChannelProvider(peers, options=CHANNEL_OPTIONS)
        self._policy = MultiRegionPolicy(enabled_regions=[region], default_control_region=region)

    async def start(self, registrations: tuple[Registration, ...], runtime: RuntimeKind) -> Self:
        await self._storage.start()
        await self._store.start()
        await self._hub.start()
        return self

    async def stop(self, *, disable: bool = False) -> None:
        await self._meta.close()
        await self._peers.close()
        await self._hub.stop()
        await self._store.stop()
        await self._storage.stop()

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        """Raises UnknownService for what is no peer."""
        if service == META.domain:
            return cast("grpc.aio.Channel", self._meta)
        return self._peers.channel(service, version, region)

    def policy(self, service: str) -> MultiRegionPolicy:
        return self._policy

    def subscribe(
        self, *, services: Collection[str] | None = None, regions: Collection[str] | None = None
    ) -> Subscription:
        """Nothing comes, nothing goes."""
        subscription = Subscription(Interest(), 1, lambda _: None)
        subscription.begin(Environment())
        return subscription

    async def wait_failed(self) -> None:
        await asyncio.Event().wait()
