"""Meta in this process, over real gRPC, and any number of registries of any services around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import grpc.aio

from goten.env_registry import EnvRegistry, EnvRegistryOptions
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.meta_client import MetaClient
from goten.env_registry.plans import Update
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.registration import RuntimeKind, ServiceRegistration
from goten.watch import CHANNEL_OPTIONS, BackoffPolicy, WatchTiming
from tests.env_registry.samples import registration

QUICK = BackoffPolicy(first=0.01, factor=1.5, limit=0.1)
# A Meta that was away is dialled again at once, so that tests need not wait for it.
QUICK_OPTIONS = [
    *{
        **dict(CHANNEL_OPTIONS),
        "grpc.initial_reconnect_backoff_ms": 50,
        "grpc.max_reconnect_backoff_ms": 50,
        "grpc.min_reconnect_backoff_ms": 5_000,
    }.items()
]
WITHIN = 15.0


class Neighbourhood:
    """Starts registries, and stops those that are left at its end."""

    def __init__(self, app: MetaApp) -> None:
        self.app = app
        self.address = app.address
        self.channel = grpc.aio.insecure_channel(app.address, options=QUICK_OPTIONS)
        self.meta = MetaClient(MetaChannel(app.address, given=self.channel), 5.0)
        self._registries: list[EnvRegistry] = []

    def registry(
        self,
        registered: ServiceRegistration,
        region: str = "us-west2",
        *,
        meta_channel: Any = None,
        runtime: RuntimeKind = RuntimeKind.SERVER,
        **options: Any,
    ) -> EnvRegistry:
        """A registry that is still to be started."""
        timing = WatchTiming(backoff=QUICK)
        wanted = {"meta": self.address, "deadline": 10.0, "jitter": 0.0, "retries": QUICK, "watch": timing, **options}
        given = EnvRegistryOptions(region=region, **wanted)
        registry = EnvRegistry(registered, given, meta_channel=meta_channel, runtime=runtime)
        self._registries.append(registry)
        return registry

    async def start(self, domain: str, region: str = "us-west2", *versions: str, **options: Any) -> EnvRegistry:
        """`imports` and `generation` are of the registration, the rest are options of the registry."""
        declared = {key: options.pop(key) for key in ("imports", "generation") if key in options}
        registry = self.registry(registration(*versions, domain=domain, **declared), region, **options)
        await registry.start()
        return registry

    async def go_away(self) -> None:
        """Meta stops; what it stored stays, if it is in a file."""
        await self.app.stop()

    async def come_back(self) -> None:
        """Meta starts again, at the same address."""
        self.app = MetaApp(replace(self.app.config, listen=self.address))
        await self.app.start()

    async def restart(self) -> None:
        await self.go_away()
        await self.come_back()

    async def service(self, domain: str) -> Service:
        """As it is stored."""
        found = await self.meta.service(f"services/{domain}")
        assert found is not None
        return found

    async def deployment(self, domain: str, region: str = "us-west2") -> Deployment:
        found = await self.meta.deployment(f"services/{domain}/deployments/{region}")
        assert found is not None
        return found

    async def change_service(self, domain: str, *paths: str, **fields: Any) -> None:
        """An operator's hand."""
        stored = await self.service(domain)
        changed = Service()
        changed.CopyFrom(stored)
        for path in paths:
            changed.ClearField(path)
        changed.MergeFrom(Service(**fields))
        await self.meta.write_service(Update(changed, stored, paths))

    async def delete_service(self, domain: str) -> None:
        await self.meta.call(methods.DELETE_SERVICE, methods.DELETE_SERVICE.request(name=f"services/{domain}"))

    async def delete_deployment(self, domain: str, region: str) -> None:
        method = methods.DELETE_DEPLOYMENT
        await self.meta.call(method, method.request(name=f"services/{domain}/deployments/{region}"))

    async def stop_others(self, *kept: EnvRegistry) -> None:
        """Stops all registries but these."""
        for registry in self._registries:
            if registry not in kept:
                await registry.stop()

    async def close(self) -> None:
        await self.stop_others()
        await self.channel.close()


@asynccontextmanager
async def neighbourhood(region: str, *regions: str, storage: str = "memory:") -> AsyncIterator[Neighbourhood]:
    config = MetaConfig(region=region, regions=regions, listen="127.0.0.1:0", storage=storage, stop_grace=0.05)
    app = MetaApp(config)
    await app.start()
    town = Neighbourhood(app)
    try:
        yield town
    finally:
        await town.close()
        await town.app.stop()


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]], within: float = WITHIN) -> None:
    """Waits for something that happens on its own."""
    async with asyncio.timeout(within):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)
