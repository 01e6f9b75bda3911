"""How long a watch waits before it opens another stream, and how long it waits for anything at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BackoffPolicy:
    """Delays that grow by `factor` from `first` up to `limit` seconds (WATCH-14).

    Each is shortened by a random part of up to `jitter` (0: none, 1: all of it), so that clients that lost one server
    together do not come back together. Raises ValueError for delays that are negative or do not grow.
    """

    first: float = 0.2
    factor: float = 2.0
    limit: float = 30.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.limit and self.factor >= 1 and 0 <= self.jitter <= 1):
            raise ValueError(f"need 0 <= first <= limit, factor >= 1 and 0 <= jitter <= 1: {self}")


class Backoff:
    """The delays of one watch. `random` returns numbers from 0 up to 1."""

    def __init__(self, policy: BackoffPolicy, random: Callable[[], float]) -> None:
        self._policy = policy
        self._random = random
        self._full = policy.first

    def next(self) -> float:
        """Seconds to wait now; the next delay is longer."""
        full, self._full = self._full, min(self._full * self._policy.factor, self._policy.limit)
        return full * (1 - self._policy.jitter * self._random())

    def reset(self) -> None:
        """All is well again: the next delay is the first."""
        self._full = self._policy.first


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTiming:
    """The deadlines of a watch, in seconds. Raises ValueError unless 0 < `silence` <= `lost_sync`."""

    silence: float = 90.0
    """An open stream on which nothing arrives for so long is taken for dead (WATCH-15). Quiet servers send bookmarks,
    which must come more often than this."""
    lost_sync: float = 300.0
    """A watch that is not current for so long starts again from a snapshot (WATCH-13)."""
    healthy: float = 30.0
    """A stream that was current for so long makes the backoff start anew (WATCH-14)."""
    backoff: BackoffPolicy = field(default_factory=BackoffPolicy)

    def __post_init__(self) -> None:
        if not 0 < self.silence <= self.lost_sync:
            raise ValueError(f"need 0 < silence <= lost_sync: {self}")
