"""All who watch one collection with the same question, STATELESS: what is worked out for them once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final
from weakref import WeakValueDictionary

from goten.descriptors import Descriptor
from goten.server.bounded import Bounded
from goten.server.watching.batches import Batch, take
from goten.server.watching.question import Question
from goten.server.watching.shapes import ResponseShape
from goten.server.watching.snapshot import PieceCache, Snapshot
from goten.server.watching.tail import Tail
from goten.server.watching.tokens import ResumeTokens
from goten.server.watching.window import Told, Window
from goten.server.watching.written import Writing
from goten.storage import Compacted
from goten.store import Entry, ResourceEvent, Store

REPLAYED_AT_ONCE: Final = 500
"""So many events of the past are looked at in one go."""
_KEPT_BATCHES: Final = 8


class ChangeSource:
    """Follows the store for one question about one type. It keeps the last `kept` changes.

    Whoever has to be told of what was before them looks into the history of the store.
    """

    def __init__(
        self,
        store: Store,
        stored: Descriptor[Any, Any],
        question: Question,
        shape: ResponseShape,
        writing: Writing,
        cache: PieceCache,
        kept: int,
    ) -> None:
        self.shape: Final = shape
        self._writing = writing
        self._store = store
        self._stored = stored
        self._question = question
        self._cache = cache
        self._tokens = ResumeTokens(store)
        self._tail = Tail(store, stored)
        self._window = Window(self._tail.head, max_changes=kept)
        self._told = self._window.last
        self._tidied = self._window.head
        self._batches: Bounded[tuple[object, ...], Batch] = Bounded(_KEPT_BATCHES)
        self._rests: Bounded[tuple[int, str], bytes] = Bounded(_KEPT_BATCHES)
        self._snapshots: WeakValueDictionary[int, Snapshot] = WeakValueDictionary()

    def hear(self, first: int, last: int) -> None:
        """The store has applied events of the type, from a revision to another one."""
        self._tail.hear(first, last)

    def has_news(self) -> bool:
        """Whether there is something that those who wait may have to be told, and were not when this was asked last."""
        self.advance()
        told, self._told = self._told, self._window.last
        return self._told > told

    def tidy(self) -> None:
        """Called whenever bookmarks are due: lets go of what those who read at all have read by now."""
        self._window.drop(self._tidied)
        self._tidied = self.advance()
        self._batches = Bounded(_KEPT_BATCHES)

    def advance(self) -> int:
        """Works out what happened since the last time; the revision up to which everything is known now."""
        tail, window = self._tail, self._window
        try:
            changes = self._tell(tail.read())
        except Compacted:
            tail.restart()
            window.restart(tail.head)
        else:
            tail.advance()
            window.extend(changes, tail.head)
        return tail.head

    @property
    def last(self) -> int:
        """Who has everything up to this revision has all there is to tell, as of the last `advance`."""
        return self._window.last

    def reaches(self, revision: int) -> bool:
        """Whether all changes after a revision are kept."""
        return revision >= self._window.start

    def batch(self, after: int, target: int, chunk: int, question: str) -> Batch:
        """Responses with what follows the revision `after`, up to `target` at most, which `advance` has reached.

        Only what ends at the target ends with a boundary (FEED-2). All changes after `after` are kept.
        """
        window = self._window
        first, end = window.bounds(after, target)
        if first == end:
            return Batch(target, ())
        key = (window.changes[first].revision, target, chunk, question)
        return self._batches.get(key) or self._batches.add(
            key, self._finish(take(window.changes, first, end, target=target, chunk=chunk), target, question)
        )

    def replay(self, after: int, target: int, chunk: int, question: str) -> Batch:
        """`batch` from the history of the store: some of it, to do no more than a few milliseconds of work.

        Raises Compacted where the history does not reach back to `after`.
        """
        key = (after, target, chunk, question, "replay")
        found = self._batches.get(key)
        if found is not None:
            return found
        events = [event for event in self._store.events_after(self._stored, after) if event.revision <= target]
        end = target
        if len(events) > REPLAYED_AT_ONCE:
            # Revisions stay whole: what is not looked at is left for the next time.
            end = max(events[0].revision, events[REPLAYED_AT_ONCE].revision - 1)
            events = [event for event in events if event.revision <= end]
        changes = self._tell(events)
        batch = take(changes, 0, len(changes), target=end, chunk=chunk)
        return self._batches.add(key, self._finish(batch, target, question))

    def boundary(self, revision: int, question: str) -> bytes:
        """The rest of a response that ends at a revision, with its resume token; `question` is the fingerprint."""
        key = revision, question
        rest = self._rests.get(key)
        if rest is None:
            rest = self._rests.add(key, self.shape.boundary(self._tokens.issue(revision, question)))
        return rest

    def read_token(self, token: str, question: str) -> int | None:
        """The revision of a token, None for one that does not fit (FEED-7)."""
        revision = self._tokens.read(token, question)
        return None if revision is None or revision < self._store.history_start else revision

    def revision_before(self, moment: float) -> int | None:
        """The revision after which all changes are that were made from a time on, in seconds since 1970 (FEED-13).

        None where not all of them are known any more.
        """
        if moment <= self._store.history_time:
            return None
        events = self._store.events_after(self._stored, self._store.history_start)
        first = bisect_left(events, moment, key=lambda event: event.time)
        return events[first].revision - 1 if first < len(events) else self._store.revision

    def snapshot(self, chunk: int) -> Snapshot:
        """The collection as it is now; the one that others are being sent, if nothing of the type happened since."""
        revision = self.advance()
        snapshot = self._snapshots.get(chunk)
        if snapshot is not None and snapshot.revision >= max(self._tail.last, self._window.start):
            snapshot.revision = revision
            return snapshot
        entries = tuple(self._store.entries(self._stored, self._question.scope.prefix))
        encode = self._encode_whole if self._question.asks_for_all else self._encode
        snapshot = Snapshot(revision, entries, encode, chunk, self.shape.plain, self._cache)
        self._snapshots[chunk] = snapshot
        return snapshot

    def _finish(self, batch: Batch, target: int, question: str) -> Batch:
        """Puts the rest of the responses behind their changes."""
        if not batch.pieces:
            return batch
        plain = self.shape.plain
        rest = plain if batch.to < target else self.boundary(batch.to, question)
        *pieces, last = batch.pieces
        return Batch(batch.to, (*(piece + plain for piece in pieces), last + rest))

    def _tell(self, events: Sequence[ResourceEvent]) -> list[Told]:
        told = []
        write = self._writing
        for event in events:
            change = self._question.change(event)
            if change is not None:
                name, message = change
                data = write.removed(name) if message is None else write.current(name, event.revision, message)
                told.append(Told(event.revision, name, data))
        return told

    def _encode(self, entry: Entry) -> bytes | None:
        """For entries whose names have the prefix of the scope."""
        question = self._question
        if question.scope.matches is not None and not question.scope.matches(entry.name):
            return None
        message = question.find(entry.message)
        if message is entry.message and question.shown.whole:
            return self._encode_whole(entry)
        return None if message is None else self._writing.current(entry.name, entry.mod_revision, message)

    def _encode_whole(self, entry: Entry) -> bytes:
        """The same where all are sent as they are."""
        return self.shape.change.current(entry.data)
