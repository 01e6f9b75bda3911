"""What a main file does already: its entry function, and the calls in it that matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import libcst as cst
from libcst.metadata import (
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    QualifiedName,
    QualifiedNameProvider,
)

from goten_gen.sources import SourceError

POLICY_STORE = "goten.policy_store.PolicyStore"
STORE, STORE_HOLDERS = OWN_STORES = ("goten.store.Store", "goten.store.StoreHolders")
REGISTRY_CALL = "env_registry.start_env_registry"
SOURCES_CALL = "policy_store.register_policy_sources"
# What must not come before the registry: servers, and channels of one's own.
_USES = (
    "grpc.aio.server",
    "grpc.server",
    "grpc.aio.insecure_channel",
    "grpc.aio.secure_channel",
    "goten.server.Server",
)
_RUNNERS = ("asyncio.run", "uvloop.run", "anyio.run")


@dataclass(frozen=True, slots=True)
class Found:
    """A call: what it calls, in full, the line, and the statement that it is part of."""

    name: str
    line: int
    statement: cst.CSTNode
    call: cst.Call
    package: str = ""
    variable: str = ""
    """The variable that holds the result, if one does."""
    arguments: tuple[str, ...] = ()
    """The names that are given to it, in full."""


@dataclass(frozen=True, slots=True)
class MainFile:
    """A main file as parsed. Calls are those of the entry function, in the order of the source."""

    path: str
    module: cst.Module
    entry: cst.FunctionDef
    entry_line: int
    registry: Found | None
    stores: tuple[Found, ...]
    sources: tuple[Found, ...]
    uses: tuple[Found, ...]
    own_store: Found | None
    """Where the service's own store is made."""
    imported: Mapping[str, str]
    """Qualified names that the module imports, and what they are called here."""
    names: frozenset[str] = field(default_factory=frozenset)
    """All names in use."""


