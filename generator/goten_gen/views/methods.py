"""View of `methods.py`: one descriptor for each RPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from goten_gen.model import Method, Routing
from goten_gen.views.imports import Imports
from goten_gen.views.layout import Call, Expression, Tuple, keyword
from goten_gen.views.messages import Messages
from goten_gen.views.module import Context
from goten_gen.views.text import literal


class MethodConstant(NamedTuple):
    constant: str
    full_name: str
    kind: str
    verb: str
    resource: str
    request: str
    response: str
    name_path: str
    parent_path: str
    body_path: str
    writes: bool
    routing: str


class MethodsModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    methods: tuple[MethodConstant, ...]


def methods_module(context: Context) -> MethodsModule:
    imports = Imports()
    methods = [method for api in context.service.apis for method in api.methods]
    if methods:
        for name in ("MethodDescriptor", "MethodKind", "Routing"):
            imports.runtime("goten.methods", name)
    message = context.naming.message
    requests = [message(method.request_file, method.request) for method in methods]
    responses = [message(method.response_file, method.response) for method in methods]
    messages = Messages(imports, [*requests, *responses])
    constants = context.naming.service(context.key).methods
    return MethodsModule(
        doc=context.module_doc("Method descriptors", (api.file for api in context.service.apis)),
        imports=imports.lines(),
        methods=tuple(
            _method(constants[method.full_name], method, messages.expression(request), messages.expression(response))
            for method, request, response in zip(methods, requests, responses, strict=True)
        ),
    )


def _method(constant: str, method: Method, request: Expression, response: Expression) -> MethodConstant:
    return MethodConstant(
        constant=constant,
        full_name=literal(method.full_name),
        kind=f"MethodKind.{method.kind.name}",
        verb=literal(method.verb),
        resource=_optional(method.resource),
        request=keyword("request", request),
        response=keyword("response", response),
        name_path=_optional(method.name_path),
        parent_path=_optional(method.parent_path),
        body_path=_optional(method.body_path),
        writes=method.writes,
        routing=keyword("routing", Call("Routing", keywords=list(_routing(method.routing)))),
    )


def _optional(text: str | None) -> str:
    return "None" if text is None else literal(text)


def _routing(routing: Routing) -> Iterator[tuple[str, Expression]]:
    """What differs from the runtime's defaults."""
    for flag in ("annotated", "execute_on_owning_region", "skip", "unauthenticated"):
        if getattr(routing, flag):
            yield flag, "True"
    for paths in ("scope_paths", "resource_paths", "region_paths"):
        values = getattr(routing, paths)
        if values:
            yield paths, Tuple([literal(value) for value in values])
