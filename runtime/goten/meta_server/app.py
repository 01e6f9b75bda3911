"""A Meta server: storage, store, controller, rules and RPCs put together, started and stopped in order."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any, Final, TypeAlias

from goten.admin.importing import Importer, discard_interrupted
from goten.admin.pausing import Pause
from goten.admin.service import AdminService, ServerFacts
from goten.env_registry.errors import EnvRegistryError
from goten.meta.v1 import descriptors
from goten.meta.v1.service import SERVICE
from goten.meta_server.archive_terms import leave_unsettled, needed_by, unsettled_services
from goten.meta_server.config import MetaConfig
from goten.meta_server.controller import ServicesInfoController
from goten.meta_server.db_controller import DbController
from goten.meta_server.fanout.neighbours import Neighbours
from goten.meta_server.local_mode import LocalMode
from goten.meta_server.own_regions import create_own_regions, is_own_record
from goten.meta_server.registry_names import NAME_FOR
from goten.meta_server.rules import meta_middlewares, upgrade_middlewares
from goten.meta_server.secondary import Secondary
from goten.meta_server.service_policies import MetaPolicies, StoreServicePolicies
from goten.meta_server.store_region import claim_region
from goten.meta_server.upgrade_handlers import upgrade_handlers
from goten.server.adaptor import Context
from goten.server.failures import PartFailed
from goten.server.host import Apis, Server
from goten.server.resource_server import ResourceServer
from goten.server.saving import Saver
from goten.server.watching.hub import WatchHub
from goten.storage import StorageUnavailable, open_storage
from goten.store import Store
from goten.store_middleware import MiddlewareChain, StoreMiddleware
from goten.watch.clock import first_of

_log = logging.getLogger("goten.meta_server")

_GUARDED: Final = frozenset({descriptors.REGION, descriptors.SERVICE, descriptors.DEPLOYMENT})
"""Types whose writes take turns (REG-1)."""

Failure: TypeAlias = StorageUnavailable | PartFailed | EnvRegistryError
"""Why a server cannot go on."""


class MetaApp:
    """One Meta server in this process. `front` are middlewares that come before Meta's own."""

    def __init__(self, config: MetaConfig, *, front: Iterable[StoreMiddleware] = ()) -> None:
        """Raises ListenRefused for an address that is not served."""
        self.config: Final = config
        self.storage: Final = open_storage(config.storage_address)
        self.store: Final = Store(
            self.storage, SERVICE.resources, history=config.history, retention=config.retention or None
        )
        self._hub = WatchHub(self.store)
        self._pause = Pause(begun=lambda reason: self._server.pause(reason), ended=lambda: self._server.resume())
        policies = StoreServicePolicies(self.store, config.region)
        neighbours = Neighbours(self.store)
        self._controller = ServicesInfoController(self.store, neighbours)
        self._policies = MetaPolicies(policies)
        self._middlewares = meta_middlewares(
            self.store,
            region=config.region,
            service_policies=policies,
            neighbours=neighbours,
            settling=self._controller,
            front=front,
        )
        self.saver: Final = self._saver(self._middlewares)
        self._admin = self._make_admin()
        self._apis = self._make_apis()
        self._local_mode = LocalMode(self._apis, config.region)
        self._server = self._make_server()
        self._db_controller = DbController(config.region, config.primary)
        self._secondary = Secondary(
            self.store, config.region, self._db_controller, self._serve, lambda reason: self._server.not_ready(reason)
        )
        self._running = AsyncExitStack()

    @property
    def address(self) -> str:
        """Where it listens, once it is started."""
        return self._server.address

    @property
    def serving(self) -> bool:
        return self._server.serving

    @property
    def waits_for(self) -> str:
        """Why it does not serve yet."""
        return self._server.reason

    async def wait_ready(self) -> None:
        """Returns when requests are served."""
        await self._server.wait_ready()

    async def start(self) -> None:
        """Returns when requests are served; in a secondary region, when it waits. If it raises, everything is stopped.

        Raises ListenRefused where the port is taken, StorageUnavailable, and Refused where the storage is another
        region's, or rules forbid its Regions.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        # First the port, so that whoever asks is told that it is not ready, and a second server touches nothing.
        await self._server.start()
        await self._begin(self.storage.start, self.storage.stop)
        place, primary = self.config.storage_address, not self.config.primary
        await claim_region(self.storage, self.config.region, place=place, primary=primary)
        await self._begin(self.store.start, self.store.stop)
        await discard_interrupted(self.store, SERVICE)
        if self.config.primary:
            await self._begin(self._secondary.start, self._secondary.stop)
        else:
            await self._serve()
        await self._db_controller.start(self._server.address)

    async def _serve(self) -> None:
        await self._begin(self._controller.start, self._controller.stop)
        if not self.config.primary:
            created = await create_own_regions(self.saver, (self.config.region, *self.config.regions))
            if created:
                _log.info("regions created", extra={"event": "regions-created", "regions": ",".join(created)})
        await self._begin(self._hub.start, self._hub.stop)
        await self._begin(partial(self._local_mode.start, self._server.address), self._local_mode.stop)
        self._running.push_async_callback(self._admin.stop)
        self._server.ready()

    async def _begin(self, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
        """What is begun is ended, also where its start fails."""
        self._running.push_async_callback(stop)
        await start()

    async def stop(self) -> None:
        """Stops what asks the server, drains it, then stops everything in reverse order; can be called again."""
        await self._db_controller.stop()
        await self._server.stop(self.config.stop_grace)
        await self._running.aclose()

    async def wait_failed(self) -> Failure:
        """Returns when it cannot go on, with the reason: its store, watches, controller or EnvRegistry has failed."""
        return await first_of(
            self._failure_of(self.store),
            self._failure_of(self._hub),
            self._failure_of(self._controller),
            self._failure_of(self._secondary),
            self._failure_of(self._db_controller),
            self._registry_failed(),
        )

    @staticmethod
    async def _failure_of(part: Store | WatchHub | ServicesInfoController | Secondary | DbController) -> Failure:
        return await part.wait_failed()

    async def _registry_failed(self) -> Failure:
        try:
            await self._local_mode.wait_failed()
        except EnvRegistryError as failure:
            return failure
        raise AssertionError("a registry that failed raises")

    def _saver(self, middlewares: Iterable[StoreMiddleware]) -> Saver:
        chain = MiddlewareChain(middlewares)
        return Saver(self.store, chain, service=SERVICE.domain, policies=self._policies)

    def _make_apis(self) -> list[Apis]:
        apis: list[Apis] = [self._resource_server(descriptor).handlers() for descriptor in SERVICE.resources]
        apis.append(upgrade_handlers(self._saver(upgrade_middlewares(self._middlewares)), caller=_operator))
        return apis

    def _make_server(self) -> Server:
        return Server(
            [*map(self._pause.guarded, self._apis), self._admin.handlers()],
            listen=self.config.listen,
            max_request_bytes=self.config.max_message_bytes,
            streams_per_connection=self.config.max_watchers_per_connection,
        )

    def _resource_server(self, descriptor: Any) -> ResourceServer[Any, Any]:
        return ResourceServer(
            descriptor,
            self.store,
            self._middlewares,
            service=SERVICE,
            hub=self._hub,
            policies=self._policies,
            guarded=descriptor in _GUARDED,
            caller=_operator,
            name_for=NAME_FOR[descriptor.type],
        )

    def _make_admin(self) -> AdminService:
        importer = Importer(
            self.store,
            SERVICE,
            needed_by=needed_by,
            is_own=partial(is_own_record, self.store),
            leave_unsettled=leave_unsettled,
            pause=self._pause,
        )
        facts = ServerFacts(
            region=self.config.region,
            release=version("goten"),
            storage=self.config.storage_address,
            start_time=datetime.now(UTC),
            pause_reason=lambda: self._pause.reason,
            watchers=lambda: self._pause.streams,
            unsettled=self._unsettled,
        )
        return AdminService(self.store, SERVICE, importer, needed_by, unsettled_services, facts)

    def _unsettled(self) -> tuple[int, float]:
        return len(unsettled_services(self.store)), self._controller.status.oldest_age


def _operator(_: Context) -> str:
    """On loopback, whoever asks is the operator, and acts as Meta itself."""
    return SERVICE.domain
