"""The EnvRegistry: what a backend starts first, and finds the others with (spec/protocol/env_registry.md)."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Self

import grpc.aio

from goten.env_registry.declaration import declare
from goten.env_registry.dialler import Dialler, dial
from goten.env_registry.endpoints import Wanted
from goten.env_registry.environment import Environment
from goten.env_registry.errors import EnvRegistryError, NotReady, RegistrationRefused, RegistryFailed, StartTimeout
from goten.env_registry.lists import Aged, AgedLists
from goten.env_registry.meta_client import CallFailed, MetaClient
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import DeploymentsWatch, Event, Phase, ServicesWatch, State, reduce
from goten.env_registry.registrar import Progress, Registrar
from goten.env_registry.registration_plan import plan_service
from goten.env_registry.status import RegistryStatus
from goten.env_registry.subscriptions import CAPACITY, Subscription, Subscriptions
from goten.env_registry.watches import MetaChannel, deployments_watch, services_watch
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.registration import ServiceRegistration
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.watch import WatchFailed, WatchState
from goten.watch.clock import first_of

_log = logging.getLogger("goten.env_registry")

_ANSWERING: Final = (Phase.READY, Phase.STALE)


class EnvRegistry:
    """Registers a process in Meta, and knows what is around it. It is a ChannelProvider, and ServicePolicies.

    `start` returns when it is ready; nothing answers before. Use it as an async context manager, or stop it. What goes
    wrong with Meta later is healed, and visible in `status`; a failure for good is raised by `wait_failed`.
    """

    def __init__(
        self, registration: ServiceRegistration, options: EnvRegistryOptions, *, meta_channel: Any = None
    ) -> None:
        """`meta_channel` is a channel to Meta that its owner closes; by default one is dialled."""
        self._options = options
        self._declared = declare(registration, options)
        self._meta = MetaChannel(meta_channel)
        self._own_channel = meta_channel is None
        self._peer = options.meta_address if meta_channel is None else "the Meta of this process"
        self._progress = Progress()
        self._state = State()
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self._look_again = asyncio.Event()
        self._answering = asyncio.Event()
        self._subscriptions = Subscriptions()
        self._dialler = Dialler(options.credentials)
        self._lists = AgedLists(options.clock, options.lists_max_age)
        domain = registration.domain
        self._services = services_watch(self._meta, domain, options, self._put)
        self._deployments = deployments_watch(self._meta, domain, options, self._put)
        self._tasks: list[asyncio.Task[None]] = []
        self._failure: EnvRegistryError | None = None
        self._failed = asyncio.Event()
        self._current_at: float | None = None
        self._began = False

    # --- life --------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Returns when this process is registered, and what is around it is known.

        Raises RegistrationRefused, StartTimeout, RegistryFailed; nothing of it runs any more then. Raises RuntimeError
        if it was started before.
        """
        if self._began:
            raise RuntimeError("this EnvRegistry was started before")
        self._began = True
        self._open()
        try:
            in_time = await first_of(self._ready_or_failed(), self._too_late())
            if self._failure is not None:
                raise self._failure
            if not in_time:
                raise StartTimeout(self._options.deadline, self._progress.step, self._peer, self._stuck_because())
        except BaseException:
            await self.stop()
            raise

    async def stop(self, *, disable: bool = False) -> None:
        """Ends everything, and returns when nothing of it runs any more. Can be called again.

        `disable` takes the deployment out of service first; that Meta cannot be reached then is only logged.
        """
        if disable and self._state.phase in _ANSWERING:
            try:
                await self._registrar.disable()
            except CallFailed as error:
                _log.warning("the deployment is still in service: %s", error)
        await self._end(Phase.FAILED if self._failure is not None else Phase.STOPPED)

    async def wait_failed(self) -> None:
        """Returns never; raises the failure that ended this registry."""
        await self._failed.wait()
        assert self._failure is not None
        raise self._failure

    async def __aenter__(self) -> Self:
        """Starts it, unless that was done."""
        if not self._began:
            await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    # --- what is known -----------------------------------------------------------------------------------------------

    @property
    def status(self) -> RegistryStatus:
        now = self._options.clock.now()
        age = 0.0 if self._state.current else None if self._current_at is None else now - self._current_at
        return RegistryStatus(
            phase=self._state.phase,
            age=age if self._state.phase in _ANSWERING else None,
            step=self._progress.step,
            reason=self._progress.reason if self._failure is None else str(self._failure),
            peer=self._peer,
            services=self._services.status,
            deployments=self._deployments.status,
            subscribers=len(self._subscriptions),
        )

    @property
    def environment(self) -> Environment:
        """What is known now; it never changes, later knowledge is in other snapshots. Raises NotReady."""
        if self._state.phase not in _ANSWERING:
            raise NotReady(self._state.phase)
        return self._state.environment

    @property
    def service(self) -> Service:
        """The own Service, as it is in Meta. Raises NotReady."""
        return self.environment.services[self._declared.domain]

    @property
    def deployment(self) -> Deployment:
        """The own Deployment, as it is in Meta. Raises NotReady."""
        return self.environment.deployments[self._declared.domain][self._declared.region]

    def policy(self, service: str) -> MultiRegionPolicy | None:
        """The policy of a service (its domain), None where it is not in sight. Raises NotReady."""
        known = self.environment.services.get(service)
        return None if known is None else known.multi_region_policy

    async def regions(self) -> Aged[list[Region]]:
        """All Regions. Raises NotReady, CallFailed."""
        self._check_ready()
        return await self._lists.get("regions", self._client.regions)

    async def resources(self, service: str) -> Aged[list[Resource]]:
        """The Resources of a service (its domain). Raises NotReady, CallFailed."""
        self._check_ready()
        name = f"services/{service}"
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

    def _open(self) -> None:
        options = self._options
        if self._own_channel:
            self._meta.current = dial(self._peer, options.credentials)
        self._client = MetaClient(self._meta.current, self._peer, options.request_timeout)
        self._registrar = Registrar(self._client, self._declared, options, self._progress)
        self._tasks = [self._begin("main loop", self._run()), self._begin("registration", self._register())]

    def _begin(self, task: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.create_task(self._guard(task, work), name=f"env_registry of {self._declared.domain}: {task}")

    async def _guard(self, task: str, work: Coroutine[Any, Any, None]) -> None:
        """A task that ends by itself ends the registry."""
        try:
            await work
            self._fail(RegistryFailed(task, "it returned"))
        except EnvRegistryError as error:
            self._fail(error)
        except Exception as error:
            _log.exception("the %s of the EnvRegistry failed", task)
            self._fail(RegistryFailed(task, f"{type(error).__name__}: {error}"))

    def _fail(self, failure: EnvRegistryError) -> None:
        if self._failure is None:
            self._failure = failure
            self._state = replace(self._state, phase=Phase.FAILED)
            _log.error("%s", failure)
            self._subscriptions.end(failure)
            self._failed.set()
            self._answering.set()

    def _put(self, event: Event) -> None:
        self._events.append(event)
        self._news.set()

    async def _run(self) -> None:
        """The main loop: the only one that touches the state."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._events:
                self._take(self._events.popleft())

    def _take(self, event: Event) -> None:
        before = self._state
        step = reduce(before, event)
        state = self._state = step.state
        if state.environment is not before.environment:
            own = state.environment.deployment(self._declared.domain, self._declared.region)
            self._dialler.follow(state.environment, own)
        self._subscriptions.publish(step.changes, state.environment)
        if before.current and not state.current:
            self._current_at = self._options.clock.now()
        if before.phase is Phase.STALE and state.phase is Phase.READY:
            # Meta may have lost, while it was away, what this process wrote.
            self._look_again.set()
        if step.look_again and self._is_amiss(state):
            self._look_again.set()
        if state.phase is Phase.READY:
            self._answering.set()
        self._check_watches(event)

    def _is_amiss(self, state: State) -> bool:
        """Whether an own record is gone, or lacks something that only this process would bring back (ENV-21)."""
        service = state.environment.service(self._declared.domain)
        deployment = state.environment.deployment(self._declared.domain, self._declared.region)
        return deployment is None or plan_service(self._declared, service, starting=False) is not None

    def _check_watches(self, event: Event) -> None:
        if isinstance(event, ServicesWatch | DeploymentsWatch) and not event.current:
            for watcher in (self._services, self._deployments):
                if watcher.status.state is WatchState.FAILED:
                    raise RegistryFailed(f"watch of {watcher}", watcher.status.reason)

    async def _register(self) -> None:
        """The registration: once to start, and whenever own records may have changed."""
        await self._options.clock.sleep(self._options.jitter * self._options.random())
        self._put(await self._registrar.register(starting=True))
        self._progress.step = "watch services and deployments"
        self._services.launch()
        self._deployments.launch()
        while True:
            await self._look_again.wait()
            self._look_again.clear()
            try:
                await self._registrar.register(starting=False)
            except RegistrationRefused as error:
                # It was registered once, and goes on with what it knows; the reason is visible in `status`.
                _log.error("%s", error)

    async def _ready_or_failed(self) -> bool:
        await self._answering.wait()
        return True

    async def _too_late(self) -> bool:
        await self._options.clock.sleep(self._options.deadline)
        return False

    def _stuck_because(self) -> str:
        if self._state.missing:
            return f"{', '.join(self._state.missing)} is not in sight"
        watches = [watcher for watcher in (self._services, self._deployments) if watcher.status.reason]
        return self._progress.reason or "; ".join(f"watch of {watcher}: {watcher.status}" for watcher in watches)

    async def _end(self, phase: Phase) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for watcher in (self._services, self._deployments):
            try:
                await watcher.stop()
            except WatchFailed as error:
                _log.info("%s", error)
        self._state = State(phase=phase, environment=self._state.environment)
        self._subscriptions.end(self._failure)
        await self._lists.close()
        await self._dialler.close()
        if self._own_channel and self._meta.current is not None:
            channel, self._meta.current = self._meta.current, None
            await channel.close()

    def _check_ready(self) -> None:
        if self._state.phase not in _ANSWERING:
            raise NotReady(self._state.phase)
