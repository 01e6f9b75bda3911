"""The text of each file of a synthetic proto tree, from its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from string import Template

from benchmarks.tree import templates
from benchmarks.tree.fields import settings
from benchmarks.tree.plan import ServicePlan
from benchmarks.tree.resources import ResourcePlan, snake
from benchmarks.tree.rpcs import parent_paths, rpcs
from benchmarks.tree.skeleton import skeleton

_VERBS = ("Archive", "Restore", "Rotate", "Disable")
_META = "goten-sdk/types/meta.proto"
_POLICY = "goten-sdk/types/multi_region_policy.proto"


def service_files(service: ServicePlan, seed: int) -> Iterator[tuple[str, str]]:
    """(path, text) of every file of a service version, its skeleton last."""
    protos = []
    for path, text in _protos(service, seed):
        protos.append(path)
        yield path, text
    umbrella = [*protos, *(imported.umbrella for imported in service.imports)]
    yield service.umbrella, _header(service, service.folder, umbrella)
    yield f"{service.folder}/proto/api-skeleton-{service.version}.yaml", skeleton(service)


def _protos(service: ServicePlan, seed: int) -> Iterator[tuple[str, str]]:
    yield (
        _common(service),
        _header(service, "common", ["google/protobuf/timestamp.proto"]) + _fill(templates.COMMON, service),
    )
    for index, resource in enumerate(service.resources):
        rng = Random(f"{seed}/{service.directory}/{resource.singular}")
        imported = service.imports[index % len(service.imports)] if service.imports else None
        verb = _VERBS[index % len(_VERBS)] if resource.custom else ""
        stem = f"{service.directory}/{resource.stem}"
        yield f"{stem}.proto", _resource(service, resource, imported, rng)
        yield f"{stem}_change.proto", _change(service, resource)
        if verb:
            yield f"{stem}_custom.proto", _custom(service, resource, verb)
        yield f"{stem}_service.proto", _service(service, resource, verb)


def _common(service: ServicePlan) -> str:
    return f"{service.directory}/common.proto"


def _header(service: ServicePlan, stem: str, imports: Iterable[str]) -> str:
    name = stem.replace("-", "_")
    return templates.HEADER.substitute(
        package=service.package,
        directory=service.directory,
        imports="\n".join(f'import "{path}";' for path in sorted(set(imports))),
        go_package=name,
        java_class="".join(part.capitalize() for part in name.split("_")),
    )


def _fill(template: Template, service: ServicePlan, resource: ResourcePlan | None = None, **more: str) -> str:
    names = {"domain": service.domain, **more}
    if resource is not None:
        one, many = resource.singular, resource.plural
        names |= {"One": one, "Many": many, "one": snake(one), "many": snake(many)}
    return template.substitute(names)


def _resource(service: ServicePlan, resource: ResourcePlan, imported: ServicePlan | None, rng: Random) -> str:
    imports = [_common(service), "google/api/resource.proto", "google/protobuf/duration.proto"]
    imports += ["google/protobuf/timestamp.proto"]
    imports += [_META] if resource.metadata else []
    imports += [_POLICY] if resource.holder else []
    imports += [_common(imported)] if imported else []
    lines = list(_resource_head(service, resource))
    for number, member in enumerate(_members(resource, imported), start=1):
        comment, declaration, options = member
        lines += ["", *(f"  // {line}" for line in comment.split("\n")), f"  {declaration} = {number}{options};"]
    lines += [*settings(rng), "}", ""]
    return _header(service, resource.stem, imports) + "\n".join(lines)


def _resource_head(service: ServicePlan, resource: ResourcePlan) -> Iterator[str]:
    yield ""
    yield f"// A {resource.singular} of {service.domain}: asked for in its spec, reported on in its"
    yield "// status, and kept in step by the controller of the service."
    yield f"message {resource.singular} {{"
    yield "  option (google.api.resource) = {"
    yield f'    type: "{service.domain}/{resource.singular}"'
    yield from (f'    pattern: "{pattern}"' for pattern in resource.patterns)
    yield "  };"


def _members(resource: ResourcePlan, imported: ServicePlan | None) -> Iterator[tuple[str, str, str]]:
    """(comment, type and name, options) of the fields that the resource's own message has, in order."""
    yield (
        f"Name of the {resource.singular}. The server chooses one where a creation\nleaves it empty.",
        "string name",
        "",
    )
    if resource.metadata:
        yield (
            "What every resource has: times, labels, owners, and the regions that hold\nit.",
            "goten.types.Meta metadata",
            "",
        )
    yield "Name for people. It need not be unique.", "string display_name", ""
    yield "Words for people, of any length.", "string description", ""
    if resource.holder:
        policy = "goten.types.MultiRegionPolicy multi_region_policy"
        yield f"The regions that what belongs to this {resource.singular} can live in.", policy, ""
    yield "What is asked for.", "Spec spec", ""
    yield "What is there. Only the service itself writes it.", "Status status", ""
    yield "What was noticed about it.", "repeated Condition conditions", ""
    if imported:
        field = f"repeated {imported.package}.Condition {imported.folder.replace('-', '_')}_conditions"
        yield f"What {imported.domain} has noticed about it.", field, ""
    for target in resource.references:
        field = f"string used_{snake(target.rpartition('/')[2])}"
        yield (
            f"Name of the {target} that it makes use of.",
            field,
            f' [(google.api.resource_reference).type = "{target}"]',
        )


def _change(service: ServicePlan, resource: ResourcePlan) -> str:
    imports = [f"{service.directory}/{resource.stem}.proto", "google/protobuf/field_mask.proto"]
    return _header(service, f"{resource.stem}_change", imports) + _fill(templates.CHANGE, service, resource)


def _custom(service: ServicePlan, resource: ResourcePlan, verb: str) -> str:
    well_known = ["google/protobuf/field_mask.proto", "google/protobuf/timestamp.proto"]
    header = _header(service, f"{resource.stem}_custom", [f"{service.directory}/{resource.stem}.proto", *well_known])
    parent = _parent_field(resource, f"whose {resource.plural} are counted")
    return header + _fill(templates.CUSTOM, service, resource, Verb=verb, verb=verb.lower(), create_parent=parent)


def _service(service: ServicePlan, resource: ResourcePlan, verb: str) -> str:
    stem = f"{service.directory}/{resource.stem}"
    imports = [f"{stem}.proto", f"{stem}_change.proto", *([f"{stem}_custom.proto"] if verb else [])]
    imports += [f"google/api/{name}.proto" for name in ("annotations", "client")]
    imports += [f"google/protobuf/{name}.proto" for name in ("empty", "field_mask", "timestamp")]
    imports += [f"goten-sdk/types/{name}.proto" for name in ("view", "watch_type")]
    requests = _fill(
        templates.REQUESTS,
        service,
        resource,
        list_parent=_parent_field(resource, f"whose {resource.plural} are listed"),
        watch_parent=_parent_field(resource, f"whose {resource.plural} are watched"),
        create_parent=_parent_field(resource, "in which it is created"),
    )
    methods = "".join(f"{line}\n" for line in rpcs(resource, service.version, verb))
    api = _fill(templates.SERVICE, service, resource, rpcs=methods)
    return _header(service, f"{resource.stem}_service", imports) + requests + api


def _parent_field(resource: ResourcePlan, whose: str) -> str:
    return templates.PARENT_FIELD.substitute(whose=whose) if any(parent_paths(resource)) else ""
