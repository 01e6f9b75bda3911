"""Reading a name by a pattern, and making one. Written to be plain, not fast: `explain` reads a single name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from goten_gen.patterns import BRACES, REGION_ID, Pattern

WILDCARD = "-"
DEFAULT_ID = "[^/{} ]+"
DEEP_ID = "[^{} ]+"

_EFFORT = 10_000_000
"""How many characters of candidates for one id may be looked at: more than any name needs that is not made for it."""

_Step: TypeAlias = "tuple[re.Pattern[str], str]"
"""What an id must match, and the literal text that follows the id."""


def match_name(
    pattern: Pattern, text: str, *, ids: Mapping[str, str], region: str | None = None
) -> dict[str, str] | None:
    """The id of each variable where the relative name `text` fits `pattern`, else None (NAME-1, NAME-2, NAME-4).

    `ids` has id patterns by variable; `region` is the variable of the region scope. None also for a text that is made
    to take unreasonably long (NAME-10).
    """
    if text.startswith("/") or not text.isprintable():
        return None
    if pattern.is_wildcard:
        return {} if re.fullmatch(DEEP_ID, text) else None
    first, *gaps = BRACES.split(pattern.text)
    rules = [re.compile(source, re.ASCII) for source in _id_patterns(pattern, ids, region)]
    values = _cut(text, first, list(zip(rules, gaps, strict=True)))
    return None if values is None else dict(zip(pattern.variables, values, strict=True))


def make_name(pattern: Pattern, values: Mapping[str, str]) -> str:
    """The text of the name with these ids. NAME-13 asks more of a name: that `match_name` gives the same ids back."""
    texts = (values[variable] for variable in pattern.variables)
    return BRACES.sub(lambda _: next(texts), pattern.text)


def _id_patterns(pattern: Pattern, ids: Mapping[str, str], region: str | None) -> list[str]:
    """What the id of each variable must match, the wildcard aside (NAME-5 to NAME-8)."""
    deep = {variable for segment in pattern.segments for variable in segment.deep}
    regions = {} if region is None else {region: REGION_ID}
    return [
        ids.get(variable) or regions.get(variable) or (DEEP_ID if variable in deep else DEFAULT_ID)
        for variable in pattern.variables
    ]


def _cut(text: str, first: str, steps: Sequence[_Step]) -> list[str] | None:
    """The ids in `text`, which is `first` and then an id and a literal text for each of `steps` (NAME-4)."""
    if not steps:
        return [] if text == first else None
    ends = _longest_ends(text, first, steps) if text.startswith(first) else None
    if ends is None:
        return None
    values = []
    start = len(first)
    for end_by_start, (_, gap) in zip(ends, steps, strict=True):
        if start not in end_by_start:
            return None
        end = end_by_start[start]
        values.append(text[start:end])
        start = end + len(gap)
    return values


def _longest_ends(text: str, first: str, steps: Sequence[_Step]) -> list[dict[int, int]] | None:
    """For each step and each place where its id may start, the last place where it may end (NAME-10).

    From the last step to the first, so that what follows an id is known to fit. None: too much effort.
    """
    starts = [[len(first)], *(_behind(gap, text) for _, gap in steps[:-1])]
    fitting = {len(text)}
    ends: list[dict[int, int]] = []
    for (rule, gap), own_starts in zip(reversed(steps), reversed(starts), strict=True):
        stops = sorted((goal - len(gap) for goal in fitting if text.endswith(gap, 0, goal)), reverse=True)
        own_starts = [start for start in own_starts if stops and start < stops[0]]
        if len(own_starts) * len(stops) * len(text) > _EFFORT:
            return None
        found = {start: _last_end(text, start, stops, rule) for start in own_starts}
        ends.append({start: stop for start, stop in found.items() if stop is not None})
        fitting = set(ends[-1])
    return ends[::-1]


def _last_end(text: str, start: int, stops: Sequence[int], rule: re.Pattern[str]) -> int | None:
    """The first of `stops` at which what starts at `start` is an id."""
    return next((stop for stop in stops if stop > start and _is_id(text[start:stop], rule)), None)


def _behind(gap: str, text: str) -> list[int]:
    """The places behind each occurrence of `gap`, overlapping ones included."""
    return [start + len(gap) for start in range(len(text)) if text.startswith(gap, start)]


def _is_id(value: str, rule: re.Pattern[str]) -> bool:
    """The rule sees the value and nothing around it (NAME-6). The wildcard stands for any id (NAME-9)."""
    return value == WILDCARD or rule.fullmatch(value) is not None
