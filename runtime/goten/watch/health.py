"""When what happened to a watch, and what is due when."""

from __future__ import annotations

import math
from collections.abc import Callable

from goten.watch.backoff import WatchTiming
from goten.watch.clock import Clock
from goten.watch.status import WatchState, WatchStatus


class WatchHealth:
    """Keeps the times of one watch. Whoever runs it says what happens, at the moment it happens.

    `on_state` is called with every state that it enters, once `status` shows it.
    """

    def __init__(self, clock: Clock, timing: WatchTiming, on_state: Callable[[WatchState], None] | None = None) -> None:
        self._clock = clock
        self._timing = timing
        self._on_state = on_state
        self.state = WatchState.NEW
        self._reason = ""
        self._failures = 0
        self._heard_at = -math.inf
        self._stream_current_at: float | None = None
        self._stale_since: float | None = None
        self._sync_counts_from = -math.inf
        self._confirmed_at: float | None = None

    def begin(self) -> None:
        """The watch was started."""
        self._go_stale(self._clock.now())
        self._enter(WatchState.CONNECTING)

    def open(self) -> None:
        """A stream is being opened."""
        self._heard_at = self._clock.now()
        self._stream_current_at = None
        self._enter(WatchState.CONNECTING)

    def hear(self, *, is_current: bool, confirmed: bool) -> None:
        """A response came; with it the watch is current, or is not; `confirmed`: it had a boundary."""
        now = self._heard_at = self._clock.now()
        if confirmed:
            self._confirmed_at = now
        if not is_current:
            self._go_stale(now)
            self._enter(WatchState.SYNCING)
        elif self.state is not WatchState.CURRENT:
            self._stale_since = None
            self._reason = ""
            self._failures = 0
            self._stream_current_at = self._stream_current_at or now
            self._enter(WatchState.CURRENT)

    def lose(self, reason: str, *, silent: bool) -> bool:
        """The stream is over; after a `silent` one everything since the last response counts as missed.

        Whether it was healthy (WATCH-14).
        """
        now = self._clock.now()
        self._reason = reason
        self._failures += 1
        self._go_stale(self._heard_at if silent else now)
        current_at, self._stream_current_at = self._stream_current_at, None
        self._enter(WatchState.CONNECTING)
        return current_at is not None and now - current_at >= self._timing.healthy

    def lose_sync(self) -> None:
        """The sync deadline has passed and was acted on; the next one counts from now."""
        self._sync_counts_from = self._clock.now()

    def end(self, state: WatchState, reason: str) -> None:
        """The watch has failed or was stopped."""
        self._reason = reason or self._reason
        self._go_stale(self._clock.now())
        self._enter(state)

    @property
    def silence_due(self) -> float:
        """When the open stream counts as dead, unless something arrives."""
        return self._heard_at + self._timing.silence

    @property
    def sync_due(self) -> float:
        """When sync counts as lost, unless the watch is current by then."""
        if self._stale_since is None:
            return math.inf
        return max(self._stale_since, self._sync_counts_from) + self._timing.lost_sync

    def status(self) -> WatchStatus:
        return WatchStatus(
            state=self.state,
            stale_since=self._stale_since,
            confirmed_at=self._confirmed_at,
            age=None if self._confirmed_at is None else self._clock.now() - self._confirmed_at,
            reason=self._reason,
            failures=self._failures,
        )

    def _enter(self, state: WatchState) -> None:
        if state is not self.state:
            self.state = state
            if self._on_state is not None:
                self._on_state(state)

    def _go_stale(self, since: float) -> None:
        if self._stale_since is None:
            self._stale_since = since
