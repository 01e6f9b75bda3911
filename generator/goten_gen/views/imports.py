"""Import statements of one generated module: each is there because something that it imports was used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from goten_gen.python_names import Namespace, identifier, is_importable
from goten_gen.runtime_table import RUNTIME
from goten_gen.views.layout import INDENT, LINE_LENGTH, Call, layout
from goten_gen.views.text import literal

_STANDARD = frozenset({"abc", "collections.abc", "importlib", "typing"})


class _From(NamedTuple):
    module: str
    name: str
    local: str

    @property
    def binding(self) -> str:
        return self.name if self.local == self.name else f"{self.name} as {self.local}"


class Imports:
    """Hands out local names for what a module uses of others, and writes the statements that bind them.

    `taken` are the names that the module itself defines; they win over imported ones.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._names = Namespace(taken)
        self._from: dict[tuple[str, str], str] = {}
        self._modules: dict[str, str] = {}
        self._loaded: dict[str, str] = {}

    def runtime(self, module: str, name: str) -> str:
        """A name of the runtime, one of `runtime_table.RUNTIME`."""
        if name not in RUNTIME[module]:
            raise KeyError(f"{module}.{name} is not in the runtime table")
        return self.name(module, name, fallback=f"Goten{name}")

    def name(self, module: str, name: str, *, fallback: str = "") -> str:
        """`from module import name`; bound as `fallback` where the module defines that name itself."""
        local = self._from.get((module, name))
        if local is None:
            local = self._names.take(name)
            if local != name and fallback:
                local = self._names.take(fallback)
            self._from[module, name] = local
        return local

    def module(self, dotted: str) -> str:
        """`import a.b.c as a_b_c`: it binds a module that is not ready yet, as `from a.b import c` may not."""
        alias = self._modules.get(dotted)
        if alias is None:
            alias = self._modules[dotted] = self._names.take(dotted.replace(".", "_"))
        return alias

    def define(self, name: str) -> str:
        """A name for something that the module itself defines, told apart from all others."""
        return self._names.take(name)

    def plain(self, dotted: str) -> None:
        """`import a.b`, for use by its full name."""
        self._modules[dotted] = dotted

    def protobuf(self, modules: Iterable[str]) -> dict[str, str]:
        """Local names of protobuf modules; those that share their last part are all named in full.

        Call it once, with every module that is used.
        """
        wanted = sorted(set(modules))
        shared = Counter(module.rpartition(".")[2] for module in wanted)
        return {module: self._protobuf(module, shared[module.rpartition(".")[2]] == 1) for module in wanted}

    def _protobuf(self, module: str, short: bool) -> str:
        package, _, last = module.rpartition(".")
        local = self._names.take(identifier(last if short else module))
        if not is_importable(module):
            self.name("importlib", "import_module")
            self._loaded[module] = local
        elif package:
            self._from[package, last] = local
        else:
            self._modules[module] = local
        return local

    def lines(self) -> tuple[str, ...]:
        """The statements, an empty line between two groups: standard library, others, modules that are loaded by name
        because no statement can name them."""
        statements = sorted(_From(module, name, local) for (module, name), local in self._from.items())
        standard = _from_statements(item for item in statements if item.module in _STANDARD)
        others = [_import_statement(module, alias) for module, alias in sorted(self._modules.items())]
        others += _from_statements(item for item in statements if item.module not in _STANDARD)
        loaded = [_load_statement(module, local) for module, local in sorted(self._loaded.items())]
        groups = [group for group in (standard, others, loaded) if group]
        return tuple(line for group in groups for line in ["", *group])[1:]


def _import_statement(module: str, alias: str) -> str:
    return f"import {module}" if module == alias else f"import {module} as {alias}"


def _load_statement(module: str, local: str) -> str:
    call = Call("import_module", [literal(module)])
    return f"{local} = {layout(call, before=len(local) + 3)}"


def _from_statements(items: Iterable[_From]) -> list[str]:
    by_module: dict[str, list[str]] = defaultdict(list)
    for item in items:
        by_module[item.module].append(item.binding)
    return [from_statement(module, bindings) for module, bindings in by_module.items()]


def from_statement(module: str, bindings: Sequence[str], indent: int = 0) -> str:
    """`from module import ...`, broken into lines where it must be; lines but the first begin with `indent` blanks."""
    line = f"from {module} import {', '.join(bindings)}"
    if indent + len(line) <= LINE_LENGTH:
        return line
    margin = " " * indent
    inner = [f"{margin}{' ' * INDENT}{binding}," for binding in bindings]
    return "\n".join([f"from {module} import (", *inner, f"{margin})"])
