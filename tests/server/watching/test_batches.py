"""How what is waiting for a watcher is cut into responses, and what is kept of the latest changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goten.server.watching.batches import MAX_RESPONSE_BYTES, Batch, cut, take
from goten.server.watching.window import Told, Window


def told(*revisions: int) -> list[Told]:
    """One change in each, of resources that differ; a revision may come several times."""
    return [Told(revision, f"n{place}", b"%d;" % place) for place, revision in enumerate(revisions)]


def batch(changes: list[Told], chunk: int, target: int = 100) -> Batch:
    return take(changes, 0, len(changes), target=target, chunk=chunk)


def test_what_waits_goes_in_one_response() -> None:
    """FEED-4."""
    assert batch(told(1, 2, 3), chunk=10) == Batch(100, (b"0;1;2;",))


def test_revisions_stay_whole() -> None:
    """FEED-4: what does not fit waits."""
    changes = told(1, 2, 2, 3)
    assert batch(changes, chunk=2) == Batch(1, (b"0;",))
    assert take(changes, 1, 4, target=100, chunk=2) == Batch(2, (b"1;2;",))
    assert take(changes, 3, 4, target=100, chunk=2) == Batch(100, (b"3;",))


def test_a_revision_that_is_too_large_is_spread() -> None:
    """FEED-4."""
    assert batch(told(1, 1, 1, 2), chunk=2) == Batch(1, (b"0;1;", b"2;"))


def test_the_last_change_of_a_resource_is_sent() -> None:
    """FEED-4: in the place of the last one."""
    changes = [Told(1, "a", b"1"), Told(2, "b", b"2"), Told(3, "a", b"3")]
    assert batch(changes, chunk=10) == Batch(100, (b"23",))


def test_nothing_is_no_response() -> None:
    assert batch([], chunk=10) == Batch(100, ())


def test_a_response_does_not_grow_without_bound() -> None:
    """FEED-4: a change that is larger than a response may be is sent alone."""
    half, whole = b"h" * (MAX_RESPONSE_BYTES // 2), b"w" * (MAX_RESPONSE_BYTES + 1)
    changes = [Told(place, f"n{place}", data) for place, data in enumerate([half, half, half, whole, b"x"])]
    lengths = []
    first = 0
    while first < len(changes):
        made = take(changes, first, len(changes), target=4, chunk=10)
        lengths += [len(piece) for piece in made.pieces]
        first = made.to + 1
    assert lengths == [2 * len(half), len(half), len(whole), 1]


@given(st.lists(st.integers(1, 5)), st.integers(1, 4))
def test_pieces_hold_everything_in_order(sizes: list[int], chunk: int) -> None:
    """FEED-4."""
    changes = [b"%d" % size * size for size in sizes]
    pieces = list(cut(changes, chunk))
    assert b"".join(pieces) == b"".join(changes)
    assert all(pieces)
    assert len(pieces) == -(-len(changes) // chunk)


@given(st.lists(st.integers(1, 30), max_size=30), st.integers(1, 5), st.integers(0, 30))
def test_batch_by_batch_everything_is_sent_once(revisions: list[int], chunk: int, after: int) -> None:
    """FEED-4: as often as it takes, from any revision on."""
    changes = told(*sorted(revisions))
    window = Window(0, max_changes=100)
    window.extend(changes, 30)
    seen = b""
    while after < 30:
        first, end = window.bounds(after, 30)
        made = take(window.changes, first, end, target=30, chunk=chunk)
        assert made.to > after
        assert not made.pieces or made.to == 30 or made.to in revisions
        after, seen = made.to, seen + b"".join(made.pieces)
        sent = {change.data for change in changes[first:end] if change.revision <= made.to}
        assert {b"%s;" % data for data in b"".join(made.pieces).split(b";")[:-1]} == sent


def test_a_window_forgets_the_older_half() -> None:
    window = Window(0, max_changes=4)
    window.extend(told(1, 2, 3, 4), 10)
    assert (window.start, window.last, window.head) == (0, 4, 10)
    window.extend(told(11), 12)
    assert (window.start, window.last, window.head) == (3, 11, 12)
    assert [change.revision for change in window.changes] == [4, 11]
    assert window.bounds(3, 12) == (0, 2)
    assert window.bounds(4, 10) == (1, 1)


def test_a_window_forgets_revisions_as_a_whole() -> None:
    window = Window(0, max_changes=2)
    window.extend(told(5, 5, 5), 5)
    assert (window.start, window.last, window.changes) == (5, 5, [])


def test_a_window_is_bounded_in_bytes() -> None:
    window = Window(0, max_changes=100, max_bytes=10)
    window.extend([Told(1, "a", b"12345"), Told(2, "b", b"123456")], 2)
    assert (window.start, len(window.changes)) == (2, 0)


def test_a_window_drops_what_is_not_wanted_any_more() -> None:
    window = Window(0, max_changes=100)
    window.extend(told(1, 2, 5), 9)
    window.drop(3)
    assert (window.start, window.last, window.head) == (3, 5, 9)
    assert window.bounds(3, 9) == (0, 1)
    window.drop(2)
    assert window.start == 3
    window.drop(9)
    assert (window.start, window.last, window.changes) == (9, 9, [])


def test_a_window_starts_again() -> None:
    window = Window(0, max_changes=100)
    window.extend(told(1, 2), 2)
    window.restart(9)
    assert (window.start, window.last, window.head, window.changes) == (9, 9, 9, [])
