"""What a PolicyStore's sources are up to, for whoever operates it (STORE-16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goten.watch import WatchState, WatchStatus

_WORST_FIRST = (
    WatchState.FAILED,
    WatchState.STOPPED,
    WatchState.NEW,
    WatchState.CONNECTING,
    WatchState.SYNCING,
    WatchState.CURRENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """A moment of the source of one holder type in one version."""

    source: str
    """Type, version and way: `identity.example.com/Project v1 (watch)`."""
    feed: WatchStatus
    """Of its watch, or of its polls: state, age, since when it is stale, and why."""
    stale_for: float | None
    """Seconds since it was lost; None while it is current."""
    delivered: int
    """Holders that the source delivered, all of them kept."""
    fetched: int
    """Answers of fetches that are kept, missing holders included."""

    def __str__(self) -> str:
        return f"{self.source}: {self.feed}, {self.delivered} holders"


_NO_FEED = WatchStatus(
    state=WatchState.CURRENT, stale_since=None, confirmed_at=None, age=None, reason="all is fetched", failures=0
)


def worst_of(statuses: Sequence[WatchStatus]) -> WatchStatus:
    """One status for several feeds: the state and reason of the worst, the oldest times of all."""
    if not statuses:
        return _NO_FEED
    worst = min(statuses, key=lambda status: _WORST_FIRST.index(status.state))
    confirmed = [status.confirmed_at for status in statuses]
    ages = [status.age for status in statuses]
    stale = [status.stale_since for status in statuses if status.stale_since is not None]
    return WatchStatus(
        state=worst.state,
        stale_since=min(stale, default=None),
        confirmed_at=None if None in confirmed else min(time for time in confirmed if time is not None),
        age=None if None in ages else max(age for age in ages if age is not None),
        reason=worst.reason,
        failures=sum(status.failures for status in statuses),
    )
