"""View of `service.py`: the service descriptor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from goten_gen.keys import ServiceKey
from goten_gen.model import TypeRef
from goten_gen.views.imports import Imports, from_statement
from goten_gen.views.layout import INDENT, LINE_LENGTH, Call, Dict, Expression, Tuple, keyword
from goten_gen.views.module import Context, type_ref
from goten_gen.views.text import literal

_LONGEST_NAME = 50
"""Of a loader's name, so that its head fits into a line."""


class Loader(NamedTuple):
    """A function that imports a symbol of another service when it is called."""

    name: str
    result: str
    statement: str
    value: str


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
    loaders = _Loaders(context, imports)
    return ServiceModule(
        doc=context.package_doc("Service descriptor"),
        domain=literal(context.key.domain),
        version=literal(context.key.version),
        resources=_tuple("resources", [context.descriptor(imports, type_ref(r)) for r in service.resources]),
        apis=_tuple("apis", _apis(context, imports)),
        access=keyword("access", _access(context, imports)),
        service_imports=_tuple("imports", _service_imports(context, imports, loaders)),
        holders=_tuple("holders", [_holder(imports, loaders, holder) for holder in service.holders]),
        loaders=tuple(loaders.functions.values()),
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


class _Loaders:
    """Functions that import what other services define when it is asked for, not before: importing a service stays as
    cheap as its own modules, and two services may import each other."""

    def __init__(self, context: Context, imports: Imports) -> None:
        self._context = context
        self._imports = imports
        self.functions: dict[tuple[str, str, str], Loader] = {}

    def service(self, key: ServiceKey) -> str:
        return self._load(key, "service", "SERVICE", "ServiceDescriptor", "")

    def descriptor(self, resource: TypeRef) -> str:
        constant = self._context.naming.constant(resource)
        if resource.key == self._context.key:
            return f"lambda: {self._context.own(self._imports, 'descriptors')}.{constant}"
        descriptor = self._imports.runtime("goten.descriptors", "Descriptor")
        anything = self._imports.name("typing", "Any")
        result = f"{descriptor}[{anything}, {anything}]"
        return self._load(resource.key, "descriptors", constant, result, f"_{constant.lower()}")

    def _load(self, key: ServiceKey, module: str, symbol: str, result: str, suffix: str) -> str:
        package = self._context.naming.packages[key]
        found = self.functions.get((package, module, symbol))
        if found is None:
            name = self._imports.define(f"_load_{package.replace('.', '_')}{suffix}"[:_LONGEST_NAME])
            found = Loader(name, result, from_statement(package, [module], INDENT), _returned(f"{module}.{symbol}"))
            self.functions[package, module, symbol] = found
        return found.name


def _returned(value: str) -> str:
    """What stands behind `return` in a function: black puts a value that is too long for the line in parentheses."""
    if INDENT + len(f"return {value}") <= LINE_LENGTH:
        return value
    return f"(\n{' ' * 2 * INDENT}{value}\n{' ' * INDENT})"


def _service_imports(context: Context, imports: Imports, loaders: _Loaders) -> list[Call]:
    return [
        Call(
            imports.runtime("goten.services", "ServiceImport"),
            [literal(imported.domain), literal(imported.version), loaders.service(imported.key)],
        )
        for imported in context.service.imports
    ]


def _holder(imports: Imports, loaders: _Loaders, holder: TypeRef) -> Call:
    return Call(
        imports.runtime("goten.services", "PolicyHolder"),
        [literal(holder.type), literal(holder.version), loaders.descriptor(holder)],
    )
