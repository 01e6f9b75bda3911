"""Resource name patterns: reading one, comparing two, matching a name (rules NAME-*, DETECT-5 to DETECT-7).

A pattern is a list of segments between slashes. A segment is a literal, or variables with one separator character
between two of them (`{a}~{b}`), or the lone `*`, which stands for any name at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

SEPARATORS = "~_.-"
REGION_ID = r"[a-z][a-z0-9\-]{0,28}[a-z0-9]"
DEFAULT_ID = r"[^/{} \x00-\x1f\x7f]+"
DEEP_ID = r"[^{} \x00-\x1f\x7f]+"
WILDCARD = "-"

_LITERAL = re.compile(r"[A-Za-z0-9\-._~!$&+,;=:@%]+")
_VARIABLES = re.compile(rf"\{{[^{{}}]*\}}(?:[{re.escape(SEPARATORS)}]\{{[^{{}}]*\}})*")
_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?:=(\*\*?))?\}")

Shape: TypeAlias = "tuple[str | tuple[str, ...], ...]"


class BadPattern(ValueError):
    """A pattern that no name can follow; the text says why."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: `literal`, or `variables` with `separators` between them (one fewer). `deep` marks `{x=**}`."""

    literal: str = ""
    variables: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    deep: bool = False

    @property
    def shape(self) -> str | tuple[str, ...]:
        """What two segments share when the same texts may stand there, whatever their variables are called."""
        return self.literal or (*self.separators, "**" if self.deep else "*")


@dataclass(frozen=True)
class Pattern:
    """A resource name pattern, read."""

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
        return sum(bool(segment.literal) for segment in self.segments)

    @cached_property
    def tail(self) -> int:
        """How many segments are the resource's own: 2 for `devices/{device}`, 1 for a last literal or lone variable."""
        pair = len(self.segments) > 1 and self.segments[-1].variables and self.segments[-2].literal
        return 2 if pair else 1

    @cached_property
    def collection(self) -> str:
        """Collection id: the literal of the last pair; else the last literal; else empty (DETECT-2)."""
        literals = [segment.literal for segment in self.segments if segment.literal]
        return literals[-1] if literals and not self.is_wildcard else ""

    @cached_property
    def is_region(self) -> bool:
        """True for `regions/{region}` itself."""
        return len(self.segments) == 2 and _is_region_pair(*self.segments)

    @cached_property
    def region_scopes(self) -> tuple[int, ...]:
        """Indexes of the literal `regions` of each `regions/{region}` pair in front of the last segment (DETECT-5)."""
        pairs = range(len(self.segments) - 2)
        return tuple(i for i in pairs if _is_region_pair(self.segments[i], self.segments[i + 1]))

    def shape(self, *, scopes: bool) -> Shape:
        """The segments' shapes, with region scopes taken out when `scopes`."""
        out = {j for i in self.region_scopes for j in (i, i + 1)} if scopes else set()
        return tuple(segment.shape for i, segment in enumerate(self.segments) if i not in out)

    def __str__(self) -> str:
        return self.text


def _is_region_pair(literal: Segment, variable: Segment) -> bool:
    return literal.literal == "regions" and variable.variables == ("region",) and not variable.deep


def parse_pattern(text: str) -> Pattern:
    """Reads a pattern; raises `BadPattern` with the reason (NAME-1)."""
    if text == "*":
        return Pattern(text, (Segment(literal="*"),))
    segments = tuple(_parse_segment(part) for part in text.split("/"))
    variables = [variable for segment in segments for variable in segment.variables]
    for variable in variables:
        if variables.count(variable) > 1:
            raise BadPattern(f"variable {{{variable}}} stands twice")
    return Pattern(text, segments)


def _parse_segment(text: str) -> Segment:
    if not text:
        raise BadPattern("an empty segment: a pattern neither begins nor ends with '/', nor holds '//'")
    if _LITERAL.fullmatch(text):
        return Segment(literal=text)
    if not _VARIABLES.fullmatch(text):
        raise BadPattern(f"segment {text!r} is neither a literal nor variables with one of {SEPARATORS} between them")
    names: list[str] = []
    separators: list[str] = []
    deep = False
    end = 0
    for group in re.finditer(r"\{[^{}]*\}", text):
        if group.start():
            separators.append(text[end : group.start()])
        end = group.end()
        variable = _VARIABLE.fullmatch(group[0])
        if variable is None:
            raise BadPattern(f"{group[0]!r} is not a variable")
        names.append(variable[1])
        deep = deep or variable[2] == "**"
    return Segment(variables=tuple(names), separators=tuple(separators), deep=deep)


def is_regex(text: str) -> bool:
    """Whether `text` can serve as an id pattern."""
    try:
        re.compile(text, re.ASCII)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def strip_anchors(regex: str) -> str:
    """An id pattern always matches the whole value, so `^` and `$` around it say nothing (NAME-5)."""
    if regex.startswith("^"):
        regex = regex[1:]
    if regex.endswith("$") and not regex.endswith("\\$"):
        regex = regex[:-1]
    return regex


def match_name(
    pattern: Pattern, text: str, *, ids: Mapping[str, str], region_variables: frozenset[str] = frozenset()
) -> dict[str, str] | None:
    """Values of the pattern's variables when the relative name `text` fits it, else None (NAME-2 to NAME-8).

    `ids` holds id patterns by variable; `region_variables` are those of region scopes. `-` fits every variable.
    """
    if not text or not text.isprintable():
        return None
    if pattern.is_wildcard:
        return None if any(c in text for c in "{} ") or "" in text.split("/") else {}
    parts = []
    for segment in pattern.segments:
        if segment.literal:
            parts.append(re.escape(segment.literal))
            continue
        groups = [_group(v, _id_regex(v, segment, ids, region_variables)) for v in segment.variables]
        for i, separator in enumerate(segment.separators):
            groups.insert(2 * i + 1, re.escape(separator))
        parts.append("".join(groups))
    found = re.fullmatch("/".join(parts), text, re.ASCII)
    return {v: found[f"goten_{v}"] for v in pattern.variables} if found else None


def _group(variable: str, regex: str) -> str:
    return f"(?P<goten_{variable}>-|{regex})"


def _id_regex(variable: str, segment: Segment, ids: Mapping[str, str], region_variables: frozenset[str]) -> str:
    if variable in ids:
        return f"(?:{strip_anchors(ids[variable])})"
    if variable in region_variables:
        return REGION_ID
    return DEEP_ID if segment.deep else DEFAULT_ID
