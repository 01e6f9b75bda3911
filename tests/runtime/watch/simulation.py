"""Random histories: a machine follows a model server over a bad network, and a checker watches the guarantees."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from goten.watch import Applied, Reset, WatchEvent, WatchMachine
from goten.watch.protocol import Ending, Fail, Step
from tests.runtime.watch.model_server import EARLY_TOKEN, ModelStore, ModelStream, State

RETRIED = ["OK", "UNAVAILABLE", "CANCELLED", "INTERNAL", "ABORTED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED"]
# A reset, six resources and a boundary, a size, and the same once more where the size was found wrong.
ENOUGH = 200
REFUSED = ["OUT_OF_RANGE", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "DATA_LOSS"]


class Checker:
    """Applies events, as a listener would, and does not accept any that breaks a guarantee."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self._reset = True

    def take(self, events: Sequence[WatchEvent[int]], state: State | None) -> None:
        """`state`: what the server had at the boundary of the response that led to `events`, if it had one."""
        boundaries = [event for event in events if isinstance(event, Applied)]
        assert len(boundaries) == (state is not None), "a boundary is one event, and nothing else is one"
        for event in events:
            if isinstance(event, Reset):
                assert not self._reset, "a reset is reported once"
                self._reset = True
            else:
                self._apply(event)
                # Reliable: no gap, deletions while away included.
                assert self.known == state

    def _apply(self, event: Applied[int]) -> None:
        # A snapshot if and only if a reset announced it.
        assert event.snapshot is self._reset
        self._reset = False
        # Unique: nothing comes as new, changed or removed that is not.
        assert not event.added.keys() & self.known.keys()
        assert event.before == {name: self.known[name] for name in event.changed}
        assert all(event.changed[name] != item for name, item in event.before.items())
        assert event.removed == {name: self.known[name] for name in event.removed}
        for name in event.removed:
            del self.known[name]
        self.known |= {**event.added, **event.changed}


class Simulation:
    """A store, a machine, the stream between them, and all that can happen to each."""

    def __init__(self) -> None:
        self.store = ModelStore()
        self.machine = WatchMachine[int]()
        self.checker = Checker()
        self.stream: ModelStream | None = None

    def write(self, random: Random) -> None:
        self.store.write(random)

    def compact(self, random: Random) -> None:
        self.store.compact(random)

    def restore(self, random: Random) -> None:
        """No stream outlives the process whose store is restored."""
        self.store.restore(random)
        self.disconnect(random)

    def deliver(self, random: Random, *, honest: bool = False) -> None:
        """One more response, on a new stream where there is none."""
        self.stream = self.stream or ModelStream(self.store, self.machine.token, random, honest=honest)
        sent = self.stream.next()
        before = dict(self.checker.known)
        step = self.machine.receive(sent.response)
        self._follow(step, sent.state)
        if sent.state is None:
            # Atomic: between boundaries nothing shows.
            assert self.machine.resources == before

    def disconnect(self, random: Random) -> None:
        if self.stream is not None:
            self.stream = None
            self._follow(self.machine.closed(random.choice(RETRIED if self.machine.has_worked else RETRIED[:-1])))

    def refuse(self, random: Random) -> None:
        """The server answers the token with an error."""
        if self.stream is None and self.machine.token:
            self._follow(self.machine.closed(random.choice(REFUSED)))
            assert self.machine.token == ""

    def lose_sync(self) -> None:
        if not self.machine.is_current:
            self.stream = None
            self._follow(self.machine.sync_lost())
            assert self.machine.token == ""

    def settle(self, random: Random) -> None:
        """Live: once the server is honest and nothing more happens, the machine has all after few responses."""
        self.disconnect(random)
        for _ in range(ENOUGH):
            self.deliver(random, honest=True)
            if self.machine.is_current and self.checker.known == self.store.state:
                return
        raise AssertionError("stuck")

    def _follow(self, step: Step[int] | Ending[int], state: State | None = None) -> None:
        assert not isinstance(step.action, Fail)
        self.checker.take(step.events, state)
        assert self.checker.known == self.machine.resources
        if step.action is not None:
            self.stream = None
        # Resumable: a token is kept with its boundary, or not at all.
        assert self.machine.token != EARLY_TOKEN
        assert self.stream is not None or not self.machine.is_current
