"""Name patterns taken apart (NAME-3), and which variables of two patterns stand at the same place (NAME-14)."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final, NamedTuple

ANY_NAME: Final = "*"
"""The pattern that has no variables and that every name fits (NAME-11)."""

_VARIABLE: Final = r"\{([^{}=/*]+)(=\*\*?)?\}"


class Variable(NamedTuple):
    """A variable of a pattern; `any_depth` is set for `{x=**}`."""

    name: str
    any_depth: bool


class Segment(NamedTuple):
    """What stands between two slashes: literals[0] {variables[0]} literals[1] ..., one more literal than variables."""

    literals: tuple[str, ...]
    variables: tuple[Variable, ...]


class PatternShape:
    """A pattern as segments. `ANY_NAME` has none."""

    def __init__(self, text: str, segments: tuple[Segment, ...]) -> None:
        self.text: Final = text
        self.segments: Final = segments

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(variable for segment in self.segments for variable in segment.variables)

    @cached_property
    def literal_segments(self) -> int:
        """How many segments hold no variable: of several patterns that fit, the one with most of them wins."""
        return sum(not segment.variables for segment in self.segments)

    @cached_property
    def template(self) -> str:
        """For `template % values`."""
        if self.text == ANY_NAME:
            return "%s"
        return "/".join("%s".join(text.replace("%", "%%") for text in segment.literals) for segment in self.segments)

    def without_region_scope(self, region: str | None) -> tuple[Segment, ...]:
        """The segments without the pair that ends in the variable `region` alone."""
        for place, segment in enumerate(self.segments):
            if segment.literals == ("", "") and segment.variables[0].name == region:
                return self.segments[: max(place - 1, 0)] + self.segments[place + 1 :]
        return self.segments


def parse_pattern(text: str) -> PatternShape:
    """Takes a pattern such as `projects/{project}/logs/{date}~{hour}` apart; ValueError where it is none."""
    if text == ANY_NAME:
        return PatternShape(text, ())
    shape = PatternShape(text, tuple(_parse_segment(text, segment) for segment in text.split("/")))
    names = [variable.name for variable in shape.variables]
    if len(set(names)) != len(names):
        raise ValueError(f"name pattern {text!r} has a variable twice")
    return shape


def _parse_segment(pattern: str, segment: str) -> Segment:
    pieces = re.split(_VARIABLE, segment)
    literals = tuple(pieces[::3])
    if not segment or not segment.isprintable() or any(set("{}*") & set(literal) for literal in literals):
        raise ValueError(f"name pattern {pattern!r} has a bad segment {segment!r}")
    if "" in literals[1:-1]:
        raise ValueError(f"name pattern {pattern!r} has nothing between two variables of {segment!r}")
    return Segment(literals, tuple(map(Variable, pieces[1::3], (kind == "=**" for kind in pieces[2::3]))))


def places_of_ancestor(
    shape: PatternShape, region: str | None, ancestor: PatternShape, ancestor_region: str | None
) -> tuple[int, ...] | None:
    """For each variable of `ancestor`, the index of our variable at the same place.

    Region scopes are left out of the comparison; the ancestor's takes our region. None where the ancestor is no proper
    prefix of us, or needs a region and we have none.
    """
    ours = shape.without_region_scope(region)
    theirs = ancestor.without_region_scope(ancestor_region)
    if len(theirs) >= len(ours) or any(a.literals != b.literals for a, b in zip(ours, theirs, strict=False)):
        return None
    index = {variable.name: place for place, variable in enumerate(shape.variables)}
    same_place = {
        b.name: index[a.name]
        for our, their in zip(ours, theirs, strict=False)
        for a, b in zip(our.variables, their.variables, strict=True)
    }
    if ancestor_region is not None and ancestor_region not in same_place:
        if region is None:
            return None
        same_place[ancestor_region] = index[region]
    return tuple(same_place[variable.name] for variable in ancestor.variables)
