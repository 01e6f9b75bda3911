"""Readers: callables that take a name apart by one pattern, as fast as the pattern allows (NAME-4 to NAME-11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from goten.id_patterns import IdPattern, Inlining
from goten.name_patterns import ANY_NAME, PatternShape, Segment


class Found(Protocol):
    """A name taken apart; `re.Match` is one."""

    @property
    def string(self) -> str:
        """The name."""
        ...

    def groups(self) -> tuple[str, ...]:
        """The values of the pattern's variables, in order."""
        ...

    def __getitem__(self, index: int, /) -> str:
        """The value of variable `index`, counted from 1."""
        ...


Reader = Callable[[str], Found | None]
"""None: the name does not fit."""

_NOTHING: Final[Reader] = re.compile("(?!)").fullmatch


def make_reader(shape: PatternShape, ids: Sequence[IdPattern], wide: bool) -> Reader:
    """The fastest reader that is right for a pattern; `ids` has the id pattern of each variable, in order.

    A narrow reader takes any text and finds names of ASCII characters alone; a wide one must only be given printable
    text (NAME-2). So the common names are checked for unprintable characters at no cost.
    """
    if not wide and not shape.text.isascii():
        return _NOTHING
    if shape.text == ANY_NAME:
        return re.compile(f"(?!/){IdPattern(None, any_depth=True).inlined(wide)}").fullmatch
    search = LongestFirst(shape, ids, wide)
    for _segment, own in _with_ids(shape, ids):
        if len(own) > 1 and any(rule.inlining is not Inlining.ANYWHERE or rule.takes_slashes for rule in own):
            return search.fullmatch
    apart = [place for place, rule in enumerate(ids) if rule.inlining is Inlining.NEVER]
    with_slashes = sum(rule.inlining is Inlining.ANYWHERE and rule.takes_slashes for rule in ids)
    if with_slashes > (0 if apart else 1):
        return search.fullmatch
    fullmatch = re.compile(_regex(shape, ids, wide), re.ASCII).fullmatch
    return CheckedApart(fullmatch, [(place, ids[place]) for place in apart], search).fullmatch if apart else fullmatch


def _with_ids(shape: PatternShape, ids: Sequence[IdPattern]) -> Iterator[tuple[Segment, Sequence[IdPattern]]]:
    start = 0
    for segment in shape.segments:
        end = start + len(segment.variables)
        yield segment, ids[start:end]
        start = end


def _regex(shape: PatternShape, ids: Sequence[IdPattern], wide: bool) -> str:
    # An id that takes slashes could swallow the leading slash of `//domain/name`, or of a malformed name.
    return "(?!/)" + "/".join(_segment_regex(segment, own, wide) for segment, own in _with_ids(shape, ids))


def _segment_regex(segment: Segment, ids: Sequence[IdPattern], wide: bool) -> str:
    run = "[^/]+" if wide else "[ -.0-~]+"
    groups = [f"({run if rule.inlining is Inlining.NEVER else rule.inlined(wide)})" for rule in ids]
    literals = [re.escape(literal) for literal in segment.literals]
    regex = literals[0] + "".join(group + literal for group, literal in zip(groups, literals[1:], strict=True))
    if len(ids) > 1:
        # Slashes fix both ends of the segment, so its first fit is final: no second try makes hostile names slow.
        return rf"(?>{regex}(?=/|\Z))"
    return regex


_EFFORT: Final = 1_000_000
"""How many characters of candidates a search may look at: thousands of tries, unless the name is made to be slow."""


class SearchedName:
    """A name that no regular expression found."""

    __slots__ = ("_values", "string")

    def __init__(self, string: str, values: tuple[str, ...]) -> None:
        self.string = string
        self._values = values

    def groups(self) -> tuple[str, ...]:
        return self._values

    def __getitem__(self, index: int, /) -> str:
        return self._values[index - 1]


class LongestFirst:
    """Reads by any pattern with any id patterns: the longest value first, from the leftmost variable on (NAME-10).

    Each id pattern sees its candidate alone, whatever it contains.
    """

    def __init__(self, shape: PatternShape, ids: Sequence[IdPattern], wide: bool) -> None:
        gaps = [""]
        for place, segment in enumerate(shape.segments):
            gaps[-1] += ("/" if place else "") + segment.literals[0]
            gaps += segment.literals[1:]
        self._wide = wide
        self._prefix = gaps[0]
        self._steps = tuple(zip(ids, gaps[1:], strict=True))

    def fullmatch(self, text: str) -> Found | None:
        if text.startswith("/") or not text.startswith(self._prefix) or not (self._wide or text.isascii()):
            return None
        values = _Search(text, self._steps).read(0, len(self._prefix))
        return None if values is None else SearchedName(text, values)


class _Search:
    """The search in one text, by steps: an id pattern and the literal text that follows the id."""

    def __init__(self, text: str, steps: Sequence[tuple[IdPattern, str]]) -> None:
        self._text = text
        self._steps = steps
        self._effort = _EFFORT
        self._known: dict[tuple[int, int], tuple[str, ...] | None] = {}

    def read(self, step: int, start: int) -> tuple[str, ...] | None:
        """The values from `step` on, of which the first starts at `start`. What follows a place is read once."""
        if step == len(self._steps):
            return () if start == len(self._text) else None
        if (step, start) not in self._known:
            self._known[step, start] = self._read(step, start)
        return self._known[step, start]

    def _read(self, step: int, start: int) -> tuple[str, ...] | None:
        rule, gap = self._steps[step]
        for end in self._ends(step, start):
            self._effort -= end - start
            if self._effort < 0:
                return None
            rest = self.read(step + 1, end + len(gap))
            if rest is not None and rule.accepts(self._text[start:end]):
                return (self._text[start:end], *rest)
        return None

    def _ends(self, step: int, start: int) -> Iterator[int]:
        """Where the value of a step may end, from the right."""
        rule, gap = self._steps[step]
        text = self._text
        if step == len(self._steps) - 1:
            if text.endswith(gap):
                yield len(text) - len(gap)
            return
        slash = -1 if rule.takes_slashes else text.find("/", start)
        end = text.rfind(gap, start + 1, len(text) if slash < 0 else slash + len(gap))
        while end > start:
            yield end
            end = text.rfind(gap, start + 1, end + len(gap) - 1)


class CheckedApart:
    """Reads by a regular expression in which some ids are any run without slash, and checks those on their own.

    Without slashes in ids a name has but one reading, so what a check refuses is refused. A name that the expression
    refuses may still have slashes in ids.
    """

    def __init__(self, fullmatch: Reader, checks: Sequence[tuple[int, IdPattern]], search: LongestFirst) -> None:
        self._fullmatch = fullmatch
        self._checks = [(place + 1, rule.accepts) for place, rule in checks]
        self._search = search

    def fullmatch(self, text: str) -> Found | None:
        found = self._fullmatch(text)
        if found is None:
            return self._search.fullmatch(text)
        for index, accepts in self._checks:
            if not accepts(found[index]):
                return None
        return found
