"""Collections: which names the `parent` of a request stands for (METHOD-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple

from goten.descriptors import Descriptor, NameT
from goten.id_patterns import IdPattern
from goten.name_patterns import Segment
from goten.names import WILDCARD, InvalidName, InvalidNameCode, NamePattern, ResourceName
from goten.refusals import invalid
from goten.server.bounded import LONGEST_TEXT, Bounded

_KEPT: Final = 1024


class Scope(NamedTuple):
    """The names of a type that a parent stands for: those that begin with `prefix` and, if it is there, `matches`.

    `key` is the same text for parents that mean the same names. `templates` are those names, with `-` for any id.
    """

    prefix: str
    matches: Callable[[str], bool] | None
    key: str
    templates: tuple[ResourceName, ...]


class Scopes(Generic[NameT]):
    """Reads parents for the names of one type; those read last are kept.

    `every_name`: whether all names that a store holds under this type fit its patterns. Those that do not are in no
    scope.
    """

    def __init__(self, descriptor: Descriptor[Any, NameT], *, every_name: bool = True) -> None:
        self._descriptor = descriptor
        self._every_name = every_name
        self._tails = _tails(descriptor.name.PATTERNS)
        self._read: Bounded[str, Scope] = Bounded(_KEPT)

    def of(self, parent: str) -> Scope:
        """The scope of a parent, in which any id may be `-`.

        An empty parent stands for the names without one; where the type has no such names, for all names. Raises
        Refused (INVALID_ARGUMENT for `parent`).
        """
        found = self._read.get(parent)
        if found is None:
            found = self._scope(parent)
            if len(parent) <= LONGEST_TEXT:
                self._read.add(parent, found)
        return found

    def templates(self, parent: str) -> tuple[NameT, ...]:
        """The names directly below a parent, with `-` for what it does not say; raises as `of` does."""
        templates = tuple(self._parsed(parent))
        if not templates:
            raise self._refusal(parent)
        return templates

    def _scope(self, parent: str) -> Scope:
        if not parent and not self._descriptor.parentless:
            return Scope("", None if self._every_name else self._is_name, "", ())
        templates = self.templates(parent)
        prefixes = [_prefix(template) for template in templates]
        exact = self._every_name and len(self._descriptor.patterns) == 1 and _says_all(templates[0])
        key = "|".join(map(str, templates))
        return Scope(_common(prefixes), None if exact else self._matcher(templates), key, templates)

    def _parsed(self, parent: str) -> Iterable[NameT]:
        for tail, own in self._tails:
            try:
                name = self._descriptor.name.parse(f"{parent}/{tail}" if parent else tail)
            except InvalidName:
                continue
            if all(value == WILDCARD for value in name.ids[len(name.ids) - own :]):
                yield name

    def _matcher(self, templates: Sequence[NameT]) -> Callable[[str], bool]:
        parse = self._descriptor.name.parse
        wanted: dict[NamePattern, list[tuple[tuple[int, str], ...]]] = {}
        for template in templates:
            said = tuple((place, value) for place, value in enumerate(template.ids) if value != WILDCARD)
            wanted.setdefault(template.pattern, []).append(said)

        def matches(text: str) -> bool:
            try:
                name = parse(text)
            except InvalidName:
                return False
            ids = name.ids
            return any(all(ids[place] == value for place, value in said) for said in wanted.get(name.pattern, ()))

        return matches

    def _is_name(self, text: str) -> bool:
        try:
            self._descriptor.name.parse(text)
        except InvalidName:
            return False
        return True

    def _refusal(self, parent: str) -> Exception:
        parents = dict.fromkeys(_parent_text(pattern) for pattern in self._descriptor.patterns)
        hint = f"expected {' or '.join(text or 'none' for text in parents)}"
        for tail, _ in self._tails:
            try:
                self._descriptor.name.parse(f"{parent}/{tail}")
            except InvalidName as error:
                if error.code is not InvalidNameCode.SHAPE:
                    return invalid("parent", error.reason, hint)
        return invalid("parent", f"no {self._descriptor.singular} is directly below it", hint)


def _tails(patterns: Iterable[NamePattern]) -> tuple[tuple[str, int], ...]:
    """What names have behind those of their parents, such as `devices/-`, and how many ids that holds.

    A region scope that ends the parent may be left out there: `regions/-/devices/-`.
    """
    tails: dict[tuple[str, int], None] = {}
    for pattern in patterns:
        count = _own_segments(pattern)
        segments = pattern.shape.segments
        tails[_filled(segments[-count:])] = None
        if segments[:-count] and [variable.name for variable in segments[-count - 1].variables] == [pattern.region]:
            tails[_filled(segments[-count - 2 :])] = None
    return tuple(tails)


def _own_segments(pattern: NamePattern) -> int:
    """How many segments of a pattern its parent's does not have: the last pair, or the literal that ends it."""
    *parent, last = pattern.shape.segments or [Segment(("", ""), ())]
    return 2 if last.variables and parent and not parent[-1].variables else 1


def _filled(segments: Iterable[Segment]) -> tuple[str, int]:
    segments = tuple(segments)
    text = "/".join(WILDCARD.join(segment.literals) for segment in segments)
    return text, sum(len(segment.variables) for segment in segments)


def _parent_text(pattern: NamePattern) -> str:
    return "/".join(pattern.text.split("/")[: -_own_segments(pattern)])


def _pieces(name: ResourceName) -> Iterable[tuple[str, str]]:
    """Pairs of a literal and the id that follows it; the last id is empty where the name ends in a literal."""
    gaps = [""]
    for place, segment in enumerate(name.pattern.shape.segments):
        gaps[-1] += ("/" if place else "") + segment.literals[0]
        gaps += segment.literals[1:]
    return zip(gaps, (*name.ids, ""), strict=True)


def _prefix(template: ResourceName) -> str:
    """What the name begins with up to its first wildcard."""
    prefix = ""
    for literal, value in _pieces(template):
        prefix += literal
        if value == WILDCARD:
            break
        prefix += value
    return prefix


def _says_all(template: ResourceName) -> bool:
    """Whether a name of the template's pattern that begins with its prefix is one that the template stands for.

    It is, unless an id follows a wildcard, or an id in front of the first one might take slashes and so be longer.
    """
    said = [value != WILDCARD for value in template.ids]
    count = said.index(False) if False in said else len(said)
    rules: Sequence[IdPattern] = template.pattern.candidate.ids
    return not any(said[count:]) and not any(rule.takes_slashes for rule in rules[:count])


def _common(texts: Sequence[str]) -> str:
    low, high = min(texts), max(texts)
    for place, character in enumerate(low):
        if place == len(high) or high[place] != character:
            return low[:place]
    return low
