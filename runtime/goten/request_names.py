"""Which resource names a request is about, by the generated method descriptors (spec/protocol/context.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from goten.name_errors import shown
from goten.name_patterns import Segment
from goten.names import WILDCARD, InvalidName, InvalidNameCode, NamePattern, ResourceName
from goten.services import ServiceDescriptor

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.methods import MethodDescriptor


class InvalidRequestName(ValueError):
    """A field of a request, such as `names[2]`, holds what is no name there.

    `reason` says what is wrong and `hint` what would be right.
    """

    def __init__(self, field: str, text: str, reason: str, hint: str) -> None:
        super().__init__(field, text, reason, hint)
        self.field = field
        self.text = text
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"invalid {self.field} {shown(self.text)}: {self.reason}; {self.hint}"


class RequestNames:
    """Finds the names in requests of one method of a service version.

    They are of the method's resource type; in requests of methods that are no access to it (DETECT-9), where that type
    may be wrong, also of other types of the service.
    """

    def __init__(self, service: ServiceDescriptor, method: MethodDescriptor[Any, Any]) -> None:
        self._method = method
        own = None if method.resource is None else service.resource(method.resource)
        self._types = () if own is None else (own.name,)
        is_access = method.resource is not None and service.access_method(method.resource, method.verb) is method
        others = () if own is not None and is_access else tuple(resource.name for resource in service.resources)
        self._other_types = others
        readers = (*(name.parse for name in self._types), *([service.parse_name] if others else ()))
        self._readers: tuple[Callable[[str], ResourceName], ...] = readers

    @property
    def finds_any(self) -> bool:
        """Whether requests of the method have any place for names."""
        method = self._method
        return any(path is not None for path in (method.name_path, method.parent_path, method.body_path))

    def find(self, request: Message) -> list[ResourceName]:
        """The names that a request is about; none where it leaves them out (CONTEXT-8, CONTEXT-9).

        A collection is found as names of what it may hold, with `-` for the ids that the request says nothing of.
        Raises InvalidRequestName (CONTEXT-10).
        """
        names = [self._name(*text) for text in _texts_at(request, self._method.name_path)]
        for field, parent in _texts_at(request, self._method.parent_path):
            names += self._names_below(field, parent)
        if not names and (self._method.parent_path or self._method.body_path):
            names = _names_below("", self._types)
        return names

    def _name(self, field: str, text: str) -> ResourceName:
        errors = []
        for read in self._readers:
            try:
                return _governable(read(text))
            except InvalidName as error:
                errors.append(error)
        raise InvalidRequestName(field, text, errors[0].reason, errors[0].hint)

    def _names_below(self, field: str, parent: str) -> list[ResourceName]:
        names = _names_below(parent, self._types) or _names_below(parent, self._other_types)
        if not names:
            types = self._types or self._other_types
            raise InvalidRequestName(field, parent, _why_nothing_is_below(parent, types), _expected_parents(types))
        return names


def _texts_at(request: Message, path: str | None) -> Iterator[tuple[str, str]]:
    """The strings at a dotted path with what leads to each, such as `names[2]`; empty ones are left out."""
    return _walk(request, path.split("."), "") if path else iter(())


def _walk(value: Any, steps: Sequence[str], field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if value:
            yield field, value
    elif isinstance(value, Sequence):
        for index, item in enumerate(value):
            yield from _walk(item, steps, f"{field}[{index}]")
    else:
        yield from _walk(getattr(value, steps[0]), steps[1:], f"{field}.{steps[0]}".lstrip("."))


def _names_below(parent: str, types: Iterable[type[ResourceName]]) -> list[ResourceName]:
    """A name of every kind that can stand below `parent`, which is empty for names without parent."""
    names = []
    for name in types:
        for tail in _tails(name.PATTERNS):
            with suppress(InvalidName):
                names.append(_governable(name.parse(_below(parent, tail))))
    return names


def _governable(name: ResourceName) -> ResourceName:
    """`name`. Raises InvalidName where an id of it is none by the rules of the holder that would govern it."""
    _ = name.holder
    return name


def _below(parent: str, tail: str) -> str:
    return f"{parent}/{tail}" if parent else tail


def _why_nothing_is_below(parent: str, types: Iterable[type[ResourceName]]) -> str:
    for name in types:
        for tail in _tails(name.PATTERNS):
            try:
                _governable(name.parse(_below(parent, tail)))
            except InvalidName as error:
                if error.code is not InvalidNameCode.SHAPE:
                    return error.reason
    return f"nothing below it is a {' or '.join(name.TYPE for name in types)}"


def _expected_parents(types: Iterable[type[ResourceName]]) -> str:
    parents = dict.fromkeys(_parent_text(pattern) for name in types for pattern in name.PATTERNS)
    return f"expected {' or '.join(parent or 'none' for parent in parents)}"


def _parent_text(pattern: NamePattern) -> str:
    return "/".join(pattern.text.split("/")[: -_own_segments(pattern)])


@cache
def _tails(patterns: tuple[NamePattern, ...]) -> tuple[str, ...]:
    """What names of a type have behind those of their parents, such as `devices/-`, once for all patterns alike.

    A region scope that ends the parent may be left out there: `regions/-/devices/-`.
    """
    tails: dict[str, None] = {}
    for pattern in patterns:
        count = _own_segments(pattern)
        segments = pattern.shape.segments
        tails[_filled(segments[-count:])] = None
        if segments[:-count] and [variable.name for variable in segments[-count - 1].variables] == [pattern.region]:
            tails[_filled(segments[-count - 2 :])] = None
    return tuple(tails)


def _own_segments(pattern: NamePattern) -> int:
    """How many segments a pattern has that its parent's has not: the last pair, or the literal that ends it."""
    *parent, last = pattern.shape.segments or [Segment(("", ""), ())]
    return 2 if last.variables and parent and not parent[-1].variables else 1


def _filled(segments: Iterable[Segment]) -> str:
    return "/".join(WILDCARD.join(segment.literals) for segment in segments)
