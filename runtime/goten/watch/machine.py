"""The STATELESS watch client as a state machine: no I/O, no clock (spec/protocol/watch.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Generic, cast

from goten.watch.diff import apply_changes, apply_snapshot
from goten.watch.errors import OK, Verdict, judge
from goten.watch.protocol import (
    NO_SIZE,
    Anomalies,
    Applied,
    Change,
    Ending,
    Fail,
    ItemT,
    Reopen,
    Reset,
    ResetReason,
    Response,
    Step,
    WatchEvent,
)

MAX_RESOURCES = 1_000_000
SIZE_RESTARTS = 2


class WatchMachine(Generic[ItemT]):
    """Follows one watched collection over any number of streams, one after the other.

    Whoever drives it opens a stream with `token`, hands every response to `receive` and the end of the stream to
    `closed`, and does what the returned steps say. After a `Reopen` it is ready for the next stream, `closed` or not.

    Items are compared with `==` to find out what differs, so they must not change. `max_resources` bounds memory: what
    is applied and what is pending may each hold so many. `size_restarts` is how often in a row a wrong size leads to a
    new snapshot, before the server's count is taken to be what is wrong (WATCH-8).
    """

    def __init__(self, *, max_resources: int = MAX_RESOURCES, size_restarts: int = SIZE_RESTARTS) -> None:
        self._max_resources = max_resources
        self._size_restarts = size_restarts
        self._applied: dict[str, ItemT] = {}
        self._pending: dict[str, ItemT | None] = {}
        self._token = ""
        self._in_snapshot = True
        self._midway = True
        self._carried_changes = False
        self._has_worked = False
        self._said_size = NO_SIZE
        self._wrong_sizes = 0
        self.resources: Mapping[str, ItemT] = MappingProxyType(self._applied)
        """What is applied, by name. Live: it follows."""
        self.anomalies = Anomalies()

    @property
    def token(self) -> str:
        """What to open the next stream with; empty: nothing, it begins with a snapshot."""
        return self._token

    @property
    def is_current(self) -> bool:
        """Whether the open stream is at a boundary, and `resources` with it."""
        return not self._midway

    @property
    def has_worked(self) -> bool:
        """Whether there ever was a boundary."""
        return self._has_worked

    def receive(self, response: Response[ItemT]) -> Step[ItemT]:
        """Takes a response of the open stream: its reset first, then changes, boundary and size (WATCH-4)."""
        events: list[WatchEvent[ItemT]] = []
        if response.is_hard_reset:
            self._begin_snapshot(ResetReason.HARD_RESET, events)
        elif response.is_soft_reset:
            self._drop_pending()
        if response.changes:
            self._take(response.changes)
        if response.snapshot_size >= 0:
            self._said_size = response.snapshot_size
        if response.is_current:
            events.append(self._reach_boundary(response.resume_token))
        action = self._check_bound() or self._check_size(events)
        return Step(tuple(events), action)

    def closed(self, code: str = OK, details: str = "") -> Ending[ItemT]:
        """The stream is over, or could not be opened: `code` is the name of its gRPC status (WATCH-10 to WATCH-12)."""
        reason = f"{code}: {details}" if details else code
        verdict = judge(code, with_token=bool(self._token), has_worked=self._has_worked)
        self._drop_pending()
        if verdict is Verdict.FATAL:
            return Ending((), Fail(reason))
        events: list[WatchEvent[ItemT]] = []
        if verdict is Verdict.RESTART:
            self._begin_snapshot(ResetReason.TOKEN_REFUSED, events)
        elif not self._token:
            self._begin_snapshot(ResetReason.NO_TOKEN, events)
        return Ending(tuple(events), Reopen(reason))

    def sync_lost(self) -> Ending[ItemT]:
        """The watch was not current for too long, by whatever clock the caller has: no token is worth keeping
        (WATCH-13)."""
        events: list[WatchEvent[ItemT]] = []
        self._begin_snapshot(ResetReason.SYNC_LOST, events)
        return Ending(tuple(events), Reopen("not current for too long"))

    def _take(self, changes: Iterable[Change[ItemT]]) -> None:
        self._midway = self._carried_changes = True
        pending, applied = self._pending, self._applied
        for name, item in changes:
            if not name:
                self.anomalies.nameless += 1
            elif item is not None:
                pending[name] = item
            elif self._in_snapshot:
                self.anomalies.removed_in_snapshot += 1
                pending.pop(name, None)
            elif name in applied:
                pending[name] = None
            else:
                pending.pop(name, None)

    def _reach_boundary(self, token: str) -> Applied[ItemT]:
        pending, self._pending = self._pending, {}
        if self._in_snapshot:
            # Inside of a snapshot _take keeps no None.
            applied = apply_snapshot(self._applied, cast("dict[str, ItemT]", pending))
        else:
            applied = apply_changes(self._applied, pending)
        if not token:
            self.anomalies.boundaries_without_token += 1
        if token or self._carried_changes:
            self._token = token
        self._in_snapshot = self._midway = self._carried_changes = False
        self._has_worked = True
        return applied

    def _begin_snapshot(self, reason: ResetReason, events: list[WatchEvent[ItemT]]) -> None:
        self._token = ""
        self._drop_pending()
        if not self._in_snapshot:
            self._in_snapshot = True
            events.append(Reset(reason))

    def _drop_pending(self) -> None:
        self._pending = {}
        self._midway = True
        self._carried_changes = False
        self._said_size = NO_SIZE

    def _check_bound(self) -> Fail | None:
        if max(len(self._pending), len(self._applied)) <= self._max_resources:
            return None
        return Fail(f"more than {self._max_resources} resources; narrow the filter or raise max_resources")

    def _check_size(self, events: list[WatchEvent[ItemT]]) -> Reopen | None:
        """Compares a size once the stream is at a boundary; one that comes midway waits for it (WATCH-8)."""
        if self._midway or self._said_size < 0:
            return None
        said, self._said_size = self._said_size, NO_SIZE
        if said == len(self._applied):
            self._wrong_sizes = 0
            return None
        self.anomalies.size_mismatches += 1
        if self._wrong_sizes >= self._size_restarts:
            return None
        self._wrong_sizes += 1
        reason = f"the server counts {said} resources, {len(self._applied)} are known"
        self._begin_snapshot(ResetReason.SIZE_MISMATCH, events)
        return Reopen(reason)
