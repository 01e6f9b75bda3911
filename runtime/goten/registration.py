"""Registration: what a service binary tells the registry of the environment about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from goten.services import ServiceDescriptor
from goten.versions import newest_first

RegistryT_co = TypeVar("RegistryT_co", covariant=True)


class RuntimeKind(StrEnum):
    """The kinds of processes of a service that register it."""

    SERVER = "server"
    CONTROLLER = "controller"
    DB_CONTROLLER = "db_controller"


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """In its API version `version`, the service imports another in `target_version`."""

    version: str
    target: str
    """The domain of the imported service."""
    target_version: str


@dataclass(frozen=True, slots=True)
class RegisteredResource:
    """A resource type; `versions` are newest first, and `regional` has an entry for each."""

    type: str
    singular: str
    plural: str
    versions: tuple[str, ...]
    regional: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Registration:
    """One API version of a service that this binary serves. `generation` is raised when what is registered changes."""

    service: ServiceDescriptor
    generation: int

    @property
    def domain(self) -> str:
        return self.service.domain

    @property
    def version(self) -> str:
        return self.service.version

    @property
    def imports(self) -> tuple[ImportedVersion, ...]:
        imports = self.service.imports
        return tuple(ImportedVersion(self.version, imported.domain, imported.version) for imported in imports)

    @property
    def resources(self) -> tuple[RegisteredResource, ...]:
        return tuple(
            RegisteredResource(resource.type, resource.singular, resource.plural, (self.version,), (resource.regional,))
            for resource in self.service.resources
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRegistration:
    """All API versions of one service that this binary serves, as one record."""

    domain: str
    generation: int
    versions: tuple[str, ...]
    """Newest first."""
    imports: tuple[ImportedVersion, ...]
    resources: tuple[RegisteredResource, ...]


class RegistrationConflict(ValueError):
    """Registrations that do not belong into one record. `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EnvRegistryStarter(Protocol[RegistryT_co]):
    """Starts a registry of the environment."""

    async def start(self, registrations: tuple[Registration, ...], runtime: RuntimeKind) -> RegistryT_co:
        """Registers the versions of one service and returns the registry once it is ready to use."""
        ...


def merge_registrations(registrations: Sequence[Registration]) -> ServiceRegistration:
    """One record of the versions of one service. A resource type has the singular and plural of its newest version.

    Raises RegistrationConflict for versions of different services, for a version that comes twice, and for none.
    """
    domains = {registration.domain for registration in registrations}
    if len(domains) != 1:
        raise RegistrationConflict(f"one service is registered at a time, not {', '.join(sorted(domains)) or 'none'}")
    domain = domains.pop()
    by_version = {registration.version: registration for registration in registrations}
    if len(by_version) != len(registrations):
        raise RegistrationConflict(f"a version of {domain} is registered twice")
    versions = newest_first(by_version)
    ordered = [by_version[version] for version in versions]
    return ServiceRegistration(
        domain=domain,
        generation=max(registration.generation for registration in registrations),
        versions=tuple(versions),
        imports=tuple(imported for registration in ordered for imported in registration.imports),
        resources=_merge_resources([resource for registration in ordered for resource in registration.resources]),
    )


def _merge_resources(resources: Sequence[RegisteredResource]) -> tuple[RegisteredResource, ...]:
    """Resources of the same type as one; those of newer versions come first."""
    merged: dict[str, RegisteredResource] = {}
    for new in resources:
        known = merged.get(new.type)
        merged[new.type] = new if known is None else _with_version(known, new)
    return tuple(merged.values())


def _with_version(newer: RegisteredResource, older: RegisteredResource) -> RegisteredResource:
    versions, regional = newer.versions + older.versions, newer.regional + older.regional
    return RegisteredResource(newer.type, newer.singular, newer.plural, versions, regional)
