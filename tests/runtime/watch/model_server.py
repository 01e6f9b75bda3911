"""A server of STATELESS watches as a model: a store with history, and streams that misbehave as much as they may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from goten.watch import Response
from goten.watch.protocol import Change

EARLY_TOKEN = "early"
NAMES = [f"things/t{number}" for number in range(6)]

State: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Sent:
    """A response, and what the store held at its boundary."""

    response: Response[int]
    state: State | None = None


class ModelStore:
    """Every state by revision. A restore goes back to an earlier one, and counts on from there in a new epoch."""

    def __init__(self) -> None:
        self.states: list[State] = [{}]
        self.changes: list[tuple[Change[int], ...]] = [()]
        self.epoch = 0
        self.compacted = 0

    @property
    def revision(self) -> int:
        return len(self.states) - 1

    @property
    def state(self) -> State:
        return self.states[-1]

    def write(self, random: Random) -> None:
        """A transaction over one to three resources; a value may be one that was there before."""
        state = dict(self.state)
        changes: list[Change[int]] = []
        for name in random.sample(NAMES, random.randint(1, 3)):
            item = random.randrange(4) if name not in state or random.random() < 0.6 else None
            changes.append((name, item))
            if item is None:
                del state[name]
            else:
                state[name] = item
        self.states.append(state)
        self.changes.append(tuple(changes))

    def compact(self, random: Random) -> None:
        self.compacted = random.randint(self.compacted, self.revision)

    def restore(self, random: Random) -> None:
        keep = random.randint(0, self.revision) + 1
        del self.states[keep:], self.changes[keep:]
        self.compacted = min(self.compacted, self.revision)
        self.epoch += 1

    def token(self, revision: int) -> str:
        return f"{self.epoch}/{revision}"

    def revision_of(self, token: str) -> int | None:
        """None: the token cannot be served."""
        epoch, _, revision = token.partition("/")
        if int(epoch) != self.epoch or int(revision) < self.compacted:
            return None
        return int(revision)


class ModelStream:
    """One stream: `next` makes what the server sends next. With `honest`, it does all as the protocol wants it."""

    def __init__(self, store: ModelStore, token: str, random: Random, *, honest: bool) -> None:
        self._store = store
        self._random = random
        self._honest = honest
        self._revision: int | None = None
        self._sending = self._open(token)

    def next(self) -> Sent:
        """The next response; a bookmark where there is nothing to say."""
        sent = next(self._sending, None)
        while sent is None:
            self._sending = self._go_on()
            sent = next(self._sending, None)
        return sent

    def _does(self, chance: float) -> bool:
        return not self._honest and self._random.random() < chance

    def _open(self, token: str) -> Iterator[Sent]:
        self._revision = self._store.revision_of(token) if token else None
        if self._revision is None:
            yield from self._snapshot(with_reset=bool(token) or self._does(0.1))
        else:
            yield from self._advance()

    def _go_on(self) -> Iterator[Sent]:
        """What follows when all is sent: nothing new, or new revisions, or a reset because of some trouble."""
        assert self._revision is not None
        if self._does(0.1):
            yield from self._snapshot(with_reset=True)
        else:
            yield from self._advance()

    def _snapshot(self, *, with_reset: bool) -> Iterator[Sent]:
        if with_reset:
            yield Sent(Response(is_hard_reset=True, is_soft_reset=self._does(0.2)))
        if self._does(0.2):
            # Cut off: what was sent so far counts for nothing.
            yield from self._chunks([(name, 99) for name in self._random.sample(NAMES, 2)])
            yield Sent(Response(is_soft_reset=True) if self._does(0.5) else Response(is_hard_reset=True))
        changes: list[Change[int]] = list(self._store.state.items())
        self._random.shuffle(changes)
        if self._does(0.2):
            absent = [name for name in NAMES if name not in self._store.state]
            changes += [change for name in absent for change in ((name, 99), (name, None))]
        yield from self._unit(self._store.revision, changes)

    def _advance(self) -> Iterator[Sent]:
        """From the stream's revision to a later one, several at once perhaps; a bookmark if there is none."""
        assert self._revision is not None
        last = self._random.randint(min(self._revision + 1, self._store.revision), self._store.revision)
        changes = [change for changes in self._store.changes[self._revision + 1 : last + 1] for change in changes]
        if self._does(0.2):
            # Resources that did not change, and removals of what is not there.
            state = self._store.states[last]
            changes += [(name, state.get(name)) for name in self._random.sample(NAMES, 3)]
        if self._does(0.2) and changes:
            yield from self._chunks(changes[: self._random.randint(1, len(changes))])
            yield Sent(Response(is_soft_reset=True))
        yield from self._unit(last, changes)

    def _unit(self, revision: int, changes: list[Change[int]]) -> Iterator[Sent]:
        """Changes up to their boundary, and a size."""
        state = self._store.states[revision]
        if self._does(0.1):
            changes = [*changes, ("", 5), ("", None)]
        *chunks, last = [*self._chunks(changes), Sent(Response())]
        if chunks and self._does(0.5):
            last = chunks.pop()
        size = len(state) + (self._random.choice([-1, 1, 5]) if self._does(0.2) else 0)
        where = self._random.choice(["alone", "none"] if self._honest else ["alone", "none", "along", "before"])
        yield from chunks
        if where == "before":
            yield Sent(Response((("", None),), snapshot_size=size))
        token = "" if self._does(0.1) else self._store.token(revision)
        self._revision = revision
        yield Sent(
            Response(last.response.changes, True, token, size if where == "along" else self._random.choice([-1, -9])),
            state,
        )
        if where == "alone":
            yield Sent(Response(snapshot_size=max(size, 0)))

    def _chunks(self, changes: list[Change[int]]) -> Iterator[Sent]:
        rest = tuple(changes)
        while rest:
            length = self._random.randint(1, len(rest))
            # A token before the boundary is of no use, and must do no harm.
            yield Sent(Response(rest[:length], resume_token=EARLY_TOKEN if self._does(0.1) else ""))
            rest = rest[length:]
