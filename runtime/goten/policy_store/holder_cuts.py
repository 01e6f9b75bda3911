"""Where the name of the governing holder stands in the names of a pattern, where it just stands there (STORE-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from goten.id_patterns import IdPattern
from goten.name_patterns import ANY_NAME, Segment
from goten.names import NamePattern, ResourceName

Part = tuple[Segment, Sequence[IdPattern]]
"""A segment of a pattern, with the id pattern of each of its variables."""


class HolderCut(NamedTuple):
    """The holder's name is the first `segments` segments of the name; it has pattern `pattern` of class `holder`."""

    holder: type[ResourceName]
    pattern: int
    segments: int


def holder_cut(pattern: NamePattern) -> HolderCut | None:
    """How to cut the holder out of a name that fits `pattern`.

    None for global names, and where the text of the holder's name is not certain to begin the text of the name: a
    region scope of ours stands between, its ids may hold slashes, or the text may read as another name of the holder.
    """
    ancestor = pattern.holder_ancestor
    if ancestor is None:
        return None
    theirs = ancestor.name.PATTERNS[ancestor.pattern]
    count = len(theirs.shape.segments)
    ours = parts_of(pattern)[:count]
    places = sum(len(segment.variables) for segment, _ in ours)
    if (
        count == 0
        or [segment.literals for segment, _ in ours] != [segment.literals for segment in theirs.shape.segments]
        or ancestor.places != tuple(range(1, places + 1))
        or any(len(ids) > 1 or takes_slashes(ids) for _, ids in ours)
        or any(may_overlap(theirs, other) for other in ancestor.name.PATTERNS if other is not theirs)
    ):
        return None
    return HolderCut(ancestor.name, ancestor.pattern, count)


def parts_of(pattern: NamePattern) -> list[Part]:
    """The segments of `pattern`; none for the pattern that every name fits."""
    shape, ids = pattern.candidate
    parts: list[Part] = []
    start = 0
    for segment in shape.segments:
        end = start + len(segment.variables)
        parts.append((segment, ids[start:end]))
        start = end
    return parts


def takes_slashes(ids: Sequence[IdPattern]) -> bool:
    return any(rule.takes_slashes for rule in ids)


def may_overlap(first: NamePattern, second: NamePattern) -> bool:
    """Whether some text may fit both patterns; False only where it is certain that none does."""
    if ANY_NAME in (first.text, second.text):
        return True
    ours, theirs = parts_of(first), parts_of(second)
    for our, their in zip(ours, theirs, strict=False):
        if takes_slashes(our[1]) or takes_slashes(their[1]):
            return True
        if not _may_be_equal(our, their):
            return False
    return len(ours) == len(theirs)


def _may_be_equal(first: Part, second: Part) -> bool:
    (ours, our_ids), (theirs, their_ids) = first, second
    if not our_ids and not their_ids:
        return ours.literals == theirs.literals
    for segment, literal, ids in ((ours, theirs, our_ids), (theirs, ours, their_ids)):
        if not literal.variables and segment.literals == ("", ""):
            return ids[0].accepts(literal.literals[0])
    return True
