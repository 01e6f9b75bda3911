"""Inserting the calls that are missing. What is there keeps its formatting and its comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

from goten_gen.sources import SourceError
from goten_gen.wiring.findings import Code, Finding
from goten_gen.wiring.main_file import STORE, Found, MainFile
from goten_gen.wiring.packages import Package


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`runtime` is a member of RuntimeKind; `own_store` an expression for the service's own store."""

    runtime: str = "SERVER"
    own_store: str = ""


@dataclass
class _Names:
    """Names for what is inserted: as imported already, else new ones that nothing else has."""

    main: MainFile
    needed: dict[str, str] = field(default_factory=dict)
    """Imports to add: what, and its name here."""
    taken: set[str] = field(default_factory=set)

    def imported(self, module: str, name: str, other: str) -> str:
        """The name here of `module.name`; `other` if its own is taken."""
        full = f"{module}.{name}"
        known = self.main.imported.get(full) or self.needed.get(full)
        if known is None:
            known = self.free(name, other)
            self.needed[full] = known
        return known

    def free(self, *wanted: str) -> str:
        used = self.main.names | self.taken
        numbered = (f"{wanted[-1]}_{number}" for number in range(2, 1000))
        name = next(candidate for candidate in (*wanted, *numbered) if candidate not in used)
        self.taken.add(name)
        return name


def insert(main: MainFile, packages: Sequence[Package], findings: Sequence[Finding], choices: Choices) -> str:
    """The text of the file with what the findings say is missing. Raises SourceError where a place cannot be found."""
    names = _Names(main)
    lacking = {finding.package for finding in findings if finding.code is Code.NO_POLICY_STORE}
    stores = [package for package in packages if package.module in lacking]
    registry = main.registry.variable if main.registry else ""
    if any(package.own_holders for package in packages):
        choices = _with_own_store(main, names, choices)
    edits = _Edits()
    for finding in findings:
        if finding.code is Code.NO_SOURCES:
            package = next(package for package in packages if package.module == finding.package)
            store = next(store for store in main.stores if store.package == package.module)
            edits.after.append((store.statement, [_sources_line(names, main, package, store, choices)]))
    begin = main.registry is None
    if begin:
        registry = names.free("registry")
        edits.registry_head = _registry_head(names, packages, registry, choices)
    if stores and registry:
        edits.store_lines, edits.store_head = _stores(names, stores, registry, choices)
        edits.store_anchor = _anchor(main, stores, choices)
    tree = main.module.visit(_Inserter(main, edits))
    return _with_imports(tree, names)


def _with_own_store(main: MainFile, names: _Names, choices: Choices) -> Choices:
    """The choices, with the store that the entry function makes where none is named."""
    if choices.own_store or main.own_store is None:
        return choices
    variable = main.own_store.variable
    if main.own_store.name == STORE:
        variable = f"{names.imported('goten.store', 'StoreHolders', 'GotenStoreHolders')}({variable})"
    return Choices(runtime=choices.runtime, own_store=variable)


@dataclass
class _Edits:
    registry_head: str = ""
    store_lines: list[str] = field(default_factory=list)
    store_head: str = ""
    store_anchor: cst.CSTNode | None = None
    """The statement behind which the stores come; None: at the beginning."""
    after: list[tuple[cst.CSTNode, list[str]]] = field(default_factory=list)


def _registry_head(names: _Names, packages: Sequence[Package], registry: str, choices: Choices) -> str:
    newest, *older = packages
    start = names.imported(f"{newest.module}.env_registry", "start_env_registry", f"start_{newest.version}")
    starter = names.imported("goten.env_registry", "Starter", "EnvRegistryStarter")
    runtime = names.imported("goten.registration", "RuntimeKind", "GotenRuntimeKind")
    others = [
        names.imported(f"{package.module}.env_registry", "REGISTRATION", f"REGISTRATION_{package.version.upper()}")
        for package in older
    ]
    arguments = ", ".join([f"{starter}.from_environment()", f"{runtime}.{choices.runtime}", *others])
    return f"async with await {start}({arguments}) as {registry}: pass"


def _stores(names: _Names, packages: Sequence[Package], registry: str, choices: Choices) -> tuple[list[str], str]:
    """The statements that make stores, and the `async with` that runs them."""
    lines, variables = [], []
    for package in packages:
        variable = names.free("policy_store", f"policy_store_{package.version}")
        store = names.imported("goten.policy_store", "PolicyStore", "GotenPolicyStore")
        service = names.imported(f"{package.module}.service", "SERVICE", f"SERVICE_{package.version.upper()}")
        lines += [f"{variable} = {store}({service}, {registry})", _register(names, package, variable, choices)]
        variables.append(variable)
    return lines, f"async with {', '.join(variables)}: pass"


