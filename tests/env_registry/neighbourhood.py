"""Meta in this process, over real gRPC, and any number of registries of any services around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio

from goten.env_registry import EnvRegistry, EnvRegistryOptions
from goten.env_registry.meta_client import MetaClient
from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.registration import ServiceRegistration
from goten.watch import BackoffPolicy, WatchTiming
from tests.env_registry.samples import registration

QUICK = BackoffPolicy(first=0.01, factor=1.5, limit=0.1)


class Neighbourhood:
    """Starts registries, and stops those that are left at its end."""

    def __init__(self, app: MetaApp) -> None:
        self.app = app
        self.address = app.address
        self.channel = grpc.aio.insecure_channel(app.address)
        self.meta = MetaClient(self.channel, app.address, 5.0)
        self._registries: list[EnvRegistry] = []

    def registry(self, registered: ServiceRegistration, region: str = "us-west2", **options: Any) -> EnvRegistry:
        """A registry that is still to be started."""
        timing = WatchTiming(backoff=QUICK)
        wanted = {"meta": self.address, "deadline": 10.0, "jitter": 0.0, "retries": QUICK, "watch": timing, **options}
        registry = EnvRegistry(registered, EnvRegistryOptions(region=region, **wanted))
        self._registries.append(registry)
        return registry

    async def start(self, domain: str, region: str = "us-west2", *versions: str, **options: Any) -> EnvRegistry:
        """`imports` and `generation` are of the registration, the rest are options of the registry."""
        declared = {key: options.pop(key) for key in ("imports", "generation") if key in options}
        registry = self.registry(registration(*versions, domain=domain, **declared), region, **options)
        await registry.start()
        return registry

    async def close(self) -> None:
        for registry in self._registries:
            await registry.stop()
        await self.channel.close()


@asynccontextmanager
async def neighbourhood(region: str, *regions: str, storage: str = "memory:") -> AsyncIterator[Neighbourhood]:
    app = MetaApp(MetaConfig(region=region, regions=regions, listen="127.0.0.1:0", storage=storage))
    await app.start()
    town = Neighbourhood(app)
    try:
        yield town
    finally:
        await town.close()
        await app.stop()


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]], what: str = "") -> None:
    """Waits for something that happens on its own, 5 s at most."""
    async with asyncio.timeout(5):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)
