"""What a watch is up to, for whoever operates it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WatchState(StrEnum):
    """NEW -> CONNECTING <-> SYNCING <-> CURRENT, from each of which FAILED and STOPPED are the end."""

    NEW = "new"
    CONNECTING = "connecting"
    """No stream is open, or nothing has arrived on it yet; it may be waiting before the next attempt."""
    SYNCING = "syncing"
    """The server answers; the boundary is still to come."""
    CURRENT = "current"
    FAILED = "failed"
    """Ended for good."""
    STOPPED = "stopped"
    """By its owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchStatus:
    """A moment of a watch. Times are the watch's clock's, in seconds (WATCH-16)."""

    state: WatchState
    stale_since: float | None
    """Since when something may be missing; None while it is current, and before it was started."""
    confirmed_at: float | None
    """When the last boundary came; None: never."""
    age: float | None
    """Seconds since `confirmed_at`. Bookmarks keep it low on quiet streams."""
    reason: str
    """Why the last stream ended, or the watch failed; empty once it is current."""
    failures: int
    """Streams that ended since it was current last."""

    def __str__(self) -> str:
        age = "never current" if self.age is None else f"last current {self.age:.1f} s ago"
        about = [age, *([f"{self.failures} failed attempts"] if self.failures else []), self.reason]
        return f"{self.state} ({', '.join(part for part in about if part)})"
