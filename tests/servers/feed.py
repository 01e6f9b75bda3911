"""What one STATELESS watcher is sent, without I/O: snapshot in chunks, changes, bookmarks, resets, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from google.protobuf.message import Message

from tests.servers.selection import Selection
from tests.servers.store import Compacted, Event, Store
from tests.servers.tokens import ResumeTokens

Change: TypeAlias = tuple[str, Message | None]
"""A name, and how the resource is now; None: it is gone."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One response."""

    changes: Sequence[Change] = ()
    is_current: bool = False
    resume_token: str = ""
    snapshot_size: int = -1
    is_hard_reset: bool = False


class WatchFeed:
    """Works out the responses of one stream, from what is in the store at the time it is asked.

    It holds no queue: it remembers the revision up to which its watcher was sent everything. A watcher that is so slow
    that the history no longer reaches back to there gets a hard reset. `say_size` makes of the size of a snapshot what
    is said about it; None: nothing.
    """

    def __init__(
        self,
        store: Store,
        type_: str,
        selection: Selection,
        tokens: ResumeTokens,
        chunk: int,
        say_size: Callable[[int], int | None],
    ) -> None:
        self._store = store
        self._type = type_
        self._selection = selection
        self._tokens = tokens
        self._chunk = chunk
        self._say_size = say_size
        self.revision = 0

    def begin(self) -> Iterator[Piece]:
        """The pieces up to the first boundary of a watch without a token."""
        self.revision = self._store.revision
        found = self._store.all(self._type)
        yield from self._chunks([(name, self._selection.of(message)) for name, message in found.items()])
        size = self._say_size(len(found))
        if size is not None:
            yield Piece(snapshot_size=size)

    def resume(self, token: str) -> Iterator[Piece]:
        """The pieces up to the first boundary of a watch with a token; one that does not fit leads to a hard reset."""
        revision = self._tokens.read(token)
        if revision is None:
            yield from self._reset()
        else:
            yield from self._go_on_from(revision)

    def since(self, moment: float) -> Iterator[Piece]:
        """The pieces up to the first boundary of a watch that wants only what changes from a time on."""
        try:
            revision = self._store.revision_before(moment)
        except Compacted:
            yield from self._reset()
        else:
            yield from self._go_on_from(revision)

    def advance(self) -> Iterator[Piece]:
        """The pieces for what was written since; none where nothing concerns this watcher."""
        try:
            changes = self._news()
        except Compacted:
            yield from self._reset()
        else:
            if changes:
                yield from self._chunks(changes)

    def bookmark(self) -> Piece:
        """Says that nothing happened, and moves the token on."""
        return Piece(is_current=True, resume_token=self._tokens.issue(self.revision))

    def _go_on_from(self, revision: int) -> Iterator[Piece]:
        self.revision = revision
        yield from self._chunks(self._news())

    def _reset(self) -> Iterator[Piece]:
        yield Piece(is_hard_reset=True)
        yield from self.begin()

    def _news(self) -> list[Change]:
        events = self._store.events(self._type, self.revision)
        self.revision = self._store.revision
        return list(self._changes(events))

    def _changes(self, events: Iterable[Event]) -> Iterator[Change]:
        for event in events:
            after = None if event.after is None else self._selection.of(event.after)
            before = None if event.before is None else self._selection.of(event.before)
            if after != before:
                yield event.name, after

    def _chunks(self, changes: Sequence[Change]) -> Iterator[Piece]:
        """In chunks, the last of which is the boundary; it comes even if there is nothing to tell."""
        token = self._tokens.issue(self.revision)
        first_of_last = max(0, (len(changes) - 1) // self._chunk * self._chunk)
        for first in range(0, first_of_last, self._chunk):
            yield Piece(changes[first : first + self._chunk])
        yield Piece(changes[first_of_last:], is_current=True, resume_token=token)
