"""Small worlds built by hand: what detection would find, without protos. Everything has a harmless default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from goten_gen.keys import Position, ServiceKey
from goten_gen.model import (
    Api,
    Finding,
    Import,
    Method,
    PatternUse,
    Reference,
    Resource,
    Routing,
    RpcKind,
    Service,
    SyncType,
    TypeRef,
    World,
)
from goten_gen.patterns import Pattern, parse_pattern

FINDING = Finding("DETECT-7", "built by hand")
ROUTING = Routing(annotated=False, execute_on_owning_region=False)


def use(
    pattern: str | Pattern,
    *,
    region_scope: int | None = None,
    parent: TypeRef | None = None,
    parent_pattern: int | None = 0,
    holder: TypeRef | None = None,
    holder_pattern: int | None = 0,
) -> PatternUse:
    return PatternUse(
        pattern=parse_pattern(pattern) if isinstance(pattern, str) else pattern,
        region_scope=region_scope,
        parent=parent,
        parent_pattern=None if parent is None else parent_pattern,
        holder=holder,
        holder_pattern=None if holder is None else holder_pattern,
        reason=FINDING,
    )


def resource(
    ref: TypeRef,
    *patterns: PatternUse | str,
    file: str = "",
    message: str = "",
    singular: str = "",
    plural: str = "",
    comment: str = "",
    name_field: str = "name",
    parents: Sequence[TypeRef] = (),
    policy_field: tuple[str, ...] | None = None,
    metadata_field: str | None = "metadata",
    sync_type: SyncType = SyncType.DEFAULT,
    variable_patterns: Mapping[str, str] | None = None,
    references: Sequence[Reference] = (),
    access: Mapping[str, str] | None = None,
    services_info_default: bool = True,
) -> Resource:
    """By default the message `<proto package>.<kind>` of the file that `file_of` gives."""
    kind = ref.type.partition("/")[2]
    return Resource(
        service=ref.key,
        type=ref.type,
        singular=singular or kind,
        plural=plural or f"{kind}s",
        message=message or f"{package_of(ref.key)}.{kind}",
        file=file or file_of(ref.key, kind.lower()),
        position=Position(""),
        comment=comment,
        name_field=name_field,
        patterns=tuple(use(pattern) if isinstance(pattern, str) else pattern for pattern in patterns),
        parents=tuple(parents),
        parentless=not parents,
        policy_field=policy_field,
        metadata_field=metadata_field,
        sync_type=sync_type,
        id_pattern=None,
        variable_patterns=variable_patterns or {},
        references=tuple(references),
        access=access or {},
        services_info_default=services_info_default,
    )


def method(
    full_name: str,
    request: str,
    response: str,
    *,
    file: str,
    kind: RpcKind = RpcKind.UNARY,
    verb: str = "",
    resource: str | None = None,
    name_path: str | None = None,
    parent_path: str | None = None,
    body_path: str | None = None,
    writes: bool = False,
    routing: Routing = ROUTING,
    response_file: str = "",
) -> Method:
    return Method(
        full_name=full_name,
        kind=kind,
        verb=verb or full_name.rpartition(".")[2].lower(),
        resource=resource,
        request=request,
        response=response,
        request_file=file,
        response_file=response_file or file,
        name_path=name_path,
        parent_path=parent_path,
        body_path=body_path,
        writes=writes,
        routing=routing,
    )


def service(
    key: ServiceKey,
    *resources: Resource,
    apis: Sequence[Api] = (),
    imports: Iterable[ServiceKey] = (),
    holders: Sequence[TypeRef] = (),
    files: Sequence[str] = (),
    generation: int = 1,
) -> Service:
    mentioned = [r.file for r in resources] + [api.file for api in apis]
    return Service(
        key=key,
        files=tuple(files) or tuple(dict.fromkeys(mentioned)),
        whole=True,
        resources=tuple(resources),
        apis=tuple(apis),
        imports=tuple(Import(domain, version, FINDING) for domain, version in imports),
        holders=tuple(holders),
        generation=generation,
    )


def world(*services: Service, packages: Mapping[str, str] | None = None) -> World:
    """`packages` adds to the proto packages of files, which are those of `package_of` else."""
    found: dict[str, str] = {}
    for item in services:
        files = [r.file for r in item.resources]
        files += [file for api in item.apis for m in api.methods for file in (m.request_file, m.response_file)]
        found |= dict.fromkeys(files, package_of(item.key))
    return World(
        services={item.key: item for item in sorted(services, key=lambda item: item.key)},
        resources={TypeRef(r.type, r.service.version): r for item in services for r in item.resources},
        packages=found | dict(packages or {}),
    )


def package_of(key: ServiceKey) -> str:
    return ".".join([key.domain.partition(".")[0] or "root", *([key.version] if key.version else [])])


def file_of(key: ServiceKey, name: str) -> str:
    return f"{package_of(key).replace('.', '/')}/{name}.proto"