def read_main(path: str, text: str, function: str) -> MainFile:
    """Raises SourceError for what is no Python, and where no entry function is found; `function` names it."""
    try:
        wrapper = MetadataWrapper(cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        raise SourceError(f"{path}:{error.raw_line}", "it is no valid Python", "correct it first") from error
    reader = _Reader(wrapper)
    wrapper.visit(reader)
    entry = _entry(path, reader, function)
    calls = [found for found in reader.calls if reader.functions_around.get(found.call) is entry]
    return MainFile(
        path=path,
        module=wrapper.module,
        entry=entry,
        entry_line=reader.lines[entry],
        registry=next((found for found in calls if found.name.endswith(REGISTRY_CALL)), None),
        stores=tuple(found for found in calls if found.name == POLICY_STORE),
        sources=tuple(found for found in calls if found.name.endswith(SOURCES_CALL)),
        uses=tuple(found for found in calls if found.name in _USES),
        own_store=next((found for found in calls if found.name in OWN_STORES and found.variable), None),
        imported=reader.imported,
        names=frozenset(reader.names),
    )


class _Reader(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, QualifiedNameProvider, ParentNodeProvider)

    def __init__(self, wrapper: MetadataWrapper) -> None:
        super().__init__()
        self._parents = wrapper.resolve(ParentNodeProvider)
        self.functions: dict[str, cst.FunctionDef] = {}
        self.lines: dict[cst.CSTNode, int] = {}
        self.calls: list[Found] = []
        self.functions_around: dict[cst.CSTNode, cst.FunctionDef | None] = {}
        self.run: list[str] = []
        """What is handed to asyncio.run, as written: `main`, `Server.run`."""
        self.imported: dict[str, str] = {}
        self.names: set[str] = set()

    def visit_Name(self, node: cst.Name) -> None:
        self.names.add(node.value)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        owner = self._around(node, cst.ClassDef)
        name = f"{owner.name.value}.{node.name.value}" if isinstance(owner, cst.ClassDef) else node.name.value
        self.functions[name] = node
        self.lines[node] = self._line(node)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        if isinstance(node.names, cst.ImportStar) or node.module is None:
            return
        module = cst.Module([]).code_for_node(node.module)
        for alias in node.names:
            name = cst.Module([]).code_for_node(alias.name)
            local = alias.asname.name if alias.asname else None
            self.imported[f"{module}.{name}"] = local.value if isinstance(local, cst.Name) else name

    def visit_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            name = cst.Module([]).code_for_node(alias.name)
            local = alias.asname.name if alias.asname else None
            self.imported[name] = local.value if isinstance(local, cst.Name) else name

    def visit_Call(self, node: cst.Call) -> None:
        name = self._qualified(node.func)
        if name in _RUNNERS or name.endswith("run_until_complete"):
            self.run += list(self._run_by(node))
        statement = self._statement(node)
        package = name.removesuffix("." + REGISTRY_CALL).removesuffix("." + SOURCES_CALL)
        if name == POLICY_STORE and node.args:
            package = self._qualified(node.args[0].value).removesuffix(".service.SERVICE")
        function = self._around(node, cst.FunctionDef)
        self.functions_around[node] = function if isinstance(function, cst.FunctionDef) else None
        arguments = tuple(self._qualified(argument.value) for argument in node.args)
        variable = _variable(statement, node)
        self.calls.append(Found(name, self._line(node), statement, node, package, variable, arguments))

    def _run_by(self, node: cst.Call) -> Iterator[str]:
        """`main` of `asyncio.run(main())`, `Server.run` of `asyncio.run(Server(port).run())`."""
        for argument in node.args[:1]:
            called = argument.value.func if isinstance(argument.value, cst.Call) else argument.value
            if isinstance(called, cst.Name):
                yield called.value
            elif isinstance(called, cst.Attribute):
                owner = called.value
                made = owner.func if isinstance(owner, cst.Call) else owner
                if isinstance(made, cst.Name):
                    yield f"{made.value}.{called.attr.value}"
                yield f".{called.attr.value}"

    def _qualified(self, node: cst.CSTNode) -> str:
        found = cast("set[QualifiedName]", self.get_metadata(QualifiedNameProvider, node, set()))
        names = sorted(name.name for name in found)
        return next(iter(names), cst.Module([]).code_for_node(node))

    def _line(self, node: cst.CSTNode) -> int:
        return self.get_metadata(PositionProvider, node).start.line

    def _around(self, node: cst.CSTNode, kind: type[cst.CSTNode]) -> cst.CSTNode | None:
        """The next one around a node; of classes, only the one whose own method the node is."""
        parent = self._parents.get(node)
        while parent is not None and not isinstance(parent, kind):
            if kind is cst.ClassDef and isinstance(parent, cst.FunctionDef):
                return None
            parent = self._parents.get(parent)
        return parent

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement in a block that a call belongs to; of a `with`, the whole `with`."""
        parent: cst.CSTNode = node
        while not isinstance(self._parents.get(parent), cst.IndentedBlock | cst.Module | cst.SimpleStatementSuite):
            parent = self._parents[parent]
        return parent


def _variable(statement: cst.CSTNode, call: cst.Call) -> str:
    """The name that a statement gives to what a call answers."""
    if isinstance(statement, cst.With):
        for item in statement.items:
            if _is_or_awaits(item.item, call) and item.asname and isinstance(item.asname.name, cst.Name):
                return item.asname.name.value
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if isinstance(small, cst.Assign) and _is_or_awaits(small.value, call):
                target = small.targets[0].target
                return cst.Module([]).code_for_node(target)
            if isinstance(small, cst.AnnAssign) and small.value and _is_or_awaits(small.value, call):
                return cst.Module([]).code_for_node(small.target)
    return ""


def _is_or_awaits(expression: cst.BaseExpression, call: cst.Call) -> bool:
    """`call`, `await call`, or a call that is given it, as in `await stack.enter_async_context(await call)`."""
    if isinstance(expression, cst.Await):
        expression = expression.expression
    if expression is call:
        return True
    return isinstance(expression, cst.Call) and any(_is_or_awaits(argument.value, call) for argument in expression.args)


def _entry(path: str, reader: _Reader, function: str) -> cst.FunctionDef:
    candidates = [function] if function else [*reader.run, "main", "amain", "run", "serve"]
    for name in candidates:
        found = reader.functions.get(name)
        if found is None and name.startswith("."):
            methods = [node for known, node in reader.functions.items() if known.endswith(name)]
            found = methods[0] if len(methods) == 1 else None
        if found is not None and found.asynchronous is not None:
            return found
    wanted = f"no asynchronous function {function}" if function else "no asynchronous function is handed to asyncio.run"
    known = ", ".join(name for name, node in reader.functions.items() if node.asynchronous is not None)
    raise SourceError(path, wanted, f"name one with --function: {known}" if known else "the runtime is asyncio's")
