"""RPCs: which of them are access to a resource, and what is known of each (DETECT-9)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from goten_gen.detect.catalog import Declared
from goten_gen.model import Message, Method, Routing, Rpc, RpcKind

VERBS = ("get", "batch_get", "list", "watch_one", "watch", "create", "update", "delete")
WRITING_VERBS = frozenset(("create", "update", "delete"))

_OPERATION = "google.longrunning.Operation"
_EMPTY = "google.protobuf.Empty"
_READING = ("get", "list", "batch_get", "watch", "search", "query", "lookup", "check", "count", "fetch", "read", "test")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """`BatchGetDevices` -> `batch_get_devices`."""
    return _WORD.sub("_", name).lower()


def find_access(
    declared: Declared, rpcs: Mapping[str, Sequence[Rpc]], messages: Mapping[str, Message]
) -> dict[str, Rpc]:
    """Verb -> RPC, for the RPCs with the exact AIP name, request and response of the resource; `rpcs` by name."""
    assert declared.message is not None
    one, many = declared.singular, declared.plural
    names = {
        "get": f"Get{one}",
        "batch_get": f"BatchGet{many}",
        "list": f"List{many}",
        "watch_one": f"Watch{one}",
        "watch": f"Watch{many}",
        "create": f"Create{one}",
        "update": f"Update{one}",
        "delete": f"Delete{one}",
    }
    if one == many:
        del names["watch_one"]
    found = {}
    for verb, name in names.items():
        for rpc in rpcs.get(name, ()):
            if _fits(verb, rpc, declared.message.full_name, messages):
                found[verb] = rpc
                break
    return found


def _fits(verb: str, rpc: Rpc, resource: str, messages: Mapping[str, Message]) -> bool:
    if _simple(rpc.input) != f"{rpc.name}Request":
        return False
    if verb in ("watch", "watch_one"):
        return rpc.kind is RpcKind.SERVER_STREAM and _simple(rpc.output) == f"{rpc.name}Response"
    if rpc.kind is not RpcKind.UNARY:
        return False
    if verb == "get":
        return rpc.output == resource
    if verb in ("list", "batch_get"):
        response = messages.get(rpc.output)
        holds = response is None or any(f.repeated and f.message == resource for f in response.fields)
        return holds and _simple(rpc.output) == f"{rpc.name}Response"
    if verb == "delete":
        return rpc.output in (_EMPTY, _OPERATION, resource)
    return rpc.output in (resource, _OPERATION)


def _simple(full_name: str) -> str:
    return full_name.rpartition(".")[2]


class MethodReader:
    """Describes the RPCs of one service version."""

    def __init__(
        self,
        domain: str,
        resources: Mapping[str, Declared],
        access: Mapping[str, Mapping[str, Rpc]],
        messages: Mapping[str, Message],
    ) -> None:
        self.domain = domain
        self.resources = resources
        self.messages = messages
        self._access = {rpc.full_name: (type_, verb) for type_, verbs in access.items() for verb, rpc in verbs.items()}
        self._by_message = {d.message.full_name: d for d in resources.values() if d.message}
        self._by_api = {f"{d.singular}Service": d.type for d in resources.values()}

    def read(self, rpc: Rpc) -> Method:
        request = self.messages.get(rpc.input)
        access = self._access.get(rpc.full_name)
        resource, verb = access or (None, snake_case(rpc.name))
        body_path = self._body(rpc, request, resource)
        name_path = self._name_path(request, resource, body_path)
        parent_path = self._string_field(request, "parent")
        if resource is None:
            resource = self._resource_of(rpc, request, name_path, parent_path)
        writes = verb in WRITING_VERBS if access else not _only_reads(rpc, verb)
        return Method(
            full_name=rpc.full_name,
            kind=rpc.kind,
            verb=verb,
            resource=resource,
            request=rpc.input,
            response=rpc.output,
            request_file=request.file if request else "",
            response_file=self.messages[rpc.output].file if rpc.output in self.messages else "",
            name_path=name_path,
            parent_path=parent_path,
            body_path=body_path,
            writes=writes,
            routing=_routing(rpc, writes, name_path, parent_path),
        )

    def _body(self, rpc: Rpc, request: Message | None, resource: str | None) -> str | None:
        """The field of the request that holds a resource: the HTTP body where it is one, else the only such field."""
        fields = (
            {f.name: f for f in request.fields if not f.repeated and f.message in self._by_message} if request else {}
        )
        if rpc.body in fields:
            return rpc.body
        mine = [name for name, f in fields.items() if resource in (None, self._by_message[f.message].type)]
        return mine[0] if len(mine) == 1 else None

    def _name_path(self, request: Message | None, resource: str | None, body_path: str | None) -> str | None:
        if request is None:
            return None
        for name in ("name", "names"):
            if any(f.name == name and f.is_string for f in request.fields):
                return name
        if resource is not None:
            wanted = {resource, resource.partition("/")[2]}
            for f in request.fields:
                if f.is_string and not f.repeated and f.name != "parent" and wanted & {*f.references, *f.own_types}:
                    return f.name
        if body_path is not None:
            body = next(f for f in request.fields if f.name == body_path)
            declared = self._by_message[body.message]
            name = declared.option.name_field or "name"
            if declared.message and any(f.name == name and f.is_string for f in declared.message.fields):
                return f"{body_path}.{name}"
        return None

    def _string_field(self, request: Message | None, name: str) -> str | None:
        fields = request.fields if request else ()
        return name if any(f.name == name and f.is_string and not f.repeated for f in fields) else None

    def _resource_of(
        self, rpc: Rpc, request: Message | None, name_path: str | None, parent_path: str | None
    ) -> str | None:
        """Resource type that an RPC without access works on: by its references, its body, else its gRPC service."""
        for path in (name_path, parent_path):
            for f in request.fields if request else ():
                if f.name == path:
                    for reference in (*f.own_types, *f.references):
                        full = reference if "/" in reference else f"{self.domain}/{reference}"
                        if full in self.resources:
                            return full
        if name_path and "." in name_path and request:
            body = next(f for f in request.fields if f.name == name_path.partition(".")[0])
            return self._by_message[body.message].type
        return self._by_api.get(_simple(rpc.api))


def _only_reads(rpc: Rpc, verb: str) -> bool:
    return rpc.http_method == "get" or any(verb == word or verb.startswith(f"{word}_") for word in _READING)


def _routing(rpc: Rpc, writes: bool, name_path: str | None, parent_path: str | None) -> Routing:
    """As annotated, else from what the request holds: writes go to the owning region."""
    given = rpc.routing
    if given is None:
        return Routing(
            annotated=False,
            execute_on_owning_region=writes,
            scope_paths=(parent_path,) if parent_path else (),
            resource_paths=(name_path,) if name_path else (),
        )
    return Routing(
        annotated=True,
        execute_on_owning_region=given.execute_on_owning_region,
        scope_paths=given.scope_field_paths,
        resource_paths=given.resource_field_paths,
        region_paths=given.region_id_field_paths,
        skip=given.skip_code_gen_based_routing,
        unauthenticated=given.unauthenticated_request,
    )
