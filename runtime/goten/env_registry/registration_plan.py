"""What a process has to write, given what is stored; plain functions over messages (ENV-3 to ENV-8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from google.protobuf.message import Message

from goten.env_registry.declaration import Declaration
from goten.env_registry.errors import RegistrationRefused
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.versions import newest_first

WrittenT = TypeVar("WrittenT", bound=Message)

DISABLED_AT_STOP: Final = "goten.com/disabled-at-stop"
"""The annotation of a Deployment that its own process disabled."""

_DEPLOYMENT_FIELDS: Final = ("private_domain", "labelled_domains", "local_network_id", "location")


@dataclass(frozen=True, slots=True)
class Create(Generic[WrittenT]):
    message: WrittenT


@dataclass(frozen=True, slots=True)
class Update(Generic[WrittenT]):
    """Writes the paths of `message`, if they are still as in `stored` (compare-and-swap)."""

    message: WrittenT
    stored: WrittenT
    paths: tuple[str, ...]


def plan_service(
    declared: Declaration, stored: Service | None, *, starting: bool
) -> Create[Service] | Update[Service] | None:
    """None: the stored one holds what this binary declares (ENV-3).

    Of equal generations the last start wins, so only a process that starts overwrites what another of its generation
    wrote; later it adds what is missing, as an older generation does (ENV-5).
    """
    if stored is None:
        return Create(declared.service)
    merged = Service()
    merged.CopyFrom(stored)
    _add_region(merged, declared)
    _add_versions(merged, declared, declared.versions)
    if _may_overwrite(declared.generation, stored.env_registry_generation, starting):
        _overwrite_imports(merged, declared, declared.versions)
        _add_used(merged, declared)
        merged.global_domain = declared.service.global_domain
        merged.env_registry_generation = declared.generation or stored.env_registry_generation
    else:
        new = [version for version in declared.versions if version not in stored.all_versions]
        _overwrite_imports(merged, declared, new)
    return _update(stored, merged)


def plan_deployment(
    declared: Declaration, stored: Deployment | None, *, starting: bool
) -> Create[Deployment] | Update[Deployment] | None:
    """Raises RegistrationRefused where another endpoint is registered under the same generation (ENV-6)."""
    if stored is None:
        return Create(declared.deployment)
    if not _may_overwrite(declared.generation, stored.env_registry_generation, starting):
        return None
    wanted = declared.deployment
    _check_endpoint(declared, stored)
    merged = Deployment()
    merged.CopyFrom(stored)
    if wanted.public_domain:
        merged.public_domain = wanted.public_domain
    for field in _DEPLOYMENT_FIELDS:
        merged.ClearField(field)
    partial = Deployment(
        private_domain=wanted.private_domain,
        labelled_domains=wanted.labelled_domains,
        local_network_id=wanted.local_network_id,
        location=wanted.location if wanted.location.ByteSize() else None,
    )
    merged.MergeFrom(partial)
    merged.env_registry_generation = declared.generation or stored.env_registry_generation
    update = _update(stored, merged)
    if DISABLED_AT_STOP not in stored.metadata.annotations:
        return update
    merged.is_disabled = False
    del merged.metadata.annotations[DISABLED_AT_STOP]
    paths = update.paths if update is not None else ()
    return Update(merged, stored, (*paths, "is_disabled", "metadata.annotations"))


def plan_disabling(stored: Deployment | None) -> Update[Deployment] | None:
    """Takes a Deployment out of service, and notes that its next start may undo that (ENV-22)."""
    if stored is None or stored.is_disabled:
        return None
    disabled = Deployment()
    disabled.CopyFrom(stored)
    disabled.is_disabled = True
    disabled.metadata.annotations[DISABLED_AT_STOP] = "true"
    return Update(disabled, stored, ("is_disabled", "metadata.annotations"))


def plan_resources(declared: Declaration, stored: Iterable[Resource]) -> list[Create[Resource] | Update[Resource]]:
    """One write for each Resource that is missing or lacks a version; versions and infos are unions (ENV-7)."""
    known = {resource.name: resource for resource in stored}
    planned = (_plan_resource(resource, known.get(resource.name)) for resource in declared.resources)
    return [plan for plan in planned if plan is not None]


def _plan_resource(declared: Resource, stored: Resource | None) -> Create[Resource] | Update[Resource] | None:
    if stored is None:
        return Create(declared)
    infos = {info.version: info for info in (*stored.versioned_infos, *declared.versioned_infos)}
    versions = newest_first({*stored.versions, *declared.versions})
    merged = Resource()
    merged.CopyFrom(stored)
    merged.versions[:] = versions
    del merged.versioned_infos[:]
    merged.versioned_infos.extend(infos[version] for version in versions if version in infos)
    if versions[0] in declared.versions:
        merged.plural_name = declared.plural_name
    return _update(stored, merged)


def _may_overwrite(own: int, stored: int, starting: bool) -> bool:
    """A generation of 0 is none: whoever carries none overwrites at its start (ENV-5)."""
    if not own or not stored:
        return starting
    return own > stored or (own == stored and starting)


def _add_region(service: Service, declared: Declaration) -> None:
    policy = service.multi_region_policy
    if declared.region not in policy.enabled_regions:
        policy.enabled_regions.append(declared.region)
    if not policy.default_control_region:
        policy.default_control_region = declared.service.multi_region_policy.default_control_region


def _add_versions(service: Service, declared: Declaration, versions: Sequence[str]) -> None:
    if not {*versions} <= {*service.all_versions}:
        service.all_versions[:] = newest_first({*service.all_versions, *versions})


def _overwrite_imports(service: Service, declared: Declaration, versions: Sequence[str]) -> None:
    """Makes the imports of these versions what is declared; those of other versions stay."""
    if not versions:
        return
    stay = [entry for entry in service.imported_versions if entry.current_service_version not in versions]
    gone = [entry for entry in service.imported_versions if entry.current_service_version in versions]
    come = [entry for entry in declared.service.imported_versions if entry.current_service_version in versions]
    if _texts(gone) != _texts(come):
        del service.imported_versions[:]
        service.imported_versions.extend([*stay, *come])
    needed = {entry.target_service for entry in (*stay, *come)}
    dropped = {entry.target_service for entry in gone} - needed
    imported = ({*service.imported_services} - dropped) | {entry.target_service for entry in come}
    if imported != {*service.imported_services}:
        service.imported_services[:] = sorted(imported)


def _texts(entries: Iterable[Service.ImportedVersions]) -> set[tuple[str, str, str]]:
    return {(entry.current_service_version, entry.target_service, entry.target_service_version) for entry in entries}


def _add_used(service: Service, declared: Declaration) -> None:
    missing = {*declared.service.used_services} - {*service.used_services} - {*service.imported_services}
    if missing:
        service.used_services[:] = sorted({*service.used_services} | missing)


def _check_endpoint(declared: Declaration, stored: Deployment) -> None:
    wanted, known = declared.deployment.public_domain, stored.public_domain
    same_generation = declared.generation == stored.env_registry_generation
    # What Meta filled in says nothing: a controller may have been first, which has no endpoint.
    replaceable = not wanted or known in ("", wanted, declared.default_endpoint)
    if same_generation and not replaceable and not declared.replace_endpoint:
        raise RegistrationRefused(
            stored.name,
            f"it listens at {known} already, and this process at {wanted}, under the same generation",
            "stop the other deployment, give both the same endpoint, or set replace_endpoint",
        )


def _update(stored: WrittenT, merged: WrittenT) -> Update[WrittenT] | None:
    """The top-level fields in which they differ."""
    paths = tuple(
        field.name
        for field in stored.DESCRIPTOR.fields
        if field.name != "metadata" and _value(stored, field.name) != _value(merged, field.name)
    )
    return Update(merged, stored, paths) if paths else None


def _value(message: Message, field: str) -> object:
    if message.DESCRIPTOR.fields_by_name[field].is_repeated:
        return list(getattr(message, field))
    value: object = getattr(message, field)
    return value
