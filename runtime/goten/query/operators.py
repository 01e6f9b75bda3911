"""What the operators of a filter test: from a condition to a function over messages (FILTER-6 to FILTER-10)."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from goten.query.access import can_be_missing, set_getter, value_getter, values_getter
from goten.query.errors import QueryError
from goten.query.junctions import Matches, all_of, any_of, negation
from goten.query.kinds import Mismatch, TextKind
from goten.query.like import BadPattern, like_matcher
from goten.query.numbers import FloatKind
from goten.query.paths import FieldPath
from goten.query.structures import MapKind
from goten.query.syntax import Condition, Literal, Operator

_ORDERINGS: Final[dict[Operator, Callable[[Any, Any], bool]]] = {
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}

Result: TypeAlias = tuple[str, Matches]
"""What the normalised text has behind the path, and the function."""


class _Binder:
    """A condition with its path. Each operator has a method."""

    def __init__(self, condition: Condition, path: FieldPath, request_field: str) -> None:
        self._path = path
        self._kind = path.kind
        self._condition = condition
        self._request_field = request_field

    def _refuse(self, reason: str, hint: str = "") -> NoReturn:
        raise QueryError(self._request_field, reason, position=self._condition.position, hint=hint)

    @property
    def _operand(self) -> Literal:
        operand = self._condition.operand
        assert operand is not None
        return operand

    @property
    def _operands(self) -> Sequence[Literal]:
        """Those of a list, or the one."""
        value = self._operand.value
        return value if isinstance(value, tuple) else (self._operand,)

    def _some(self, test: Matches) -> Matches:
        """Whether any value of the path passes a test."""
        if self._path.is_many:
            fetch_many = values_getter(self._path)
            return lambda message: any(map(test, fetch_many(message)))
        fetch = value_getter(self._path)
        if can_be_missing(self._path):
            return lambda message: (value := fetch(message)) is not None and test(value)
        return lambda message: test(fetch(message))

    # --- one value ---

    def equal(self) -> Result:
        if self._operand.value is None:
            return self.null()
        if self._path.ends_at_list and isinstance(self._operand.value, tuple):
            self._path = self._path.of_whole_list()
            self._kind = self._path.kind
        value = self._kind.read(self._operand)
        text = f"= {self._kind.write(value)}"
        if self._path.is_many:
            fetch_many = values_getter(self._path)
            return text, lambda message: value in fetch_many(message)
        # What is missing is None, which equals no value.
        fetch = value_getter(self._path)
        return text, lambda message: fetch(message) == value

    def ordering(self) -> Result:
        sign = self._condition.operator
        if not self._kind.ordered:
            self._refuse(f"there is no order for {sign} to go by", "such a field is compared by = and !=")
        compare = _ORDERINGS[sign]
        value = self._kind.read(self._operand)
        return f"{sign} {self._kind.write(value)}", self._some(lambda found: compare(found, value))

    def like(self) -> Result:
        if not isinstance(self._kind, TextKind):
            self._refuse("LIKE is for texts")
        pattern = self._kind.read(self._operand)
        try:
            matches = like_matcher(pattern)
        except BadPattern as error:
            raise Mismatch(str(error), self._operand.position) from None
        return f"LIKE {self._kind.write(pattern)}", self._some(matches)

    def null(self) -> Result:
        return "IS NULL", negation(set_getter(self._path))

    def nan(self) -> Result:
        if not isinstance(self._kind, FloatKind):
            self._refuse("IS NAN is for fields with floating point numbers")
        return "IS NAN", self._some(math.isnan)

    # --- several values ---

    def among(self) -> Result:
        wanted, text = self._wanted()
        if self._path.is_many:
            return f"IN {text}", self._any_of(wanted)
        fetch = value_getter(self._path)
        return f"IN {text}", lambda message: fetch(message) in wanted

    def contains(self) -> Result:
        self._check_holds_values()
        if self._path.ends_at_map:
            text, test = self._map_test(self._operand)
            return f"CONTAINS {text}", self._some(test)
        value = self._kind.read(self._operand)
        fetch_many = values_getter(self._path)
        return f"CONTAINS {self._kind.write(value)}", lambda message: value in fetch_many(message)

    def contains_any(self) -> Result:
        self._check_holds_values()
        if self._path.ends_at_map:
            text, tests = self._map_tests()
            return f"CONTAINS ANY {text}", any_of(tests)
        wanted, text = self._wanted()
        return f"CONTAINS ANY {text}", self._any_of(wanted)

    def contains_all(self) -> Result:
        self._check_holds_values()
        if self._path.ends_at_map:
            text, tests = self._map_tests()
            return f"CONTAINS ALL {text}", all_of(tests)
        wanted, text = self._wanted()
        fetch_many = values_getter(self._path)
        if isinstance(wanted, frozenset):
            return f"CONTAINS ALL {text}", lambda message: wanted.issubset(fetch_many(message))

        def matches(message: Any) -> bool:
            found = fetch_many(message)
            return all(value in found for value in wanted)

        return f"CONTAINS ALL {text}", matches

    def _check_holds_values(self) -> None:
        if self._path.is_many or self._path.ends_at_map:
            return
        is_text = isinstance(self._kind, TextKind)
        self._refuse("CONTAINS is for lists and maps", 'for a part of a text, write LIKE "%part%"' if is_text else "")

    def _wanted(self) -> tuple[Collection[Any], str]:
        """The values of a list, as a set where they can be in one, and the list as text; each value once."""
        texts: dict[str, Any] = {}
        for literal in self._operands:
            value = self._kind.read(literal)
            texts[self._kind.write(value)] = value
        values = texts.values()
        return frozenset(values) if self._kind.hashable else tuple(values), _list(texts)

    def _any_of(self, wanted: Collection[Any]) -> Matches:
        fetch_many = values_getter(self._path)
        if isinstance(wanted, frozenset):
            return lambda message: not wanted.isdisjoint(fetch_many(message))
        return lambda message: any(value in wanted for value in fetch_many(message))

    def _map_tests(self) -> tuple[str, list[Matches]]:
        tests = dict(map(self._map_test, self._operands))
        return _list(tests), [self._some(test) for test in tests.values()]

    def _map_test(self, literal: Literal) -> Result:
        """Whether a map has a key, or all entries of a map that is written out."""
        kind = self._kind
        assert isinstance(kind, MapKind)
        if isinstance(literal.value, dict):
            wanted = kind.read(literal).items()
            text = kind.write(dict(wanted))
            return text, lambda entries: all(key in entries and entries[key] == value for key, value in wanted)
        key = kind.keys.read(literal)
        return kind.keys.write(key), lambda entries: key in entries


def bind_operator(condition: Condition, path: FieldPath, request_field: str) -> Result:
    """What `condition` asks of `path`, whether or not it is negated.

    Raises QueryError where the operator does not fit the path, Mismatch for an operand that does not.
    """
    return _METHODS[condition.operator](_Binder(condition, path, request_field))


def _list(texts: Iterable[str]) -> str:
    return f"({', '.join(sorted(texts))})"


_METHODS: Final[dict[Operator, Callable[[_Binder], Result]]] = {
    Operator.EQUAL: _Binder.equal,
    Operator.LESS: _Binder.ordering,
    Operator.LESS_EQUAL: _Binder.ordering,
    Operator.GREATER: _Binder.ordering,
    Operator.GREATER_EQUAL: _Binder.ordering,
    Operator.IN: _Binder.among,
    Operator.LIKE: _Binder.like,
    Operator.IS_NULL: _Binder.null,
    Operator.IS_NAN: _Binder.nan,
    Operator.CONTAINS: _Binder.contains,
    Operator.CONTAINS_ANY: _Binder.contains_any,
    Operator.CONTAINS_ALL: _Binder.contains_all,
}
