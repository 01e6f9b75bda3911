"""How long a PolicyStore trusts what it knows, and how it fetches what it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from goten.watch import WatchTiming

LONGEST_FETCHED = 5.0
"""Seconds that an unconfirmed fetch may stay (STORE-9)."""


class WhenLost(StrEnum):
    """What to do with policies whose source is lost (STORE-12)."""

    SERVE_STALE = "serve_stale"
    """Answer with them for `max_stale` seconds, without a fetch."""
    FAIL = "fail"
    """Never answer with them: ask the server, and fail if it does not answer. That a connection died silently is
    noticed after `watch.silence`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyStoreOptions:
    """Times are in seconds. Raises ValueError for settings that cannot be kept together."""

    when_lost: WhenLost = WhenLost.SERVE_STALE
    max_stale: float = 300.0
    """No answer from what a source delivered is older than this, whether the loss of the source was noticed or not."""
    fetched_for: float = LONGEST_FETCHED
    """How long an answer of a fetch stays, unless the source confirms it; 5 s at most. It does not hold for sources
    that are polled, whose fetches stay until the next poll."""
    fetch_within: float = 5.0
    """A fetch that takes longer has failed."""
    start_within: float = 30.0
    """What `start` gives all sources together to become current."""
    poll_interval: float = 30.0
    """Between two polls of a source without Watch. A poll that takes as long has failed."""
    max_fetched: int = 10_000
    """So many answers of fetches are kept for each source, missing holders included; the oldest give way."""
    max_fetches: int = 100
    """So many fetches of each source are under way at once; more of them wait, and their time counts."""
    watch: WatchTiming = field(default_factory=WatchTiming)
    """`silence` bounds how long the death of a connection goes unnoticed, so it must be within `max_stale`."""

    def __post_init__(self) -> None:
        if not 0 <= self.fetched_for <= LONGEST_FETCHED:
            raise ValueError(f"fetched_for is {self.fetched_for:g} s; it is from 0 to {LONGEST_FETCHED:g} s")
        if min(self.fetch_within, self.start_within, self.poll_interval) <= 0:
            raise ValueError("fetch_within, start_within and poll_interval are more than 0 s")
        if min(self.max_fetched, self.max_fetches) < 1:
            raise ValueError("max_fetched and max_fetches are at least 1")
        unnoticed = max(self.watch.silence, 2 * self.poll_interval)
        if self.when_lost is WhenLost.SERVE_STALE and self.max_stale < unnoticed:
            raise ValueError(
                f"max_stale is {self.max_stale:g} s, but a loss may go unnoticed for {unnoticed:g} s: "
                "shorten watch.silence and poll_interval (of which two must fit) too"
            )
