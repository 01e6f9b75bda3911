"""View of `service.py`: the service descriptor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from goten_gen.model import TypeRef
from goten_gen.views.imports import Imports
from goten_gen.views.layout import Call, Dict, Expression, Tuple, keyword
from goten_gen.views.module import Context, type_ref
from goten_gen.views.text import literal


class ServiceModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    domain: str
    version: str
    resources: str
    apis: str
    access: str
    service_imports: str
    holders: str


def service_module(context: Context) -> ServiceModule:
    imports = Imports()
    service = context.service
    imports.runtime("goten.services", "ServiceDescriptor")
    return ServiceModule(
        doc=context.package_doc("Service descriptor"),
        domain=literal(context.key.domain),
        version=literal(context.key.version),
        resources=_tuple("resources", [context.descriptor(imports, type_ref(r)) for r in service.resources]),
        apis=_tuple("apis", _apis(context, imports)),
        access=keyword("access", _access(context, imports)),
        service_imports=_tuple("imports", _service_imports(context, imports)),
        holders=_tuple("holders", [_holder(context, imports, holder) for holder in service.holders]),
        imports=imports.lines(),
    )


def _tuple(name: str, values: Sequence[Expression]) -> str:
    return keyword(name, Tuple(values))


def _apis(context: Context, imports: Imports) -> list[Call]:
    if not context.service.apis:
        return []
    api_class = imports.runtime("goten.services", "Api")
    return [
        Call(
            api_class,
            [literal(api.full_name), Tuple([_method(context, imports, method.full_name) for method in api.methods])],
        )
        for api in context.service.apis
    ]


def _access(context: Context, imports: Imports) -> Dict:
    return Dict(
        {
            literal(resource.type): Dict(
                {literal(verb): _method(context, imports, rpc) for verb, rpc in resource.access.items()}
            )
            for resource in context.service.resources
            if resource.access
        }
    )


def _method(context: Context, imports: Imports, full_name: str) -> str:
    return f"{context.own(imports, 'methods')}.{context.naming.service(context.key).methods[full_name]}"


def _service_imports(context: Context, imports: Imports) -> list[Call]:
    return [
        Call(
            imports.runtime("goten.services", "ServiceImport"),
            [
                literal(imported.domain),
                literal(imported.version),
                f"lambda: {imports.module(context.naming.module(imported.key, 'service'))}.SERVICE",
            ],
        )
        for imported in context.service.imports
    ]


def _holder(context: Context, imports: Imports, holder: TypeRef) -> Call:
    return Call(
        imports.runtime("goten.services", "PolicyHolder"),
        [literal(holder.type), literal(holder.version), f"lambda: {context.descriptor(imports, holder)}"],
    )
