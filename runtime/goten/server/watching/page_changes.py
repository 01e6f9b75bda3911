"""From one page to the next, as changes that are done one after the other (FEED-15)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple, TypeAlias


class Removed(NamedTuple):
    name: str
    view_index: int
    """Where it was."""


class Added(NamedTuple):
    name: str
    view_index: int


class Modified(NamedTuple):
    name: str
    previous_view_index: int
    view_index: int


PageChange: TypeAlias = Removed | Added | Modified


def page_changes(
    old: Sequence[str], new: Sequence[str], rewritten: Collection[str], modified: Collection[str]
) -> Iterator[PageChange]:
    """What makes `new` of `old`. Indexes are those at the moment of each change.

    `rewritten` are the names of resources that were written in between, so that their place may have changed;
    `modified` are those of them whose watched part differs.
    """
    places = {name: place for place, name in enumerate(new)}
    line = list(old)
    for place in reversed(range(len(line))):
        if line[place] not in places:
            yield Removed(line.pop(place), place)
    staying, told = set(line), set[str]()
    for place, name in enumerate(new):
        if name not in staying:
            line.insert(place, name)
            yield Added(name, place)
            continue
        while line[place] != name:
            # Whatever was written makes room for what was not: the fewest have to move.
            here = line[place]
            mover = here if here in rewritten and name not in rewritten else name
            previous = place if mover is here else line.index(name, place)
            del line[previous]
            following = min(places[mover], len(line))
            line.insert(following, mover)
            told.add(mover)
            yield Modified(mover, previous, following)
        if name in modified and name not in told:
            yield Modified(name, place, place)
