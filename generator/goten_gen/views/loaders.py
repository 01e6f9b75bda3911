"""Functions that import what other services define when it is asked for.

Importing a service stays as cheap as its own modules, and two services may import each other.
"""

from __future__ import annotations

from typing import NamedTuple

from goten_gen.keys import ServiceKey
from goten_gen.model import TypeRef
from goten_gen.views.imports import Imports, from_statement
from goten_gen.views.layout import INDENT, LINE_LENGTH
from goten_gen.views.module import Context

_LONGEST_NAME = 50
"""Of a loader's name, so that its head fits into a line."""


class Loader(NamedTuple):
    """A function that imports a symbol of another service when it is called."""

    name: str
    result: str
    statement: str
    value: str


class Loaders:
    """The loaders of one generated module, each made when it is first used."""

    def __init__(self, context: Context, imports: Imports) -> None:
        self._context = context
        self._imports = imports
        self._made: dict[tuple[str, str, str], Loader] = {}

    def lines(self) -> tuple[Loader, ...]:
        return tuple(self._made.values())

    def service(self, key: ServiceKey) -> str:
        """The loader of a service's descriptor."""
        return self._load(key, "service", "SERVICE", "ServiceDescriptor", "")

    def descriptor(self, resource: TypeRef) -> str:
        """What hands over the descriptor of a resource, own or foreign."""
        constant = self._context.naming.constant(resource)
        if resource.key == self._context.key:
            return f"lambda: {self._context.own(self._imports, 'descriptors')}.{constant}"
        descriptor = self._imports.runtime("goten.descriptors", "Descriptor")
        anything = self._imports.name("typing", "Any")
        result = f"{descriptor}[{anything}, {anything}]"
        return self._load(resource.key, "descriptors", constant, result, f"_{constant.lower()}")

    def name_class(self, resource: TypeRef) -> str:
        """What hands over the class of a resource's names, own or foreign."""
        name = self._context.naming.name_class(resource)
        if resource.key == self._context.key:
            return f"lambda: {name}"
        result = f"type[{self._imports.runtime('goten.names', 'ResourceName')}]"
        return self._load(resource.key, "names", name, result, f"_{self._context.naming.constant(resource).lower()}")

    def _load(self, key: ServiceKey, module: str, symbol: str, result: str, suffix: str) -> str:
        package = self._context.naming.packages[key]
        found = self._made.get((package, module, symbol))
        if found is None:
            name = self._imports.define(f"_load_{package.replace('.', '_')}{suffix}"[:_LONGEST_NAME])
            statement = from_statement(package, [module], INDENT)
            found = Loader(name, result, statement, _returned(f"{module}.{symbol}"))
            self._made[package, module, symbol] = found
        return found.name


def _returned(value: str) -> str:
    """What stands behind `return` in a function: black puts a value that is too long for the line in parentheses."""
    if INDENT + len(f"return {value}") <= LINE_LENGTH:
        return value
    return f"(\n{' ' * 2 * INDENT}{value}\n{' ' * INDENT})"
