"""From one page to the next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st

from goten.server.watching.page_changes import Added, Modified, PageChange, Removed, page_changes

NAMES = [f"n{number}" for number in range(9)]
PAGES = st.lists(st.sampled_from(NAMES), unique=True)
CHOICES = st.sets(st.sampled_from(NAMES))


def changes(
    old: str, new: str, rewritten: Collection[str] = (), modified: Collection[str] | None = None
) -> list[PageChange]:
    return list(page_changes(old, new, rewritten, rewritten if modified is None else modified))


def replay(old: Sequence[str], made: Sequence[PageChange]) -> list[str]:
    """Does changes by their indexes alone, and finds that names agree."""
    page = list(old)
    for change in made:
        match change:
            case Removed(name, place):
                assert page.pop(place) == name
            case Added(name, place):
                page.insert(place, name)
            case Modified(name, before, after):
                assert page.pop(before) == name
                page.insert(after, name)
    return page


@given(PAGES, PAGES, CHOICES, CHOICES)
def test_changes_done_one_after_the_other_make_the_new_page(
    old: list[str], new: list[str], rewritten: set[str], modified: set[str]
) -> None:
    """FEED-15."""
    made = list(page_changes(old, new, rewritten, modified & rewritten))
    assert replay(old, made) == new


@given(PAGES, PAGES, CHOICES)
def test_whatever_was_modified_and_stays_is_told(old: list[str], new: list[str], modified: set[str]) -> None:
    """FEED-14."""
    made = list(page_changes(old, new, modified, modified))
    told = {change.name for change in made}
    assert {*old} ^ {*new} <= told
    assert modified & {*old} & {*new} <= told


def test_the_same_page_needs_no_change() -> None:
    assert changes("abc", "abc") == []


def test_one_comes_and_pushes_the_last_one_out() -> None:
    """FEED-14: the one that leaves is told of first."""
    assert changes("abc", "axb") == [Removed("c", 2), Added("x", 1)]


def test_one_moves_and_no_other_is_told_of() -> None:
    """FEED-15: others shift, which is no change of theirs."""
    assert changes("abcd", "bcda", "a") == [Modified("a", 0, 3)]
    assert changes("abcd", "dabc", "d") == [Modified("d", 3, 0)]
    assert changes("abcd", "acbd", "b") == [Modified("b", 1, 2)]


def test_indexes_are_those_of_the_moment() -> None:
    """FEED-15: what is removed before shifts what follows."""
    assert changes("abcd", "bxd", "") == [Removed("c", 2), Removed("a", 0), Added("x", 1)]
    assert changes("abcd", "cdb", "b") == [Removed("a", 0), Modified("b", 0, 2)]


def test_a_change_in_place() -> None:
    assert changes("abc", "abc", "b") == [Modified("b", 1, 1)]


def test_one_that_moved_without_a_change_that_is_watched_is_told_of() -> None:
    """FEED-14."""
    assert changes("abc", "bca", "a", modified="") == [Modified("a", 0, 2)]


def test_one_that_was_written_and_neither_moved_nor_changed_is_not() -> None:
    assert changes("abc", "abc", "b", modified="") == []
