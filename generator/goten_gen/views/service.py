"""View of `service.py`: the service descriptor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from goten_gen.model import TypeRef
from goten_gen.views.imports import Imports
from goten_gen.views.layout import Call, Dict, Expression, Tuple, keyword
from goten_gen.views.loaders import Loader, Loaders
from goten_gen.views.module import Context, type_ref
from goten_gen.views.text import literal


class ServiceModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    loaders: tuple[Loader, ...]
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
    loaders = Loaders(context, imports)
    return ServiceModule(
        doc=context.package_doc("Service descriptor"),
        domain=literal(context.key.domain),
        version=literal(context.key.version),
        resources=_tuple("resources", [context.descriptor(imports, type_ref(r)) for r in service.resources]),
        apis=_tuple("apis", _apis(context, imports)),
        access=keyword("access", _access(context, imports)),
        service_imports=_tuple("imports", _service_imports(context, imports, loaders)),
        holders=_tuple("holders", [_holder(imports, loaders, holder) for holder in service.holders]),
        loaders=loaders.lines(),
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


def _service_imports(context: Context, imports: Imports, loaders: Loaders) -> list[Call]:
    return [
        Call(
            imports.runtime("goten.services", "ServiceImport"),
            [literal(imported.domain), literal(imported.version), loaders.service(imported.key)],
        )
        for imported in context.service.imports
    ]


def _holder(imports: Imports, loaders: Loaders, holder: TypeRef) -> Call:
    return Call(
        imports.runtime("goten.services", "PolicyHolder"),
        [literal(holder.type), literal(holder.version), loaders.descriptor(holder)],
    )
