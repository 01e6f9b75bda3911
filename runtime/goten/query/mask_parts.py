"""What a mask does with one field: copy it, overwrite it, compare it (FILTER-18, FILTER-19, FILTER-20).

In all of these a field that holds nothing is not touched where it could be left alone: protobuf takes touching for
setting the message around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, Protocol

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from goten.query.paths import Step, segment_text
from goten.query.structures import is_list, is_map, is_single_value, map_fields

_FLOATS: Final = (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE)


class Part(Protocol):
    """What a mask has of one field."""

    def pick(self, source: Any, target: Any) -> None:
        """Copies from `source`; `target` has nothing there yet."""
        ...

    def overwrite(self, source: Any, target: Any) -> None:
        """Makes `target` agree with `source`, also where `source` has nothing. `target` is set."""
        ...

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        """Paths where the two differ, as near as they can be told."""
        ...

    def paths(self, prefix: str) -> Iterator[str]:
        """The paths of the mask."""
        ...


class Mask:
    """What a mask has of one message."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts: Final = parts

    def pick(self, source: Any, target: Any) -> None:
        for part in self.parts:
            part.pick(source, target)

    def overwrite(self, source: Any, target: Any) -> None:
        for part in self.parts:
            part.overwrite(source, target)

    def differing(self, a: Any, b: Any, prefix: str = "") -> Iterator[str]:
        for part in self.parts:
            yield from part.differing(a, b, prefix)

    def paths(self, prefix: str = "") -> Iterator[str]:
        for part in self.parts:
            yield from part.paths(prefix)


@lru_cache(maxsize=4096)
def whole(field: FieldDescriptor) -> Part:
    """All of a field."""
    if is_map(field):
        return _WholeMap(field)
    if field.is_repeated:
        return _WholeList(field)
    if field.message_type is not None:
        return _WholeMessage(field)
    return _Present(field) if field.has_presence else _Plain(field)


@lru_cache(maxsize=256)
def all_fields(message: Descriptor) -> Mask:
    """All of a message."""
    return Mask(tuple(map(whole, message.fields)))


class _Whole:
    def __init__(self, field: FieldDescriptor) -> None:
        self._field = field
        self._name = field.name
        self._same = comparison(field)

    def paths(self, prefix: str) -> Iterator[str]:
        yield prefix + self._name


class _Plain(_Whole):
    """A single value that is always there."""

    def pick(self, source: Any, target: Any) -> None:
        value = getattr(source, self._name)
        # A negative zero is set.
        if value or repr(value) == "-0.0":
            setattr(target, self._name, value)

    def overwrite(self, source: Any, target: Any) -> None:
        setattr(target, self._name, getattr(source, self._name))

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        if not self._same(getattr(a, self._name), getattr(b, self._name)):
            yield prefix + self._name


class _Present(_Whole):
    """A single value that may not be set."""

    def pick(self, source: Any, target: Any) -> None:
        if source.HasField(self._name):
            setattr(target, self._name, getattr(source, self._name))

    def overwrite(self, source: Any, target: Any) -> None:
        target.ClearField(self._name)
        self.pick(source, target)

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        same_presence = a.HasField(self._name) is b.HasField(self._name)
        if not same_presence or not self._same(getattr(a, self._name), getattr(b, self._name)):
            yield prefix + self._name


class _WholeMessage(_Whole):
    def pick(self, source: Any, target: Any) -> None:
        if source.HasField(self._name):
            getattr(target, self._name).CopyFrom(getattr(source, self._name))

    def overwrite(self, source: Any, target: Any) -> None:
        target.ClearField(self._name)
        self.pick(source, target)

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        if a.HasField(self._name) is not b.HasField(self._name):
            yield prefix + self._name
        elif (inner_a := getattr(a, self._name)) != (inner_b := getattr(b, self._name)):
            yield from self._nearer(inner_a, inner_b, f"{prefix}{self._name}.") or (prefix + self._name,)

    def _nearer(self, a: Any, b: Any, prefix: str) -> list[str]:
        """Nothing where what differs has no path: fields that are not known here, or a single value."""
        return [] if is_single_value(self._field) else [*all_fields(a.DESCRIPTOR).differing(a, b, prefix)]


class _WholeList(_Whole):
    def pick(self, source: Any, target: Any) -> None:
        if values := getattr(source, self._name):
            getattr(target, self._name).MergeFrom(values)

    def overwrite(self, source: Any, target: Any) -> None:
        target.ClearField(self._name)
        self.pick(source, target)

    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        if not self._same(getattr(a, self._name), getattr(b, self._name)):
            yield prefix + self._name


class _WholeMap(_WholeList):
    def differing(self, a: Any, b: Any, prefix: str) -> Iterator[str]:
        entries_a, entries_b = getattr(a, self._name), getattr(b, self._name)
        for key in sorted({*entries_a, *entries_b}):
            in_both = key in entries_a and key in entries_b
            if not in_both or not self._same(entries_a[key], entries_b[key]):
                yield prefix + segment_text(Step(self._field, key))


def comparison(field: FieldDescriptor) -> Callable[[Any, Any], bool]:
    """Of two values of a field, as equality of messages has it: NaN equals NaN, and the two zeros differ."""
    values: Any = map_fields(field)[1] if is_map(field) else field
    if values.cpp_type not in _FLOATS:
        return lambda a, b: bool(a == b)
    if is_list(field):
        return lambda a, b: [*map(repr, a)] == [*map(repr, b)]
    return lambda a, b: repr(a) == repr(b)
