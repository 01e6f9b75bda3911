"""AND, OR and NOT of functions that decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Matches: TypeAlias = Callable[[Any], bool]


def negation(matches: Matches) -> Matches:
    return lambda message: not matches(message)


def all_of(tests: Sequence[Matches]) -> Matches:
    """True without tests."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda message: first(message) and second(message)
    return lambda message: all(test(message) for test in tests)


def any_of(tests: Sequence[Matches]) -> Matches:
    """False without tests."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda message: first(message) or second(message)
    return lambda message: any(test(message) for test in tests)
