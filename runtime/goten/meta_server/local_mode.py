"""Local mode: the server of Meta registers itself in process, through its own rules, before it serves (ENV-19)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from goten.env_registry import EnvRegistry, EnvRegistryOptions, Starter
from goten.meta.v1.env_registry import start_env_registry
from goten.registration import RuntimeKind
from goten.server.host import Apis
from goten.server.in_process import InProcessChannel


class LocalMode:
    """Meta's own EnvRegistry: it calls the handlers that the server will serve, and needs no network."""

    def __init__(self, apis: Iterable[Apis], region: str) -> None:
        self._channel = InProcessChannel(apis)
        self._region = region
        self._registry: EnvRegistry | None = None
        self._started = asyncio.Event()

    async def wait_failed(self) -> None:
        """Returns never; raises the failure that ended the registry."""
        await self._started.wait()
        assert self._registry is not None
        await self._registry.wait_failed()

    async def start(self, address: str) -> None:
        """Returns when meta.goten.com, with its deployment at `address`, is registered and known.

        Raises what EnvRegistry.start raises.
        """
        options = EnvRegistryOptions(
            region=self._region,
            public_domain="" if address.startswith("unix:") else address,
            # One process at a time has the storage, so whoever it was that listened elsewhere is gone.
            replace_endpoint=True,
            jitter=0,
        )
        self._registry = await start_env_registry(Starter(options, meta_channel=self._channel), RuntimeKind.SERVER)
        self._started.set()

    async def stop(self) -> None:
        """Ends the registry; its records stay."""
        if self._registry is not None:
            await self._registry.stop()
        await self._channel.close()
