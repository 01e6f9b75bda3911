"""The text of a service version's `api-skeleton-<version>.yaml`."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.tree.plan import ServicePlan
from benchmarks.tree.resources import ResourcePlan

_BACKSLASH = "\\"


def skeleton(service: ServicePlan) -> str:
    """The skeleton. Backslashes of id patterns are doubled before they are quoted, as in published ones."""
    lines = [
        f"name: {service.domain}",
        "proto:",
        "  package:",
        f"    name: {service.package.rpartition('.')[0]}",
        f"    currentVersion: {service.version}",
        f"    protoImportPathPrefix: {service.folder}/proto",
        "  service:",
        f"    name: {service.folder.title().replace('-', '')}",
        f"    defaultHost: {service.domain}",
    ]
    if service.imports:
        lines += ["", "imports:", *(f"- {imported.domain}" for imported in service.imports)]
    lines += ["", "resources:"]
    for resource in service.resources:
        lines += [*_resource(resource), ""]
    return "\n".join(lines)


def _resource(resource: ResourcePlan) -> Iterator[str]:
    yield f"- name: {resource.singular}"
    yield f"  plural: {resource.plural}"
    if resource.parents != ("",):
        yield "  parents:"
        yield from (f"  - {parent or json.dumps(parent)}" for parent in resource.parents)
    if resource.id_pattern:
        yield f"  idPattern: {json.dumps(resource.id_pattern.replace(_BACKSLASH, _BACKSLASH * 2))}"
    if resource.regional:
        yield "  scopeAttributes:"
        yield "  - Region"
    if resource.holder or resource.sync_type:
        yield "  multiRegion:"
        if resource.holder:
            yield "    isPolicyHolder: true"
        if resource.sync_type:
            yield f"    syncType: {resource.sync_type}"
    if not resource.metadata:
        yield "  optOuts:"
        yield "    metadataField: true"
