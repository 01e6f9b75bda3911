"""What subscribers are told: a snapshot of the past, then changes (ENV-13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from goten.env_registry.environment import Environment, domain_of, place_of
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service


class ServiceChange(NamedTuple):
    """`before` is None for one that came, `after` for one that is gone."""

    name: str
    before: Service | None
    after: Service | None


class DeploymentChange(NamedTuple):
    """`before` is None for one that came, `after` for one that is gone."""

    name: str
    before: Deployment | None
    after: Deployment | None


Change: TypeAlias = ServiceChange | DeploymentChange


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a subscriber asked for, as it is now. `reset`: changes were lost to it, since it read too slowly."""

    services: Mapping[str, Service]
    """By domain."""
    deployments: Mapping[str, Deployment]
    """By resource name."""
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed together, at least one."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Interest:
    """Which services (domains) and regions (ids) a subscriber wants to hear of; None: all. A service has no region."""

    services: frozenset[str] | None = None
    regions: frozenset[str] | None = None

    @classmethod
    def of(cls, services: Collection[str] | None, regions: Collection[str] | None) -> Interest:
        """Raises TypeError for a text, which would be a collection of letters."""
        for given in (services, regions):
            if isinstance(given, str):
                raise TypeError(f"{given!r} is one name, and a collection of them is wanted")
        return cls(None if services is None else frozenset(services), None if regions is None else frozenset(regions))

    @property
    def everything(self) -> bool:
        return self.services is None and self.regions is None

    def wants(self, change: Change) -> bool:
        return self.wants_name(change.name)

    def wants_name(self, name: str) -> bool:
        """Whether a service or a deployment, by its resource name, is of interest."""
        if self.services is not None and domain_of(name) not in self.services:
            return False
        return self.regions is None or "/deployments/" not in name or place_of(name)[1] in self.regions

    def snapshot(self, environment: Environment, *, reset: bool = False) -> Snapshot:
        services = {
            domain: service for domain, service in environment.services.items() if self.wants_name(service.name)
        }
        deployments = {
            deployment.name: deployment
            for deployment in environment.all_deployments()
            if self.wants_name(deployment.name)
        }
        return Snapshot(services, deployments, reset)
