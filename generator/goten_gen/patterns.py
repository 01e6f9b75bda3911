"""Resource name patterns: reading one, comparing two (NAME-3, DETECT-5 to DETECT-7).

A pattern is `*`, which stands for any name at all, or a list of segments between slashes. A segment is a literal, or
variables with one separator character between two of them (`{a}~{b}`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

SEPARATORS = "~_.-"
REGION_ID = r"[a-z][a-z0-9\-]{0,28}[a-z0-9]"
"""Id pattern of a region scope's variable (NAME-8)."""

BRACES = re.compile(r"\{[^{}]*\}")
"""A variable in the text of a pattern."""

_NOT_LITERAL = re.compile(r"[^A-Za-z0-9\-._~!$&+,;=:@%]")
_VARIABLES = re.compile(rf"\{{[^{{}}]*\}}(?:[{re.escape(SEPARATORS)}]\{{[^{{}}]*\}})*")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?:=(\*\*?))?\}")

Shape: TypeAlias = "tuple[str | tuple[str, ...], ...]"


class BadPattern(ValueError):
    """A pattern that no name can follow; the text says why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: `literal`, or `variables` with `separators` between them (one fewer).

    `deep` has those of the variables that take slashes, `{x=**}` (NAME-7).
    """

    literal: str = ""
    variables: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    deep: tuple[str, ...] = ()

    @property
    def shape(self) -> str | tuple[str, ...]:
        """What two segments share when the same texts may stand there, whatever their variables are called."""
        return self.literal or (*self.separators, *("**" if v in self.deep else "*" for v in self.variables))


@dataclass(frozen=True)
class Pattern:
    """A resource name pattern, read. `*` has no segments."""

    text: str
    segments: tuple[Segment, ...]

    @cached_property
    def variables(self) -> tuple[str, ...]:
        return tuple(variable for segment in self.segments for variable in segment.variables)

    @property
    def is_wildcard(self) -> bool:
        """True for `*`, which any name fits."""
        return self.text == "*"

    @cached_property
    def literal_count(self) -> int:
        """Of several patterns that fit a name, the one with most literal segments is its pattern (NAME-12)."""
        return sum(bool(segment.literal) for segment in self.segments)

    @cached_property
    def tail(self) -> int:
        """How many segments are the resource's own: 2 for `devices/{device}`, 1 for a last literal or lone variable."""
        pair = len(self.segments) > 1 and self.segments[-1].variables and self.segments[-2].literal
        return 2 if pair else 1

    @cached_property
    def collection(self) -> str:
        """Collection id: the literal of the last pair; else empty (DETECT-2)."""
        return self.segments[-2].literal if self.tail == 2 else ""

    @cached_property
    def last_literal(self) -> str:
        literals = [segment.literal for segment in self.segments if segment.literal]
        return literals[-1] if literals else ""

    @cached_property
    def is_region(self) -> bool:
        """True for `regions/{region}` itself."""
        return len(self.segments) == 2 and _is_region_pair(*self.segments)

    @cached_property
    def region_scopes(self) -> tuple[int, ...]:
        """Indexes of the literal `regions` of each `regions/{region}` pair in front of the last segment (DETECT-5)."""
        pairs = range(len(self.segments) - 2)
        return tuple(i for i in pairs if _is_region_pair(self.segments[i], self.segments[i + 1]))

    def compared(self, *, scopes: bool) -> tuple[Segment, ...]:
        """The segments that are compared with another pattern's: all, but for the region scopes when `scopes`."""
        out = {j for i in self.region_scopes for j in (i, i + 1)} if scopes else set()
        return tuple(segment for i, segment in enumerate(self.segments) if i not in out)

    def shape(self, *, scopes: bool) -> Shape:
        """The segments' shapes, with region scopes taken out when `scopes`."""
        return tuple(segment.shape for segment in self.compared(scopes=scopes))

    def __str__(self) -> str:
        return self.text


def _is_region_pair(literal: Segment, variable: Segment) -> bool:
    return literal.literal == "regions" and variable.variables == ("region",) and not variable.deep


def parse_pattern(text: str) -> Pattern:
    """Reads a pattern; raises `BadPattern` with the reason (NAME-3)."""
    if text == "*":
        return Pattern(text, ())
    pattern = Pattern(text, tuple(_parse_segment(part) for part in text.split("/")))
    for variable in pattern.variables:
        if pattern.variables.count(variable) > 1:
            raise BadPattern(f"variable {{{variable}}} stands twice")
    return pattern


def _parse_segment(text: str) -> Segment:
    if not text:
        raise BadPattern("an empty segment: a pattern neither begins nor ends with '/', nor holds '//'")
    if not set("{}") & set(text):
        return _parse_literal(text)
    if not _VARIABLES.fullmatch(text):
        raise BadPattern(f"segment {text!r} is neither a literal nor variables with one of {SEPARATORS} between them")
    found = [_parse_variable(variable) for variable in BRACES.findall(text)]
    return Segment(
        variables=tuple(name for name, _ in found),
        separators=tuple(BRACES.split(text)[1:-1]),
        deep=tuple(name for name, kind in found if kind == "**"),
    )


def _parse_literal(text: str) -> Segment:
    stranger = _NOT_LITERAL.search(text)
    if stranger is None:
        return Segment(literal=text)
    hint = "; the pattern of any name is '*' alone" if stranger[0] == "*" else ""
    raise BadPattern(f"segment {text!r} is no literal: {stranger[0]!r} cannot stand in one{hint}")


def _parse_variable(text: str) -> tuple[str, str | None]:
    found = _VARIABLE.fullmatch(text)
    if found is None:
        raise BadPattern(f"{text!r} is no variable: it is written {{x}}, {{x=*}} or {{x=**}}")
    return found[1], found[2]


def is_regex(text: str) -> bool:
    """Whether `text` can serve as an id pattern."""
    try:
        re.compile(text, re.ASCII)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def strip_anchors(regex: str) -> str:
    """An id pattern always matches the whole id, so `^` and `$` around it say nothing (NAME-6)."""
    bare = regex.removeprefix("^")
    if not bare.endswith("\\$"):
        bare = bare.removesuffix("$")
    return bare or regex
