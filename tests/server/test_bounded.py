"""A mapping that keeps what was used last."""

from __future__ import annotations

from goten.server.bounded import Bounded


def test_what_was_not_used_for_longest_goes_first() -> None:
    kept: Bounded[str, int] = Bounded(2)
    assert kept.add("a", 1) == 1
    kept.add("b", 2)
    assert kept.get("a") == 1
    kept.add("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)
    kept.add("a", 4)
    assert (kept.get("a"), len(kept)) == (4, 2)
