"""A Meta server in a secondary region, until it can serve: it tells the primary of itself, and waits for copies."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Final

from goten.env_registry import EnvRegistry, EnvRegistryError, EnvRegistryOptions, Starter
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, SERVICE
from goten.meta.v1.env_registry import start_env_registry
from goten.registration import RuntimeKind
from goten.storage import StorageUnavailable
from goten.store import Applied, Store

_log = logging.getLogger("goten.meta_server")

_META: Final = "services/meta.goten.com"


class Secondary:
    """Owns one task. First Meta's db-controller registers at the primary, which is how that learns of this region; then
    the task waits until Region, Service and own Deployment are in the own store, and calls `go_on`.

    Copying them is the db-controller's work, which is not built yet.
    """

    def __init__(
        self, store: Store, region: str, primary: str, go_on: Callable[[], Awaitable[None]], tell: Callable[[str], None]
    ) -> None:
        """`tell` is given the reason why nothing is served, whenever that is another one."""
        self._store = store
        self._region = region
        self._primary = primary
        self._go_on = go_on
        self._tell = tell
        self._registry: EnvRegistry | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, address: str) -> None:
        """Begins to wait; `address` is where this server listens."""
        self._tell(f"a secondary region, which is to register at the primary's Meta at {self._primary} first")
        self._task = asyncio.create_task(self._run(address), name="secondary region")

    async def stop(self) -> None:
        """Ends the waiting, and the db-controller's EnvRegistry. Can be called again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._registry is not None:
            # It takes its deployment along, so that it may listen elsewhere the next time.
            await self._registry.stop(disable=True)

    async def wait_failed(self) -> StorageUnavailable | EnvRegistryError:
        """Returns when the registration, or the start after the copies came, has failed, with the reason."""
        if self._task is not None:
            await asyncio.wait([self._task])
            error = None if self._task.cancelled() else self._task.exception()
            if isinstance(error, StorageUnavailable | EnvRegistryError):
                return error
            if error is not None:
                raise error
        # A primary region has nothing to wait for, and one that has its copies goes on.
        await asyncio.Event().wait()
        raise AssertionError("nobody ends this waiting")

    async def _run(self, address: str) -> None:
        options = EnvRegistryOptions(
            region=self._region,
            public_domain="" if address.startswith("unix:") else address,
            meta=self._primary,
            deadline=math.inf,
        )
        self._registry = await start_env_registry(Starter(options), RuntimeKind.DB_CONTROLLER)
        _log.info("registered at the primary", extra={"primary": self._primary, "region": self._region})
        await self._copied()
        await self._go_on()

    async def _copied(self) -> None:
        """Returns once what a Meta server needs of its own is in the store."""
        news = asyncio.Event()

        def hear(_: Applied) -> None:
            news.set()

        detach = self._store.attach(hear)
        try:
            while missing := self._missing():
                self._tell(
                    f"a secondary region: {missing} is not copied from the primary's Meta at {self._primary} yet"
                )
                await news.wait()
                news.clear()
        finally:
            detach()

    def _missing(self) -> str:
        region, deployment = f"regions/{self._region}", f"{_META}/deployments/{self._region}"
        for descriptor, name in ((REGION, region), (SERVICE, _META), (DEPLOYMENT, deployment)):
            if self._store.get(descriptor, name) is None:
                return name
        return ""
