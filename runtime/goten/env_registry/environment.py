"""What is known of the environment at one moment: an immutable snapshot with plain lookups (ENV-12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern
from types import MappingProxyType
from typing import Final

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service

is_service: Final = re.compile(r"services/[^/]+").fullmatch
"""Whether something has the name of a Service."""
is_deployment: Final = re.compile(r"services/[^/]+/deployments/[^/]+").fullmatch
"""Whether something has the name of a Deployment."""
_NONE: Final[Mapping[str, Deployment]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Environment:
    """Services by domain, deployments by domain and region id. Messages are shared and must not be changed."""

    services: Mapping[str, Service] = field(default_factory=dict)
    deployments: Mapping[str, Mapping[str, Deployment]] = field(default_factory=dict)

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


def with_services(environment: Environment, changed: Iterable[Service], removed: Iterable[str]) -> Environment:
    """The environment after changes; `removed` are resource names. The old one stays as it is."""
    services = dict(environment.services)
    for name in removed:
        services.pop(domain_of(name), None)
    services.update((domain_of(service.name), service) for service in changed)
    return Environment(services, environment.deployments)


def with_deployments(environment: Environment, changed: Iterable[Deployment], removed: Iterable[str]) -> Environment:
    """The environment after changes; `removed` are resource names. Only what is touched is copied."""
    deployments = dict(environment.deployments)
    copied: dict[str, dict[str, Deployment]] = {}

    def regions_of(collection: str) -> dict[str, Deployment]:
        domain = domain_of(collection)
        if domain not in copied:
            deployments[domain] = copied[domain] = dict(deployments.get(domain, _NONE))
        return copied[domain]

    for name in removed:
        collection, _, region = name.rpartition("/")
        regions_of(collection).pop(region, None)
    last, regions = "", dict[str, Deployment]()
    for deployment in changed:
        collection, _, region = deployment.name.rpartition("/")
        # Snapshots are in order of names: one service comes after the other.
        if collection != last:
            regions, last = regions_of(collection), collection
        regions[intern(region)] = deployment
    for domain, left in copied.items():
        if not left:
            del deployments[domain]
    return Environment(environment.services, deployments)


def domain_of(name: str) -> str:
    """`iam.example.com` of `services/iam.example.com`, and of anything below it."""
    return name.split("/", 2)[1]


def place_of(name: str) -> tuple[str, str]:
    """Domain and region id of `services/{domain}/deployments/{region}`."""
    _, domain, _, region = name.split("/", 3)
    return domain, region
