"""A Meta server in a secondary region, until it can serve: the primary knows of it, and it waits for copies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from goten.env_registry import EnvRegistryError
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, SERVICE
from goten.meta_server.db_controller import DbController
from goten.meta_server.waiting import failure_of
from goten.storage import StorageUnavailable
from goten.store import Applied, Store

_META: Final = "services/meta.goten.com"


class Secondary:
    """Owns one task. It waits until the db-controller has registered at the primary, and Region, Service and own
    Deployment are in the own store; then it calls `go_on`, and the deployment enters service.

    Copying them is the db-controller's work, which is not built yet.
    """

    def __init__(
        self,
        store: Store,
        region: str,
        db_controller: DbController,
        go_on: Callable[[], Awaitable[None]],
        tell: Callable[[str], None],
    ) -> None:
        """`tell` is given the reason why nothing is served, whenever that is another one."""
        self._store = store
        self._region = region
        self._db_controller = db_controller
        self._go_on = go_on
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to wait."""
        primary = self._db_controller.primary
        self._tell(f"a secondary region, which is to register at the primary's Meta at {primary} first")
        self._task = asyncio.create_task(self._run(), name="secondary region")

    async def stop(self) -> None:
        """Ends the waiting. Can be called again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def wait_failed(self) -> StorageUnavailable | EnvRegistryError:
        """Returns when the start after the copies came has failed, with the reason."""
        # A primary region has nothing to wait for, and one that has its copies goes on.
        return await failure_of(self._task, (StorageUnavailable, EnvRegistryError))

    async def _run(self) -> None:
        await self._db_controller.wait_registered()
        await self._copied()
        await self._go_on()
        self._db_controller.enter_service()

    async def _copied(self) -> None:
        """Returns once what a Meta server needs of its own is in the store."""
        news = asyncio.Event()

        def hear(_: Applied) -> None:
            news.set()

        detach = self._store.attach(hear)
        try:
            while missing := self._missing():
                primary = self._db_controller.primary
                self._tell(f"a secondary region: {missing} is not copied from the primary's Meta at {primary} yet")
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
