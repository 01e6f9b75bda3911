"""Meta's db-controller, as far as it is built: its EnvRegistry, over gRPC, in the process of the server (ENV-19)."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import replace
from typing import Final

from goten.env_registry import EnvRegistry, EnvRegistryError, EnvRegistryOptions, Starter
from goten.meta.v1.env_registry import start_env_registry
from goten.meta_server.waiting import failure_of
from goten.registration import RuntimeKind
from goten.watch.clock import first_of

_log = logging.getLogger("goten.meta_server")


class DbController:
    """Owns one task, which registers at the primary region's Meta, and ends when that has failed.

    In the primary region that is the server of this process, which serves by then. Another region's Deployment is out
    of service until `enter_service`: its server waits for copies first (ENV-24).
    """

    def __init__(self, region: str, primary: str) -> None:
        """`primary` is the address of the primary region's Meta; empty: this region is the primary one."""
        self._region = region
        self.primary: Final = primary
        self._registry: EnvRegistry | None = None
        self._registered = asyncio.Event()
        self._serving = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    async def start(self, address: str) -> None:
        """Begins to register; `address` is where the server of this region listens."""
        options = EnvRegistryOptions(
            region=self._region,
            public_domain="" if address.startswith("unix:") else address,
            meta=self.primary or address,
            deadline=math.inf,
        )
        self._task = asyncio.create_task(self._run(options), name="db-controller")

    async def wait_registered(self) -> None:
        """Returns when the primary region's Meta knows of this region."""
        await self._registered.wait()

    def enter_service(self) -> None:
        """From now on the server of this region serves, and others may dial it."""
        self._serving.set()

    async def stop(self) -> None:
        """Returns when nothing of it runs any more; can be called again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._registry is not None:
            await self._registry.stop()
            if not self._stopped:
                self._stopped = True
                _log.info("db-controller stopped")

    async def wait_failed(self) -> EnvRegistryError:
        """Returns why it cannot go on."""
        return await failure_of(self._task, EnvRegistryError)

    async def _run(self, options: EnvRegistryOptions) -> None:
        if not self.primary:
            # There is one of these at this Meta, and no crowd.
            registry = await self._register(replace(options, jitter=0))
        else:
            registry = await self._register(replace(options, out_of_service=True))
            await first_of(registry.wait_failed(), self._until_serving())
            # A registry says one thing as long as it lives: this one, that the deployment is out of service.
            await registry.stop()
            # It takes its deployment along, so that it may listen elsewhere the next time.
            registry = await self._register(replace(options, jitter=0, disable_at_stop=True))
        await registry.wait_failed()

    async def _register(self, options: EnvRegistryOptions) -> EnvRegistry:
        registry = await start_env_registry(Starter(options), RuntimeKind.DB_CONTROLLER)
        self._registry = registry
        _log.info("db-controller registered", extra={"at": options.meta, "in_service": not options.out_of_service})
        self._registered.set()
        return registry

    async def _until_serving(self) -> None:
        await self._serving.wait()
