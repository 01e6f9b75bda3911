"""View of `names.py`: one class for the names of each resource type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from goten_gen.model import PatternUse, Resource
from goten_gen.patterns import Pattern, strip_anchors
from goten_gen.python_names import Namespace, attribute_name, snake_case
from goten_gen.views.imports import Imports
from goten_gen.views.layout import (
    INDENT,
    LINE_LENGTH,
    Argument,
    Call,
    Dict,
    Expression,
    Tuple,
    class_head,
    function_head,
    layout,
)
from goten_gen.views.loaders import Loader, Loaders
from goten_gen.views.module import Context, type_ref
from goten_gen.views.text import docstring, literal

_BODY = 2 * INDENT


class Function(NamedTuple):
    """A method: its head and the expression that it returns."""

    head: str
    doc: str
    result: str


class NameClass(NamedTuple):
    head: str
    doc: str
    type: str
    version: str
    patterns: str
    constructors: tuple[Function, ...]
    properties: tuple[Function, ...]


class NamesModule(NamedTuple):
    doc: str
    imports: tuple[str, ...]
    loaders: tuple[Loader, ...]
    classes: tuple[NameClass, ...]


def names_module(context: Context) -> NamesModule:
    imports = Imports(taken=context.naming.service(context.key).classes.values())
    loaders = Loaders(context, imports)
    classes = tuple(_name_class(context, imports, loaders, resource) for resource in context.service.resources)
    files = (resource.file for resource in context.service.resources)
    return NamesModule(context.module_doc("Resource names", files), imports.lines(), loaders.lines(), classes)


def _name_class(context: Context, imports: Imports, loaders: Loaders, resource: Resource) -> NameClass:
    imports.name("typing", "ClassVar")
    base = imports.runtime("goten.names", "ResourceName")
    pattern_class = imports.runtime("goten.names", "NamePattern")
    uses = resource.patterns
    if uses:
        imports.name("typing", "Self")
    attributes = variable_attributes([use.pattern for use in uses])
    defined = Namespace(attributes.values())
    patterns = Tuple([_pattern(loaders, pattern_class, resource, use) for use in uses])
    return NameClass(
        head=class_head(context.naming.name_class(type_ref(resource)), base),
        doc=docstring(f"Name of a `{resource.type}`.", resource.comment, indent=INDENT),
        type=_constant_value("TYPE: ClassVar[str] = ", resource.type),
        version=_constant_value("VERSION: ClassVar[str] = ", resource.service.version),
        patterns=layout(patterns, indent=INDENT, before=len(f"PATTERNS: ClassVar[tuple[{pattern_class}, ...]] = ")),
        constructors=tuple(_constructor(use.pattern, i, attributes, defined) for i, use in enumerate(uses)),
        properties=_properties(attributes, [use.pattern for use in uses]),
    )


def _constant_value(target: str, text: str) -> str:
    value = literal(text)
    if INDENT + len(target) + len(value) <= LINE_LENGTH:
        return value
    return f"(\n{' ' * _BODY}{value}\n{' ' * INDENT})"


# --- patterns --------------------------------------------------------------------------------------------------------


def _pattern(loaders: Loaders, function: str, resource: Resource, use: PatternUse) -> Call:
    variables, known = use.pattern.variables, resource.variable_patterns
    keywords: list[tuple[str, Expression]] = []
    ids = {literal(v): literal(strip_anchors(known[v])) for v in variables if v in known}
    if ids:
        keywords.append(("ids", Dict(ids)))
    if use.region_scope is not None:
        keywords.append(("region", literal(variables[use.region_scope])))
    for role, target, index in (
        ("parent", use.parent, use.parent_pattern),
        ("holder", use.holder, use.holder_pattern),
    ):
        if target is None or index is None:
            continue
        keywords.append((role, loaders.name_class(target)))
        if index:
            keywords.append((f"{role}_pattern", str(index)))
    return Call(function, [literal(use.pattern.text)], keywords, exploded=bool(keywords))


# --- constructors and properties -------------------------------------------------------------------------------------


def variable_attributes(patterns: Sequence[Pattern]) -> Mapping[str, str]:
    """The attribute of each variable. Spellings of one attribute (`keyRing`, `key_ring`) share it unless one pattern
    has both."""
    attributes: dict[str, str] = {}
    sharers: dict[str, set[str]] = {}
    together = {frozenset(pattern.variables) for pattern in patterns}
    for variable in dict.fromkeys(variable for pattern in patterns for variable in pattern.variables):
        wanted = Namespace()
        attribute = wanted.take(attribute_name(variable))
        while any(variable in group and group & sharers.get(attribute, set()) for group in together):
            attribute = wanted.take(attribute_name(variable))
        attributes[variable] = attribute
        sharers.setdefault(attribute, set()).add(variable)
    return attributes


def _constructor(pattern: Pattern, index: int, attributes: Mapping[str, str], defined: Namespace) -> Function:
    arguments = ["name"] if pattern.is_wildcard else [attributes[variable] for variable in pattern.variables]
    name = defined.take("_".join(["of", *_leading(pattern)]))
    return Function(
        head=function_head(
            f"def {name}", [Argument("cls"), *(Argument(a, "str") for a in arguments)], "Self", indent=INDENT
        ),
        doc=docstring(f"`{pattern.text}`", indent=_BODY),
        result=layout(Call("cls._of", [str(index), *arguments]), indent=_BODY, before=len("return ")),
    )


def _leading(pattern: Pattern) -> list[str]:
    """The words of a constructor's name: the variables in front of the pattern's own last pair or literal."""
    if pattern.is_wildcard:
        return ["any"]
    own = {variable for segment in pattern.segments[-pattern.tail :] for variable in segment.variables}
    return [snake_case(variable).strip("_") for variable in pattern.variables if variable not in own]


def _properties(attributes: Mapping[str, str], patterns: Sequence[Pattern]) -> tuple[Function, ...]:
    spellings: dict[str, list[str]] = {}
    for variable, attribute in attributes.items():
        spellings.setdefault(attribute, []).append(variable)
    return tuple(_property(attribute, variables, patterns) for attribute, variables in spellings.items())


def _property(attribute: str, variables: Sequence[str], patterns: Sequence[Pattern]) -> Function:
    everywhere = all(any(variable in pattern.variables for variable in variables) for pattern in patterns)
    result_type, getter = ("str", "self._id") if everywhere else ("str | None", "self._optional_id")
    return Function(
        head=function_head(f"def {attribute}", [Argument("self")], result_type, indent=INDENT),
        doc="",
        result=layout(Call(getter, [literal(v) for v in variables]), indent=_BODY, before=len("return ")),
    )
