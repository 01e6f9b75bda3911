"""What the registry knows and how far it is, as a plain function of a state and an event (ENV-9 to ENV-11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from goten.env_registry.changes import Change, DeploymentChange, ServiceChange
from goten.env_registry.environment import Environment, domain_of, place_of, with_deployments, with_services
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.watch import Applied


class Phase(StrEnum):
    """How far a registry is. It answers while READY or STALE."""

    STARTING = "starting"
    READY = "ready"
    STALE = "stale"
    """Meta is away, or behind: what was known last stays in use, and its age is visible."""
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Registered:
    """The registration is complete; names are those of the own Service and Deployment."""

    service: str
    deployment: str
    imports: frozenset[str] = frozenset()
    """Names of the services that are imported; they are in sight before the registry is ready."""


@dataclass(frozen=True, slots=True)
class ServicesApplied:
    applied: Applied[Service]


@dataclass(frozen=True, slots=True)
class DeploymentsApplied:
    applied: Applied[Deployment]


@dataclass(frozen=True, slots=True)
class WatchIs:
    """Whether a watch is current."""

    current: bool


@dataclass(frozen=True, slots=True)
class ServicesWatch(WatchIs):
    pass


@dataclass(frozen=True, slots=True)
class DeploymentsWatch(WatchIs):
    pass


Event: TypeAlias = Registered | ServicesApplied | DeploymentsApplied | ServicesWatch | DeploymentsWatch


@dataclass(frozen=True, slots=True)
class State:
    """All that the main loop has; only it replaces one by the next."""

    phase: Phase = Phase.STARTING
    environment: Environment = field(default_factory=Environment)
    registered: Registered | None = None
    services_current: bool = False
    deployments_current: bool = False

    @property
    def current(self) -> bool:
        return self.services_current and self.deployments_current

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be in sight before the registry is ready, and is not."""
        if self.registered is None:
            return ()
        services = {self.registered.service, *self.registered.imports}
        missing = [name for name in sorted(services) if self.environment.service(domain_of(name)) is None]
        if self.environment.deployment(*place_of(self.registered.deployment)) is None:
            missing.append(self.registered.deployment)
        return tuple(missing)


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, what subscribers are told, and whether own records changed, so that registration looks again."""

    state: State
    changes: tuple[Change, ...] = ()
    look_again: bool = False


def reduce(state: State, event: Event) -> Step:
    """What an event makes of a state. Nothing of a state that was is changed."""
    changes: tuple[Change, ...] = ()
    match event:
        case Registered():
            state = replace(state, registered=event)
        case ServicesApplied(applied):
            changed = [*applied.added.values(), *applied.changed.values()]
            state = replace(state, environment=with_services(state.environment, changed, applied.removed))
            changes = tuple(_service_changes(applied))
        case DeploymentsApplied(applied):
            changed_deployments = [*applied.added.values(), *applied.changed.values()]
            environment = with_deployments(state.environment, changed_deployments, applied.removed)
            state = replace(state, environment=environment)
            changes = tuple(_deployment_changes(applied))
        case ServicesWatch(current):
            state = replace(state, services_current=current)
        case DeploymentsWatch(current):
            state = replace(state, deployments_current=current)
    state = replace(state, phase=_phase(state))
    return Step(state, changes, _concerns_own(state, changes))


def _phase(state: State) -> Phase:
    match state.phase:
        case Phase.STARTING:
            ready = state.registered is not None and state.current and not state.missing
            return Phase.READY if ready else Phase.STARTING
        case Phase.READY | Phase.STALE:
            return Phase.READY if state.current else Phase.STALE
        case _:
            return state.phase


def _concerns_own(state: State, changes: Iterable[Change]) -> bool:
    own = state.registered
    return own is not None and any(change.name in (own.service, own.deployment) for change in changes)


def _service_changes(applied: Applied[Service]) -> Iterator[ServiceChange]:
    for name, service in applied.added.items():
        yield ServiceChange(name, None, service)
    for name, service in applied.changed.items():
        yield ServiceChange(name, applied.before[name], service)
    for name, service in applied.removed.items():
        yield ServiceChange(name, service, None)


def _deployment_changes(applied: Applied[Deployment]) -> Iterator[DeploymentChange]:
    for name, deployment in applied.added.items():
        yield DeploymentChange(name, None, deployment)
    for name, deployment in applied.changed.items():
        yield DeploymentChange(name, applied.before[name], deployment)
    for name, deployment in applied.removed.items():
        yield DeploymentChange(name, deployment, None)
