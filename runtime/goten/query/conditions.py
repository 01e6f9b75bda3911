"""Conditions of a filter, bound to the messages that they are about (FILTER-9, FILTER-11)."""

from __future__ import annotations

from typing import NamedTuple

from google.protobuf.descriptor import Descriptor

from goten.query.errors import QueryError
from goten.query.junctions import Matches, negation
from goten.query.kinds import Mismatch
from goten.query.operators import bind_operator
from goten.query.paths import resolve
from goten.query.syntax import Condition


class Bound(NamedTuple):
    """A condition, or several joined, with its normalised text and that of its opposite (FILTER-11)."""

    text: str
    opposite: str
    paths: frozenset[str]
    """Those that decide it."""
    matches: Matches
    word: str = ""
    """AND or OR, where it is a group."""
    parts: tuple[Bound, ...] = ()
    """Of a group."""

    def negated(self) -> Bound:
        return Bound(self.opposite, self.text, self.paths, negation(self.matches))


def bind(condition: Condition, message: Descriptor, request_field: str) -> Bound:
    """Raises QueryError for a path or an operand that does not fit the message."""
    path = resolve(condition.path, message, request_field)
    try:
        test, matches = bind_operator(condition, path, request_field)
    except Mismatch as error:
        raise QueryError(request_field, error.reason, position=error.position, hint=error.hint) from None
    bound = Bound(f"{path} {test}", _opposite(str(path), test), frozenset((str(path),)), matches)
    return bound.negated() if condition.negated else bound


def _opposite(path: str, test: str) -> str:
    """What says the opposite of `path test`."""
    sign, _, rest = test.partition(" ")
    if sign == "=":
        return f"{path} != {rest}"
    if sign == "IS":
        return f"{path} IS NOT {rest}"
    return f"{path} NOT {test}" if sign.isalpha() else f"NOT {path} {test}"
