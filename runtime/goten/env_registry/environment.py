"""What is known of the environment at one moment: an immutable snapshot with plain lookups (ENV-12)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from sys import intern
from types import MappingProxyType
from typing import Final, NamedTuple

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service

is_service: Final = re.compile(r"services/[^/]+").fullmatch
"""Whether something has the name of a Service."""
is_deployment: Final = re.compile(r"services/[^/]+/deployments/[^/]+").fullmatch
"""Whether something has the name of a Deployment."""
_DEEPEST: Final = 100
"""So many changes are worked out at once, at most."""
_NONE: Final[Mapping[str, Deployment]] = MappingProxyType({})


class _Difference(NamedTuple):
    """What was changed in the environment `before`; names are resource names."""

    before: Environment
    services: Collection[Service] = ()
    removed_services: Collection[str] = ()
    deployments: Collection[Deployment] = ()
    removed_deployments: Collection[str] = ()


class Environment:
    """Services by domain, deployments by domain and region id. Messages are shared and must not be changed.

    One that follows from another by a change is worked out when it is first asked for something: there is one after
    every change anywhere, and most of them are never looked at.
    """

    __slots__ = ("_deployments", "_depth", "_difference", "_services")

    def __init__(
        self,
        services: Mapping[str, Service] | None = None,
        deployments: Mapping[str, Mapping[str, Deployment]] | None = None,
        *,
        difference: _Difference | None = None,
    ) -> None:
        self._services = services or {}
        self._deployments = deployments or {}
        self._difference = difference
        self._depth: int = 0 if difference is None else difference.before._depth + 1
        if difference is not None and self._depth == _DEEPEST:
            self._work_out(difference)

    @property
    def services(self) -> Mapping[str, Service]:
        """By domain."""
        if self._difference is not None:
            self._work_out(self._difference)
        return self._services

    @property
    def deployments(self) -> Mapping[str, Mapping[str, Deployment]]:
        """By domain and region id."""
        if self._difference is not None:
            self._work_out(self._difference)
        return self._deployments

    def service(self, domain: str) -> Service | None:
        return self.services.get(domain)

    def deployment(self, domain: str, region: str) -> Deployment | None:
        return self.deployments.get(domain, _NONE).get(region)

    def deployments_of(self, domain: str) -> Mapping[str, Deployment]:
        """By region id."""
        return self.deployments.get(domain, _NONE)

    def versions(self, domain: str) -> tuple[str, ...]:
        """All API versions of a service, newest first; empty where it is not known."""
        service = self.services.get(domain)
        return () if service is None else tuple(service.all_versions)

    def imported_version(self, domain: str, version: str, target: str) -> str | None:
        """The version of `target` that a service imports in a version of its own; None where it imports none."""
        service = self.services.get(domain)
        if service is None:
            return None
        name = f"services/{target}"
        for entry in service.imported_versions:
            if entry.current_service_version == version and entry.target_service == name:
                return entry.target_service_version
        return None

    def all_deployments(self) -> Iterator[Deployment]:
        return (deployment for regions in self.deployments.values() for deployment in regions.values())

    def _work_out(self, last: _Difference) -> None:
        differences = [last]
        while (before := differences[-1].before)._difference is not None:
            differences.append(before._difference)
        services, deployments = dict(before._services), dict(before._deployments)
        touched = _Copies(before._deployments)
        for difference in reversed(differences):
            services.update((domain_of(service.name), service) for service in difference.services)
            for name in difference.removed_services:
                services.pop(domain_of(name), None)
            for deployment in difference.deployments:
                domain, region = place_of(deployment.name)
                touched[domain][intern(region)] = deployment
            for name in difference.removed_deployments:
                domain, region = place_of(name)
                touched[domain].pop(region, None)
        deployments |= touched
        for domain, regions in touched.items():
            if not regions:
                del deployments[domain]
        self._services, self._deployments = services, deployments
        self._difference, self._depth = None, 0


def with_services(environment: Environment, changed: Collection[Service], removed: Collection[str]) -> Environment:
    """The environment after changes; `removed` are resource names. The old one stays as it is."""
    return Environment(difference=_Difference(environment, services=changed, removed_services=removed))


def with_deployments(
    environment: Environment, changed: Collection[Deployment], removed: Collection[str]
) -> Environment:
    """The environment after changes; `removed` are resource names. The old one stays as it is."""
    return Environment(difference=_Difference(environment, deployments=changed, removed_deployments=removed))


class _Copies(dict[str, dict[str, Deployment]]):
    """Copies of what is in `originals`, each made when it is first asked for."""

    def __init__(self, originals: Mapping[str, Mapping[str, Deployment]]) -> None:
        super().__init__()
        self._originals = originals

    def __missing__(self, domain: str) -> dict[str, Deployment]:
        copy = self[domain] = dict(self._originals.get(domain, _NONE))
        return copy


def domain_of(name: str) -> str:
    """`iam.example.com` of `services/iam.example.com`, and of anything below it."""
    return name.split("/", 2)[1]


def place_of(name: str) -> tuple[str, str]:
    """Domain and region id of `services/{domain}/deployments/{region}`."""
    _, domain, _, region = name.split("/", 3)
    return domain, region
