"""A client that trusts nothing: it refuses responses that break a rule at once, and records its boundaries.

`guarantees.py` then looks at the recordings.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT
from goten.query import Selection, parse_filter
from goten.types import view_pb2
from goten.watch import Anomalies, ResponseReader, WatchMachine, copy_message
from goten.watch.protocol import Applied
from tests.server.watching.rig import PARENT

State: TypeAlias = Mapping[str, Deployment]

READER = ResponseReader(methods.WATCH_DEPLOYMENTS, DEPLOYMENT, copy_message)


class Written(NamedTuple):
    """What a revision left behind, and what it touched."""

    revision: int
    state: State
    touched: frozenset[str]


class Truth:
    """All that was ever stored, by revision, as whoever wrote it knows. A restored copy has a truth of its own."""

    def __init__(self, written: Sequence[Written] = (Written(0, {}, frozenset()),)) -> None:
        self.written = list(written)

    @property
    def state(self) -> State:
        return self.written[-1].state

    def add(self, revision: int, changes: Mapping[str, Deployment | None]) -> None:
        state = {**self.state, **{name: message for name, message in changes.items() if message is not None}}
        for name, message in changes.items():
            if message is None:
                state.pop(name, None)
        self.written.append(Written(revision, state, frozenset(changes)))
        self.written.sort(key=lambda written: written.revision)

    def at(self, revision: int) -> State:
        return next(written.state for written in reversed(self.written) if written.revision <= revision)

    def touched(self, after: int, upto: int) -> set[str]:
        """What was written between two revisions."""
        return {name for written in self.written if after < written.revision <= upto for name in written.touched}

    def restored(self, revision: int) -> Truth:
        """What a copy of the storage, taken at a revision, knows."""
        return Truth([written for written in self.written if written.revision <= revision])


@dataclass(frozen=True)
class Asked:
    """A question, and what its answer is."""

    parent: str = PARENT
    filter: str = ""
    view: int = view_pb2.UNSPECIFIED
    mask: tuple[str, ...] = ()
    chunk: int = 0

    def fields(self) -> dict[str, Any]:
        return {"parent": self.parent, "filter": self.filter, "view": self.view, "max_chunk_size": self.chunk}

    def answer(self, state: State) -> dict[str, Deployment]:
        """What a watcher has to know of each matching resource: what it is told of when it changes."""
        matches = parse_filter(self.filter, Deployment).matches
        inside = (name for name in state if self.parent.endswith("/-") or name.startswith(f"{self.parent}/"))
        return {name: self.compared(state[name]) for name in inside if matches(state[name])}

    def compared(self, message: Deployment) -> Deployment:
        """With a mask, the view shows more than what is kept up to date (FEED-9)."""
        view = view_pb2.NAME if self.mask else self.view
        return Selection(DEPLOYMENT, view, self.mask).of(message)


class Boundary(NamedTuple):
    """A moment at which a watcher is current."""

    stream: int
    truth: Truth
    revision: int
    opened_at: int
    """The revision of the store when the stream was opened."""
    came_from: int | None
    """The revision of the boundary before, of this stream or of the token that opened it; None after a reset."""
    is_first: bool
    snapshot: bool
    changed: frozenset[str]
    """What was sent since the boundary before."""
    known: Mapping[str, Deployment]
    quiet: bool
    """Whether it had no changes, and followed a boundary on the same stream."""


@dataclass
class Client:
    """One watcher over any number of streams."""

    asked: Asked
    machine: WatchMachine[Deployment] = field(default_factory=lambda: WatchMachine[Deployment]())
    boundaries: list[Boundary] = field(default_factory=list)
    token: str = ""
    streams: int = 0
    resets: int = 0
    resumed: int = 0
    _kept: Mapping[str, Deployment] = field(default_factory=dict)

    def open(self, truth: Truth, revision: int) -> None:
        """A stream is opened with `token`, while the store is at a revision."""
        assert self.token == self.machine.token
        self.streams += 1
        self._truth = truth
        self._opened_at = revision
        self._came_from = revision_of(self.token) if self.token else None
        self._in_snapshot = not self.token
        self._known = dict(self._kept) if self.token else {}
        self._changed: set[str] = set()
        self._is_first = True
        self._size_is_due = self._snapshot_is_due = False

    def close(self) -> None:
        self.machine.closed("UNAVAILABLE")
        assert self.token == self.machine.token

    def receive(self, response: Any) -> None:
        """Takes the next response of the open stream."""
        step = self.machine.receive(READER.read(response))
        assert step.action is None
        self._check_shape(response)
        if response.is_hard_reset:
            self._reset()
        else:
            self._take(response)
        applied = [event for event in step.events if isinstance(event, Applied)]
        assert len(applied) == response.is_current
        assert self.machine.token == self.token
        if response.is_current:
            assert {name: self.asked.compared(item) for name, item in self.machine.resources.items()} == self._kept
            anomalies = self.machine.anomalies
            assert anomalies == Anomalies()

    def _check_shape(self, response: Any) -> None:
        """FEED-2 to FEED-5, FEED-7 and FEED-10, as far as one response shows them."""
        changes = response.deployment_changes
        assert not response.is_soft_reset
        assert not response.HasField("page_token_change")
        assert bool(response.resume_token) == response.is_current
        assert len(changes) <= (self.asked.chunk or 500)
        if response.is_hard_reset or response.snapshot_size >= 0:
            assert not changes
            assert not response.is_current
            assert response.is_hard_reset == (response.snapshot_size == -1)
        else:
            assert response.snapshot_size == -1
            assert changes or response.is_current, "a response says something"
        assert (response.snapshot_size >= 0) == self._size_is_due, "right after the boundary of a snapshot"
        names = [_name(change) for change in changes]
        assert len(set(names)) == len(names), "one change of each resource"
        if self._in_snapshot:
            assert all(change.HasField("current") for change in changes)
            assert not changes or not response.is_current

    def _reset(self) -> None:
        assert not self._in_snapshot, "a snapshot that began is ended"
        self.resets += 1
        self.token = ""
        self._in_snapshot = True
        self._came_from = None
        self._known = {}
        self._changed = set()

    def _take(self, response: Any) -> None:
        if response.snapshot_size >= 0:
            assert response.snapshot_size == len(self._kept)
            self._size_is_due = False
            return
        for change in response.deployment_changes:
            name = _name(change)
            self._changed.add(name)
            if change.HasField("removed"):
                self._known.pop(name, None)
            else:
                assert not (self._in_snapshot and name in self._known)
                self._known[name] = self.asked.compared(copy_message(change.current.deployment))
        if response.is_current:
            self._reach(response)

    def _reach(self, response: Any) -> None:
        revision = revision_of(response.resume_token)
        quiet = not (self._changed or self._is_first or self._in_snapshot)
        self.boundaries.append(
            Boundary(
                self.streams,
                self._truth,
                revision,
                self._opened_at,
                self._came_from,
                self._is_first,
                self._in_snapshot,
                frozenset(self._changed),
                dict(self._known),
                quiet,
            )
        )
        self.resumed += self._is_first and not self._in_snapshot
        self._size_is_due, self._in_snapshot, self._is_first = self._in_snapshot, False, False
        self._came_from = revision
        self._changed = set()
        self._kept = dict(self._known)
        self.token = response.resume_token


def revision_of(token: str) -> int:
    """The revision that a token says. Only tests look into tokens."""
    return int(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).split(b"/")[3])


def _name(change: Any) -> str:
    name: str = change.removed.name if change.HasField("removed") else change.current.deployment.name
    return name
