"""What a process has to write of its Service (ENV-3 to ENV-5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from goten.env_registry.declaration import Declaration
from goten.env_registry.plans import Create, Update, copied, is_older, may_overwrite, update
from goten.meta.v1.service_pb2 import Service
from goten.versions import newest_first


def plan_service(
    declared: Declaration, stored: Service | None, *, starting: bool
) -> Create[Service] | Update[Service] | None:
    """None: the stored one holds what this binary declares (ENV-3).

    Of equal generations the last start wins, so only a process that starts overwrites what another of its generation
    wrote; later it adds what is missing, as an older generation does (ENV-5).
    """
    if stored is None:
        return Create(_created(declared))
    wanted = declared.service
    merged = copied(stored)
    _add_region(merged, wanted, declared.region)
    _add_versions(merged, declared.versions)
    if may_overwrite(declared.generation, stored.env_registry_generation, starting=starting):
        _overwrite_imports(merged, wanted, declared.versions)
        _add_used(merged, wanted.used_services)
        merged.global_domain = wanted.global_domain or stored.global_domain
        merged.env_registry_generation = declared.generation or stored.env_registry_generation
    else:
        new = {*declared.versions} - {*stored.all_versions}
        _overwrite_imports(merged, wanted, new)
        if not is_older(declared.generation, stored.env_registry_generation):
            # Whoever took an import away may have meant it, but this process goes on needing that service.
            _add_used(merged, [*wanted.used_services, *wanted.imported_services])
    return update(stored, merged)


def _created(declared: Declaration) -> Service:
    service = copied(declared.service)
    service.global_domain = service.global_domain or declared.domain
    return service


def _add_region(service: Service, wanted: Service, region: str) -> None:
    policy = service.multi_region_policy
    if region not in policy.enabled_regions:
        policy.enabled_regions.append(region)
    if not policy.default_control_region:
        policy.default_control_region = wanted.multi_region_policy.default_control_region


def _add_versions(service: Service, versions: Collection[str]) -> None:
    if not {*versions} <= {*service.all_versions}:
        service.all_versions[:] = newest_first({*service.all_versions, *versions})


def _overwrite_imports(service: Service, wanted: Service, versions: Collection[str]) -> None:
    """Makes the imports of these versions what is wanted; those of other versions stay.

    What is imported no more becomes used: processes that were built when it was imported go on seeing it (ENV-5).
    """
    if not versions:
        return
    stay = [entry for entry in service.imported_versions if entry.current_service_version not in versions]
    gone = [entry for entry in service.imported_versions if entry.current_service_version in versions]
    come = [entry for entry in wanted.imported_versions if entry.current_service_version in versions]
    if _texts(gone) != _texts(come):
        del service.imported_versions[:]
        service.imported_versions.extend([*stay, *come])
    dropped = {entry.target_service for entry in gone} - {entry.target_service for entry in (*stay, *come)}
    imported = ({*service.imported_services} - dropped) | {entry.target_service for entry in come}
    if imported != {*service.imported_services}:
        service.imported_services[:] = sorted(imported)
    _add_used(service, dropped)


def _texts(entries: Iterable[Service.ImportedVersions]) -> set[tuple[str, str, str]]:
    return {(entry.current_service_version, entry.target_service, entry.target_service_version) for entry in entries}


def _add_used(service: Service, used: Iterable[str]) -> None:
    missing = {*used} - {*service.used_services} - {*service.imported_services}
    if missing:
        service.used_services[:] = sorted({*service.used_services} | missing)
