"""What a process has to write of the Resources of its service (ENV-7)."""

from __future__ import annotations

from collections.abc import Iterable

from goten.env_registry.declaration import Declaration
from goten.env_registry.plans import Create, Update, copied, update
from goten.meta.v1.resource_pb2 import Resource
from goten.versions import newest_first


def plan_resources(
    declared: Declaration, stored: Iterable[Resource], *, overwrite: bool
) -> list[Create[Resource] | Update[Resource]]:
    """One write for each Resource that is missing or lacks a version; versions and infos are unions.

    Where what is declared contradicts what is stored, it counts if `overwrite` says so (ENV-5).
    """
    known = {resource.name: resource for resource in stored}
    planned = (_plan(resource, known.get(resource.name), overwrite) for resource in declared.resources)
    return [plan for plan in planned if plan is not None]


def _plan(declared: Resource, stored: Resource | None, overwrite: bool) -> Create[Resource] | Update[Resource] | None:
    if stored is None:
        return Create(declared)
    first, last = (stored, declared) if overwrite else (declared, stored)
    infos = {info.version: info for info in (*first.versioned_infos, *last.versioned_infos)}
    versions = newest_first({*stored.versions, *declared.versions})
    merged = copied(stored)
    merged.versions[:] = versions
    del merged.versioned_infos[:]
    merged.versioned_infos.extend(infos[version] for version in versions if version in infos)
    newest = versions[0] if overwrite or versions[0] not in stored.versions else ""
    if newest in declared.versions:
        merged.plural_name = declared.plural_name
    return update(stored, merged)
