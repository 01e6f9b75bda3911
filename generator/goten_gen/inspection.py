"""`goten-gen inspect`: every resource found, and why (docs/inspect-schema.json)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from goten_gen.analysis import Analysis
from goten_gen.model import Resource, Service


def records(analysis: Analysis) -> list[dict[str, Any]]:
    """One record per resource type and version, sorted by type and version."""
    services = analysis.world.services
    found = sorted(analysis.resources(), key=lambda r: (r.type, r.service.version))
    shown = _shown_files(analysis)
    return [_record(resource, services[resource.service], shown) for resource in found]


def _shown_files(analysis: Analysis) -> dict[str, str]:
    """Original file -> the tree's copy of it, which is what a user of that tree knows."""
    return {
        original: path
        for path in analysis.selected_files
        if path in analysis.tree.files
        for original in analysis.tree.files[path].public_imports
        if original.startswith("goten/")
    }


def _record(resource: Resource, service: Service, shown: dict[str, str]) -> dict[str, Any]:
    return {
        "type": resource.type,
        "version": resource.service.version,
        "singular": resource.singular,
        "plural": resource.plural,
        "patterns": [use.pattern.text for use in resource.patterns],
        "parents": [parent.type for parent in resource.parents],
        "parentless": resource.parentless,
        "policy_holder": resource.policy_holder,
        "policy_field": ".".join(resource.policy_field) if resource.policy_field else None,
        "supports_metadata": resource.supports_metadata,
        "metadata_field": resource.metadata_field,
        "regional": resource.regional,
        "governed_by": {use.pattern.text: use.holder.type if use.holder else None for use in resource.patterns},
        "proto_message": resource.message,
        "proto_file": shown.get(resource.file, resource.file),
        "sync_type": str(resource.sync_type),
        "id_pattern": resource.id_pattern,
        "access": dict(resource.access),
        "imports": {found.domain: found.version for found in service.imports},
        "reasons": [{"rule": finding.rule, "text": finding.text} for finding in resource.findings],
    }


def table(found: Sequence[dict[str, Any]]) -> str:
    """The records for people: a line each, services as headings."""
    if not found:
        return "no resources\n"
    lines: list[str] = []
    heading = None
    width = max(len(record["type"].partition("/")[2]) for record in found)
    for record in sorted(found, key=lambda r: (r["type"].partition("/")[0], r["version"], r["type"])):
        domain, _, name = record["type"].partition("/")
        service = f"{domain} {record['version']}".rstrip()
        if service != heading:
            imports = ", ".join(f"{d} {v}".rstrip() for d, v in record["imports"].items())
            lines += [""] if heading else []
            lines.append(service + (f"  (imports {imports})" if imports else ""))
            heading = service
        holder = ", ".join(sorted({h or "the service" for h in record["governed_by"].values()})) or "nobody"
        marks = _marks(record)
        patterns = record["patterns"] or ["(no pattern)"]
        lines.append(f"  {name:<{width}}  {patterns[0]}")
        lines += [f"  {'':<{width}}  {pattern}" for pattern in patterns[1:]]
        lines.append(f"  {'':<{width}}    governed by {holder}{''.join(f'; {mark}' for mark in marks)}")
    return "".join(f"{line}\n" for line in lines)


def _marks(record: dict[str, Any]) -> Iterable[str]:
    if record["policy_holder"]:
        yield f"policy holder ({record['policy_field']})"
    if record["regional"]:
        yield "regional"
    if not record["supports_metadata"]:
        yield "no metadata"
    if record["sync_type"] != "DEFAULT":
        yield record["sync_type"]