def _sources_line(names: _Names, main: MainFile, package: Package, store: Found, choices: Choices) -> str:
    if not store.variable:
        raise SourceError(
            f"{main.path}:{store.line}", "the PolicyStore is not kept in a variable", "give it one, then run this again"
        )
    return _register(names, package, store.variable, choices)


def _register(names: _Names, package: Package, store: str, choices: Choices) -> str:
    register = names.imported(
        f"{package.module}.policy_store", "register_policy_sources", f"register_policy_sources_{package.version}"
    )
    own = choices.own_store if package.own_holders else ""
    if package.own_holders and not own and choices.runtime == "SERVER":
        raise SourceError(
            package.module,
            "policies come from the service's own store, which a server cannot ask over the network before it serves",
            "name the store of your main file with --own-store EXPRESSION",
        )
    return f"{register}({store}, {own})" if own else f"{register}({store})"


def _anchor(main: MainFile, stores: Sequence[Package], choices: Choices) -> cst.CSTNode | None:
    """The statement behind which stores can be made: the one that starts the registry, or makes the own store."""
    if choices.own_store and any(package.own_holders for package in stores):
        root = _root(choices.own_store)
        for statement in main.entry.body.body:
            if root in _assigned(statement):
                return statement
    return main.registry.statement if main.registry else None


def _root(expression: str) -> str:
    """The variable in `store`, `app.store`, `StoreHolders(store)`."""
    return expression.rpartition("(")[2].rstrip(")").partition(".")[0]


def _assigned(statement: cst.CSTNode) -> set[str]:
    """The variables that a statement, or the head of a `with`, assigns."""
    found = set()
    if isinstance(statement, cst.With):
        aliases = [item.asname.name for item in statement.items if item.asname]
        found |= {alias.value for alias in aliases if isinstance(alias, cst.Name)}
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if isinstance(small, cst.Assign):
                targets = [target.target for target in small.targets]
                found |= {target.value for target in targets if isinstance(target, cst.Name)}
            if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                found.add(small.target.value)
    return found


class _Inserter(cst.CSTTransformer):
    """Puts statements behind others. The rest of a block goes into the `async with` that comes in front of it."""

    def __init__(self, main: MainFile, edits: _Edits) -> None:
        super().__init__()
        self._main = main
        self._edits = edits

    def leave_IndentedBlock(self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock) -> cst.BaseSuite:
        body: list[cst.BaseStatement] = []
        rest = list(zip(original_node.body, updated_node.body, strict=True))
        while rest:
            original, updated = rest.pop(0)
            body.append(updated)
            for statement, lines in self._edits.after:
                if original is statement:
                    body += [_parse(line) for line in lines]
            if original is self._edits.store_anchor and not isinstance(original, cst.With):
                body += self._stores([updated for _, updated in rest])
                rest = []
        return updated_node.with_changes(body=body)

    def leave_With(self, original_node: cst.With, updated_node: cst.With) -> cst.BaseStatement:
        if original_node is self._edits.store_anchor:
            return updated_node.with_changes(body=_block(self._stores(_statements(updated_node.body))))
        return updated_node

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.BaseStatement:
        if original_node is not self._main.entry:
            return updated_node
        body = _statements(updated_node.body)
        start = 1 if original_node.get_docstring() is not None else 0
        rest = body[start:]
        if self._edits.store_head and self._edits.store_anchor is None:
            rest = self._stores(rest)
        if self._edits.registry_head:
            rest = [_around(self._edits.registry_head, rest)]
        elif rest == body[start:]:
            return updated_node
        return updated_node.with_changes(body=_block([*body[:start], *rest], updated_node.body))

    def _stores(self, rest: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
        return [*(_parse(line) for line in self._edits.store_lines), _around(self._edits.store_head, rest)]


def _statements(suite: cst.BaseSuite) -> list[cst.BaseStatement]:
    if isinstance(suite, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body=suite.body)]
    return [statement for statement in suite.body if isinstance(statement, cst.BaseStatement)]


def _around(head: str, body: Sequence[cst.BaseStatement]) -> cst.BaseStatement:
    statement = _parse(head)
    return statement.with_changes(body=_block(body or [_parse("pass")]))


def _block(body: Sequence[cst.BaseStatement], before: cst.BaseSuite | None = None) -> cst.IndentedBlock:
    if isinstance(before, cst.IndentedBlock):
        return before.with_changes(body=list(body))
    return cst.IndentedBlock(body=list(body))


def _parse(line: str) -> cst.BaseStatement:
    statement = cst.parse_statement(line)
    assert isinstance(statement, cst.BaseStatement)
    return statement


def _with_imports(tree: cst.Module, names: _Names) -> str:
    context = CodemodContext()
    for full, local in sorted(names.needed.items()):
        module, _, name = full.rpartition(".")
        AddImportsVisitor.add_needed_import(context, module, name, None if local == name else local)
    return AddImportsVisitor(context).transform_module(tree).code
