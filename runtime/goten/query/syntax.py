"""What a filter says, before it is known what its paths lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from goten.query.scanner import Segment


class Literal(NamedTuple):
    """A value as it was written: a text, a number, true, false or null, a list, or a map."""

    value: str | int | float | bool | tuple[Literal, ...] | dict[str, Entry] | None
    position: int


class Entry(NamedTuple):
    """What a map has for a key, and where the key stands."""

    value: Literal
    position: int


class Operator(StrEnum):
    """Those that are the opposite of another are that one, negated."""

    EQUAL = "="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "IN"
    LIKE = "LIKE"
    IS_NULL = "IS NULL"
    IS_NAN = "IS NAN"
    CONTAINS = "CONTAINS"
    CONTAINS_ANY = "CONTAINS ANY"
    CONTAINS_ALL = "CONTAINS ALL"


@dataclass(frozen=True, slots=True)
class Condition:
    """`position` is that of the operator; `operand` is None for those that take none."""

    path: list[Segment]
    operator: Operator
    position: int
    operand: Literal | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Both:
    """AND."""

    items: list[Node]


@dataclass(frozen=True, slots=True)
class Either:
    """OR."""

    items: list[Node]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    item: Node


Node: TypeAlias = Condition | Both | Either | Negation
