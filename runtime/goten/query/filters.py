"""Filters: texts that say which messages are meant (spec/protocol/filters.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.descriptor import Descriptor

from goten.query.conditions import Bound, bind
from goten.query.junctions import Matches, all_of, any_of
from goten.query.parser import parse
from goten.query.syntax import Both, Condition, Either, Negation, Node

if TYPE_CHECKING:
    from google.protobuf.message import Message


class Filter:
    """Which messages of one type are meant. Equal, and of one hash, where type and normalised text are equal.

    `matches(message)` says whether a message is meant; it never changes one. `paths` are those that decide, sorted.
    `str` is the normalised text, which reads as an equal filter; it is empty where all messages match (FILTER-11).
    """

    __slots__ = ("_text", "matches", "message_name", "paths")

    def __init__(self, message_name: str, bound: Bound) -> None:
        self._text: Final = bound.text
        self.message_name: Final = message_name
        self.paths: Final = tuple(sorted(bound.paths))
        self.matches: Final[Matches] = bound.matches

    @property
    def matches_all(self) -> bool:
        return not self._text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Filter of {self.message_name}: {self._text or 'all'}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Filter):
            return NotImplemented
        return self._text == other._text and self.message_name == other.message_name

    def __hash__(self) -> int:
        return hash((self.message_name, self._text))


def parse_filter(text: str, message_type: type[Message], *, field: str = "filter") -> Filter:
    """Reads a filter over messages of a type; an empty text, or one of spaces, matches all.

    `field` is what errors call the text. Raises QueryError, with the position in `text`.
    """
    descriptor: Any = message_type.DESCRIPTOR
    node = parse(text, field)
    bound = _EVERYTHING if node is None else _Binding(descriptor, field).bound(node)
    return Filter(descriptor.full_name, bound)


_EVERYTHING: Final = Bound("", "", frozenset(), lambda message: True)


class _Binding:
    def __init__(self, message: Descriptor, request_field: str) -> None:
        self._message = message
        self._request_field = request_field

    def bound(self, node: Node) -> Bound:
        match node:
            case Condition():
                return bind(node, self._message, self._request_field)
            case Negation(Negation(inner)):
                return self.bound(inner)
            case Negation(inner):
                return self.bound(inner).negated()
            case Both():
                return _group("AND", all_of, map(self.bound, node.items))
            case Either():
                return _group("OR", any_of, map(self.bound, node.items))


def _group(word: str, join: Callable[[Sequence[Matches]], Matches], items: Iterable[Bound]) -> Bound:
    """The items, each once, those of an item of the same kind in its place."""
    parts: dict[str, Bound] = {}
    for item in items:
        for part in item.parts if item.word == word else (item,):
            parts.setdefault(part.text, part)
    if len(parts) == 1:
        return next(iter(parts.values()))
    text = f"({f' {word} '.join(parts)})"
    paths = frozenset[str]().union(*(part.paths for part in parts.values()))
    return Bound(
        text, f"NOT {text}", paths, join([part.matches for part in parts.values()]), word, tuple(parts.values())
    )
