"""What the registry knows and how far it is, as a plain function of a state and an event (ENV-9 to ENV-11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from goten.env_registry.changes import Change, DeploymentChange, ServiceChange
from goten.env_registry.declaration import Declaration
from goten.env_registry.deployment_plan import plan_deployment
from goten.env_registry.environment import Environment, domain_of, with_deployments, with_services
from goten.env_registry.plans import Create
from goten.env_registry.service_plan import plan_service
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
    """The registration is confirmed: what was known before does not count, and both watches open after it."""

    declared: Declaration
    uuid: str = ""
    """Of the own Service, as it was confirmed."""
    deployment_uuid: str = ""
    """Of the own Deployment: each of both watches tells whether its own snapshot is from after a deletion."""


class ServicesApplied(NamedTuple):
    """A boundary of the services watch; `current`: it holds, and is no prelude to another snapshot."""

    applied: Applied[Service]
    current: bool = True


class DeploymentsApplied(NamedTuple):
    """The same of the deployments watch."""

    applied: Applied[Deployment]
    current: bool = True


@dataclass(frozen=True, slots=True)
class ServicesLost:
    """The services watch is not current any more."""


@dataclass(frozen=True, slots=True)
class DeploymentsLost:
    """The deployments watch is not current any more."""


Event: TypeAlias = Registered | ServicesApplied | DeploymentsApplied | ServicesLost | DeploymentsLost


class State(NamedTuple):
    """All that the main loop has; only it replaces one by the next."""

    phase: Phase = Phase.STARTING
    environment: Environment = Environment()
    registered: Registered | None = None
    """None: not yet, or to be done again before the registry can be ready."""
    services_current: bool = False
    deployments_current: bool = False
    amiss: str = ""
    """What of the own records is not as this process declares; empty: nothing, as far as is known."""

    @property
    def current(self) -> bool:
        return self.services_current and self.deployments_current

    @property
    def own_service(self) -> Service | None:
        if self.registered is None:
            return None
        return self.environment.service(self.registered.declared.domain)

    @property
    def own_deployment(self) -> Deployment | None:
        if self.registered is None:
            return None
        return self.environment.deployment(self.registered.declared.domain, self.registered.declared.region)

    @property
    def missing(self) -> tuple[str, ...]:
        """Services (resource names) that are imported, and not in sight.

        Only those that the own Service imports in Meta, too: a newer generation may have dropped an import (ENV-10).
        """
        if self.registered is None:
            return ()
        own, declared = self.own_service, self.registered.declared.service
        imported = set(() if own is None else own.imported_services).intersection(declared.imported_services)
        return tuple(name for name in sorted(imported) if self.environment.service(domain_of(name)) is None)


class Step(NamedTuple):
    """The next state, what subscribers are told, and whether the registration has to look again (ENV-21)."""

    state: State
    changes: tuple[Change, ...] = ()
    look_again: bool = False


def reduce(state: State, event: Event) -> Step:
    """What an event makes of a state. Nothing of a state that was is changed."""
    before = state
    changes: tuple[Change, ...] = ()
    match event:
        case Registered():
            state = State(registered=event)
        case ServicesApplied(applied, current):
            environment = state.environment
            if not applied.is_bookmark:
                changed = [*applied.added.values(), *applied.changed.values()]
                environment = with_services(environment, changed, applied.removed)
                changes = _service_changes(applied)
            state = state._replace(environment=environment, services_current=current)
        case DeploymentsApplied(applied, current):
            environment = state.environment
            if not applied.is_bookmark:
                changed_deployments = [*applied.added.values(), *applied.changed.values()]
                environment = with_deployments(environment, changed_deployments, applied.removed)
                changes = _deployment_changes(applied)
            state = state._replace(environment=environment, deployments_current=current)
        case ServicesLost():
            state = state._replace(services_current=False)
        case DeploymentsLost():
            state = state._replace(deployments_current=False)
    return _judge(before, state, changes)


def _judge(before: State, state: State, changes: tuple[Change, ...]) -> Step:
    """Which phase a state is in. Own records are looked at only while all that is known is current."""
    if not state.current:
        return Step(state._replace(phase=Phase.STALE) if state.phase is Phase.READY else state, changes)
    if state.phase is Phase.STARTING:
        return _judge_start(state, changes)
    # While Meta was away, it may have lost what this process wrote.
    came_back = state.phase is Phase.STALE
    if came_back or state.own_service is not before.own_service or state.own_deployment is not before.own_deployment:
        state = state._replace(phase=Phase.READY, amiss=_amiss(state))
    return Step(state, changes, look_again=came_back or bool(state.amiss))


def _judge_start(state: State, changes: tuple[Change, ...]) -> Step:
    if state.registered is None:
        return Step(state, changes)
    amiss = _amiss(state) or _replaced(state, state.registered)
    if amiss:
        # What was confirmed has gone since, so the watches may have opened when less was to be seen (ENV-10).
        return Step(state._replace(registered=None, amiss=amiss), changes, look_again=True)
    return Step(state if state.missing else state._replace(phase=Phase.READY), changes)


def _amiss(state: State) -> str:
    """Which own record is gone, or lacks something that only this process would bring back."""
    if state.registered is None:
        return ""
    declared = state.registered.declared
    plans = (
        plan_service(declared, state.own_service, starting=False),
        plan_deployment(declared, state.own_deployment, starting=False),
    )
    said = []
    for plan in plans:
        if isinstance(plan, Create):
            said.append(f"{plan.message.name} is not in Meta")
        elif plan is not None:
            said.append(f"{plan.stored.name} was changed: {', '.join(plan.paths)}")
    return "; ".join(said)


def _replaced(state: State, registered: Registered) -> str:
    """Whether the own Service or Deployment is another than was confirmed, as far as Meta tells them apart."""
    for own, uuid in ((state.own_service, registered.uuid), (state.own_deployment, registered.deployment_uuid)):
        if own is not None and uuid and own.metadata.uuid != uuid:
            return f"{own.name} was deleted and created again"
    return ""


def _service_changes(applied: Applied[Service]) -> tuple[ServiceChange, ...]:
    changes = [ServiceChange(name, None, service) for name, service in applied.added.items()]
    for name, service in applied.changed.items():
        changes.append(ServiceChange(name, applied.before[name], service))
    for name, service in applied.removed.items():
        changes.append(ServiceChange(name, service, None))
    return tuple(changes)


def _deployment_changes(applied: Applied[Deployment]) -> tuple[DeploymentChange, ...]:
    changes = [DeploymentChange(name, None, deployment) for name, deployment in applied.added.items()]
    for name, deployment in applied.changed.items():
        changes.append(DeploymentChange(name, applied.before[name], deployment))
    for name, deployment in applied.removed.items():
        changes.append(DeploymentChange(name, deployment, None))
    return tuple(changes)
