"""Resources: a type of a Service, in all its versions (REG-19)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors, names
from goten.meta.v1.resource_pb2 import Resource
from goten.meta_server.rules.rule import Rule
from goten.refusals import invalid
from goten.store_middleware import SaveContext
from goten.versions import newest_first


class Resources(Rule[Resource]):
    """Fills `fqn`, which has to agree with the name, and puts versions and what differs between them in order."""

    only_for: ClassVar = descriptors.RESOURCE

    async def write(self, context: SaveContext, old: Resource | None, new: Resource) -> Resource:
        name = names.ResourceName.parse(new.name)
        expected = f"{name.service_id}/{name.resource_id}"
        if new.fqn not in ("", expected):
            raise invalid("fqn", f"{new.fqn!r} disagrees with the name {new.name}", f"expected {expected}")
        new.fqn = expected
        order_versions(new)
        return new


def order_versions(resource: Resource) -> None:
    """Newest first. Raises Refused (INVALID_ARGUMENT) for infos of a version that is not there, or there twice."""
    versions = newest_first({*resource.versions})
    infos: dict[str, Resource.VersionedInfo] = {}
    for place, info in enumerate(resource.versioned_infos):
        field = f"versioned_infos[{place}].version"
        if info.version not in versions:
            raise invalid(field, f"{info.version!r} is not among the versions", "add it to versions")
        if info.version in infos:
            raise invalid(field, f"{info.version!r} is there twice", "give one for each version")
        infos[info.version] = info
    ordered = [infos[version] for version in versions if version in infos]
    if resource.versions != versions:
        resource.versions[:] = versions
    if [*infos] != [info.version for info in ordered]:
        copies = Resource(versioned_infos=ordered)
        del resource.versioned_infos[:]
        resource.versioned_infos.extend(copies.versioned_infos)
