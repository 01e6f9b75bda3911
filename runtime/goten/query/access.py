"""Functions that fetch what a path leads to. They read and never change a message, not even by making it (FILTER-6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from goten.query.paths import FieldPath, Step

Getter: TypeAlias = Callable[[Any], Any]
"""From a message to a value; None where there is none."""
ManyGetter: TypeAlias = Callable[[Any], Sequence[Any]]


def value_getter(path: FieldPath) -> Getter:
    """The value, as its kind compares it, for a path that is not `is_many`."""
    fetch, convert = _fetch(path.steps), path.kind.convert
    if convert is None:
        return fetch
    if not can_be_missing(path):
        return lambda message: convert(fetch(message))
    return lambda message: None if (value := fetch(message)) is None else convert(value)


def values_getter(path: FieldPath) -> ManyGetter:
    """All values, in order, for a path that `is_many`; one that is missing is left out."""
    fetch, convert = _fetch_many(path.steps), path.kind.convert
    if convert is None:
        return fetch
    return lambda message: [convert(value) for value in fetch(message)]


def can_be_missing(path: FieldPath) -> bool:
    """Whether there may be no value, for a path that is not `is_many`; plain fields, maps and lists always have one."""
    return path.last.field.has_presence or any(step.key is not None for step in path.steps)


def set_getter(path: FieldPath) -> Callable[[Any], bool]:
    """Whether anything that the path leads to is set (FILTER-7)."""
    field = path.last.field
    by_value = path.last.key is None and not field.has_presence
    if not path.is_many:
        fetch = _fetch(path.steps)
        return (lambda message: bool(fetch(message))) if by_value else (lambda message: fetch(message) is not None)
    fetch_many = _fetch_many(path.steps)
    if by_value and not path.last.each:
        return lambda message: any(fetch_many(message))
    return lambda message: bool(fetch_many(message))


def _fetch(steps: Sequence[Step]) -> Getter:
    plain = 0
    while (
        plain < len(steps)
        and steps[plain].key is None
        and not (plain == len(steps) - 1 and steps[plain].field.has_presence)
    ):
        plain += 1
    fetch: Getter = attrgetter(".".join(step.field.name for step in steps[:plain])) if plain else _itself
    for step in steps[plain:]:
        fetch = _behind(fetch, step, is_last=step is steps[-1])
    return fetch


def _itself(message: Any) -> Any:
    return message


def _behind(fetch: Getter, step: Step, is_last: bool) -> Getter:
    name, key = step.field.name, step.key
    if key is not None:
        return lambda message: None if (at := fetch(message)) is None else getattr(at, name).get(key)
    if is_last and step.field.has_presence:
        return lambda message: getattr(at, name) if (at := fetch(message)) is not None and at.HasField(name) else None
    return lambda message: None if (at := fetch(message)) is None else getattr(at, name)


def _fetch_many(steps: Sequence[Step]) -> ManyGetter:
    first = next(place for place, step in enumerate(steps) if step.each)
    fetch, rest = _fetch(steps[: first + 1]), steps[first + 1 :]
    if not rest:
        # A slice is a list of its elements, and faster to search than the field itself.
        return lambda message: () if (at := fetch(message)) is None else at[:]
    if any(step.each for step in rest):
        inner_many = _fetch_many(rest)
        return lambda message: [value for element in fetch(message) or () for value in inner_many(element)]
    inner = _fetch(rest)
    return lambda message: [value for element in fetch(message) or () if (value := inner(element)) is not None]
