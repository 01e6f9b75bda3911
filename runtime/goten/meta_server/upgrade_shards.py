"""Numbers of shards in lists of ready and pending ones (UPGRADE-4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from goten.refusals import invalid

MOST_SHARDS: Final = 65_536
"""A Deployment lists them one by one, and has to fit into a transaction."""


class Shards(NamedTuple):
    """Numbers in order; no number is in both."""

    ready: tuple[int, ...]
    pending: tuple[int, ...]


def check_count(field: str, count: int) -> None:
    """Raises Refused (INVALID_ARGUMENT) for what is no number of shards."""
    if not 0 < count <= MOST_SHARDS:
        raise invalid(field, f"{count} is no number of shards", f"it is from 1 to {MOST_SHARDS}")


def check_range(start: int, end: int, count: int) -> None:
    """Raises Refused (INVALID_ARGUMENT) unless [start, end) is a range, maybe empty, of `count` shards."""
    if not 0 <= start <= count:
        raise invalid("shards_from", f"{start} is not from 0 to {count}", "count shards from 0")
    if not start <= end <= count:
        raise invalid("shards_to", f"{end} is not from {start} to {count}", "give the first shard behind the range")


def move(ready: Iterable[int], pending: Iterable[int], start: int, end: int, to_ready: bool) -> Shards:
    """Moves those in [start, end) to one of the lists."""
    source, target = (pending, ready) if to_ready else (ready, pending)
    source, target = tuple(source), tuple(target)
    moved = [shard for shard in source if start <= shard < end]
    left = tuple(sorted(shard for shard in source if not start <= shard < end))
    grown = tuple(sorted({*target, *moved}))
    return Shards(grown, left) if to_ready else Shards(left, grown)
