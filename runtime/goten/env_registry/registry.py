"""The EnvRegistry: what a backend starts first, and finds the others with (spec/protocol/env_registry.md)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from types import TracebackType
from typing import Any, Final, Self

import grpc.aio

from goten.env_registry.declaration import declare, service_name
from goten.env_registry.dialler import Dialler
from goten.env_registry.endpoints import Wanted
from goten.env_registry.environment import Environment
from goten.env_registry.errors import CallFailed, EnvRegistryError, NotInMeta, NotReady, StartTimeout
from goten.env_registry.lists import Aged, AgedLists
from goten.env_registry.main_loop import MainLoop
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.meta_client import MetaClient
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import Phase
from goten.env_registry.registering import Registering
from goten.env_registry.registrar import Progress, Registrar
from goten.env_registry.status import RegistryStatus, age_of, stuck_at
from goten.env_registry.subscriptions import CAPACITY, Subscription, Subscriptions
from goten.env_registry.supervision import run_together
from goten.env_registry.watches import Watches
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.registration import RuntimeKind, ServiceRegistration
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.watch.clock import first_of

_log = logging.getLogger("goten.env_registry")

_ANSWERING: Final = (Phase.READY, Phase.STALE)


class EnvRegistry:
    """Registers a process in Meta, and knows what is around it. It is a ChannelProvider, and ServicePolicies.

    `start` returns when it is ready; nothing answers before. Use it as an async context manager, or stop it. What goes
    wrong with Meta later is healed, and visible in `status`; a failure for good is raised by `wait_failed`.
    """

    def __init__(
        self,
        registration: ServiceRegistration,
        options: EnvRegistryOptions,
        *,
        runtime: RuntimeKind = RuntimeKind.SERVER,
        meta_channel: Any = None,
    ) -> None:
        """`meta_channel` is a channel to Meta that its owner closes; by default one is dialled."""
        declared = declare(registration, options, runtime)
        self._options = options
        self._declared = declared
        self._progress = Progress()
        self._meta = MetaChannel(options.meta_address, options.credentials, given=meta_channel)
        self._client = MetaClient(self._meta, options.request_timeout)
        self._registrar = Registrar(self._client, declared, options, self._progress)
        self._subscriptions = Subscriptions()
        self._dialler = Dialler(options.credentials, clock=options.clock)
        self._lists = AgedLists(options.clock, options.lists_max_age)
        self._main = MainLoop(self._dialler, self._subscriptions)
        self._watches = Watches(self._meta, declared.domain, options, self._main.put)
        self._registering = Registering(self._registrar, declared, self._watches, self._main, options, self._progress)
        self._life: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        """Set when nothing answers any more: it failed, or was stopped."""
        self._stopping = asyncio.Event()
        self._disabling = False
        self._failure: EnvRegistryError | None = None
        self._failed = asyncio.Event()

    # --- life --------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Returns when this process is registered, and what is around it is known.

        Raises RegistrationRefused, StartTimeout, RegistryFailed, and NotReady if it is stopped meanwhile; nothing of it
        runs any more then. Raises RuntimeError if it was started or stopped before.
        """
        if self._life is not None or self._stopping.is_set():
            raise RuntimeError("this EnvRegistry was started before, and is started once")
        self._meta.open()
        self._life = asyncio.create_task(self._live(), name=f"{self}: life")
        try:
            in_time = await first_of(self._ready_or_over(), self._too_late())
            if self._failure is not None:
                raise self._failure
            if not in_time:
                step, reason = stuck_at(self._progress, self._main.state, self._watches)
                raise StartTimeout(self._options.deadline, step, self._meta.peer, reason)
            self._check_ready()
        except BaseException:
            await self.stop()
            raise

    async def stop(self, *, disable: bool = False) -> None:
        """Ends everything, and returns when nothing of it runs any more. Can be called again.

        `disable`, as the option `disable_at_stop`, takes the deployment out of service before that; that Meta cannot be
        reached then is only logged.
        Whoever is cancelled here may go: the end goes on, and another call waits for it.
        """
        is_there = self._main.ready.is_set() or self._registrar.entered_service
        self._disabling = self._disabling or (is_there and (disable or self._options.disable_at_stop))
        self._stopping.set()
        if self._life is not None:
            await asyncio.wait([self._life])
            self._life.result()

    async def wait_failed(self) -> None:
        """Returns never, not even once it is stopped; raises the failure that ended this registry."""
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    async def __aenter__(self) -> Self:
        """Starts it, unless that was done."""
        if self._life is None:
            await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def __str__(self) -> str:
        return f"env_registry of {self._declared.domain}"

    # --- what is known -----------------------------------------------------------------------------------------------

    @property
    def status(self) -> RegistryStatus:
        state = self._main.state
        reason = self._progress.reason or state.amiss
        return RegistryStatus(
            phase=self._phase,
            age=age_of(self._watches, self._options.clock.now()) if self._phase in _ANSWERING else None,
            step=self._progress.step,
            reason=reason if self._failure is None else str(self._failure),
            peer=self._meta.peer,
            services=self._watches.services,
            deployments=self._watches.deployments,
            subscribers=len(self._subscriptions),
        )

    @property
    def environment(self) -> Environment:
        """What is known now; it never changes, later knowledge is in other snapshots. Raises NotReady."""
        # As `_check_ready`, spelled out: lookups pass here all the time.
        state = self._main.state
        if state.phase not in _ANSWERING or self._stopping.is_set() or self._failure is not None:
            raise NotReady(self._phase)
        return state.environment

    @property
    def service(self) -> Service:
        """The own Service, as it is in Meta. Raises NotReady; NotInMeta between its deletion and its return."""
        found = self.environment.service(self._declared.domain)
        if found is None:
            raise NotInMeta(self._declared.service.name)
        return found

    @property
    def deployment(self) -> Deployment:
        """The own Deployment, as it is in Meta. Raises as `service` does."""
        found = self.environment.deployment(self._declared.domain, self._declared.region)
        if found is None:
            raise NotInMeta(self._declared.deployment.name)
        return found

    def policy(self, service: str) -> MultiRegionPolicy | None:
        """The policy of a service (its domain), None where it is not in sight. Raises NotReady."""
        known = self.environment.service(service)
        return None if known is None else known.multi_region_policy

    async def regions(self) -> Aged[list[Region]]:
        """All Regions. Raises NotReady, CallFailed."""
        self._check_ready()
        return await self._lists.get("regions", self._client.regions)

    async def resources(self, service: str) -> Aged[list[Resource]]:
        """The Resources of a service (its domain). Raises NotReady, CallFailed."""
        self._check_ready()
        name = service_name(service)
        return await self._lists.get(name, lambda: self._client.resources(name))

    def subscribe(
        self,
        *,
        services: Collection[str] | None = None,
        regions: Collection[str] | None = None,
        capacity: int = CAPACITY,
    ) -> Subscription:
        """A snapshot of what is known, then changes, of some services (domains) and regions (ids). Raises NotReady."""
        environment = self.environment
        subscription = self._subscriptions.make(services, regions, capacity)
        self._subscriptions.attach(subscription, environment)
        return subscription

    # --- channels ----------------------------------------------------------------------------------------------------

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        """Raises UnknownService where no such deployment is in sight, NotReady."""
        self._check_ready()
        return self._dialler.channel(Wanted(service, version, region or ""))

    def dial(
        self, service: str, version: str, region: str = "", *, label: str = "", other_region: bool = False
    ) -> grpc.aio.Channel:
        """As `channel`, by the endpoint with a label, or in another region where the one that is wanted is down."""
        self._check_ready()
        return self._dialler.channel(Wanted(service, version, region, label, other_region))

    # --- tasks -------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        """Owns everything that runs. It is told to stop, and not cancelled, so that nothing is left half way."""
        works = {"main loop": self._main.run(), "registration": self._registering.run()}
        self._failure = await run_together(works, until=self._stopping, owner=str(self))
        self._over.set()
        self._subscriptions.end(self._failure)
        await self._watches.close()
        if self._failure is not None:
            if self._main.ready.is_set():
                _log.error("%s", self._failure)
            self._failed.set()
            # RPCs may still use its channels; they are its owner's until it is stopped.
            await self._stopping.wait()
        if self._disabling:
            await self._disable()
        await self._lists.close()
        await self._dialler.close()
        await self._meta.close()

    async def _disable(self) -> None:
        try:
            await self._registrar.disable()
        except CallFailed as error:
            _log.warning("the deployment is still in service: %s", error)

    async def _ready_or_over(self) -> bool:
        await first_of(self._main.ready.wait(), self._over.wait())
        return True

    async def _too_late(self) -> bool:
        await self._options.clock.sleep(self._options.deadline)
        return False

    @property
    def _phase(self) -> Phase:
        if self._failure is not None:
            return Phase.FAILED
        return Phase.STOPPED if self._stopping.is_set() else self._main.state.phase

    def _check_ready(self) -> None:
        if self._phase not in _ANSWERING:
            raise NotReady(self._phase)
