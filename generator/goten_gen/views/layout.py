"""Breaking lines as black does (line length 88), so that printed code needs no formatter.

The rules used: a bracket whose content fits stays on its line, without a trailing comma; one whose content does not
fit has each element on its own line, each with a comma. A tuple of one always has a comma, a subscript of one never.
Where a bracket is written on several lines although it would fit, the comma behind its last element keeps it so; a
tuple of one has no such choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

LINE_LENGTH = 88
INDENT = 4


class Call(NamedTuple):
    """`function(...)`: positional arguments, then `name=value` ones. `exploded`: on several lines in any case."""

    function: str
    positional: Sequence[Expression] = ()
    keywords: Sequence[tuple[str, Expression]] = ()
    exploded: bool = False

    @property
    def brackets(self) -> tuple[str, str]:
        return f"{self.function}(", ")"

    @property
    def items(self) -> list[tuple[str, Expression]]:
        return [*(("", value) for value in self.positional), *((f"{name}=", value) for name, value in self.keywords)]


class Tuple(NamedTuple):
    values: Sequence[Expression]

    @property
    def brackets(self) -> tuple[str, str]:
        return "(", ")"

    @property
    def items(self) -> list[tuple[str, Expression]]:
        return [("", value) for value in self.values]


class Dict(NamedTuple):
    """Keys are code."""

    entries: Mapping[str, Expression]

    @property
    def brackets(self) -> tuple[str, str]:
        return "{", "}"

    @property
    def items(self) -> list[tuple[str, Expression]]:
        return [(f"{key}: ", value) for key, value in self.entries.items()]


class Subscript(NamedTuple):
    """`generic[...]`."""

    generic: str
    arguments: Sequence[Expression]

    @property
    def brackets(self) -> tuple[str, str]:
        return f"{self.generic}[", "]"

    @property
    def items(self) -> list[tuple[str, Expression]]:
        return [("", argument) for argument in self.arguments]


Expression: TypeAlias = "str | Call | Tuple | Dict | Subscript"
"""Code to lay out; a string is code that is never broken."""


def layout(expression: Expression, *, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """The expression as source. Its line is indented by `indent` columns; it begins `before` columns behind that, and
    `after` characters follow it on its last line."""
    if isinstance(expression, str):
        return expression
    line = inline(expression)
    if line is not None and indent + before + len(line) + after <= LINE_LENGTH:
        return line
    items = expression.items
    opening, closing = expression.brackets
    if not items:
        return opening + closing
    inner = indent + INDENT
    margin = " " * inner
    comma = "" if isinstance(expression, Subscript) and len(items) == 1 else ","
    lines = [
        f"{margin}{prefix}{layout(value, indent=inner, before=len(prefix), after=1)}{comma}" for prefix, value in items
    ]
    return "\n".join([opening, *lines, " " * indent + closing])


def inline(expression: Expression) -> str | None:
    """The expression in one line, None if some part of it takes several in any case."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Call) and expression.exploded:
        return None
    parts = []
    for prefix, value in expression.items:
        part = inline(value)
        if part is None:
            return None
        parts.append(prefix + part)
    opening, closing = expression.brackets
    comma = "," if isinstance(expression, Tuple) and len(parts) == 1 else ""
    return f"{opening}{', '.join(parts)}{comma}{closing}"


def keyword(name: str, value: Expression) -> str:
    """The value of an argument `name=value,` that has a line of its own, one level deep."""
    return layout(value, indent=INDENT, before=len(name) + 1, after=1)


class Argument(NamedTuple):
    """An argument of a function, with its type if it has one."""

    name: str
    type: Expression = ""

    @property
    def prefix(self) -> str:
        return f"{self.name}: " if self.type else self.name


def function_head(head: str, arguments: Iterable[Argument], result: Expression, *, indent: int, body: str = "") -> str:
    """`def name(a, b) -> result:` and what follows on that line; one argument to a line where it is too long."""
    arguments = list(arguments)
    inline_arguments = ", ".join(f"{argument.prefix}{inline(argument.type)}" for argument in arguments)
    line = f"{head}({inline_arguments}) -> {inline(result)}:{body}"
    if indent + len(line) <= LINE_LENGTH:
        return line
    inner = indent + INDENT
    lines = [
        f"{' ' * inner}{argument.prefix}{layout(argument.type, indent=inner, before=len(argument.prefix), after=1)},"
        for argument in arguments
    ]
    tail = f"{' ' * indent}) -> "
    laid_out = layout(result, indent=indent, before=len(") -> "), after=1 + len(body))
    return "\n".join([f"{head}(", *lines, f"{tail}{laid_out}:{body}"])


def class_head(name: str, base: str) -> str:
    line = f"class {name}({base}):"
    return line if len(line) <= LINE_LENGTH else f"class {name}(\n{' ' * INDENT}{base}\n):"


def annotation(name: str, generic: Subscript) -> str:
    """`name: generic[...]` in the body of a class. It is in parentheses where `name: generic[` is too long for a line,
    if that brings all that follows into line."""
    head = f"{name}: "
    opening, _ = generic.brackets
    deepest = 3 * INDENT + max(len(inline(argument) or "") for argument in generic.arguments) + len(",")
    in_parentheses = INDENT + len(head + opening) > LINE_LENGTH >= max(INDENT + len(f"{head}("), deepest)
    if not in_parentheses:
        return head + layout(generic, indent=INDENT, before=len(head))
    margin = " " * INDENT
    return f"{head}(\n{2 * margin}{layout(generic, indent=2 * INDENT)}\n{margin})"
