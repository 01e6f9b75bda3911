"""What one watcher of type STATELESS is sent (spec/protocol/watch_server.md)."""

from __future__ import annotations

from collections.abc import Sequence

import grpc

from goten.refusals import Refused
from goten.server.watching.batches import Batch
from goten.server.watching.changes import ChangeSource
from goten.server.watching.pause import Pause
from goten.server.watching.snapshot import Snapshot
from goten.storage import Compacted


class StatelessFeed:
    """Works out the responses of one stream when they are asked for, from what its source knows then.

    It holds no queue, only the revision up to which its watcher was sent everything. Begin with one of `begin`,
    `go_on_from` and `reset`. `question` is the fingerprint for resume tokens.
    """

    __slots__ = ("_at", "_chunk", "_index", "_midway", "_question", "_ready", "_snapshot", "_source", "_target")

    def __init__(self, source: ChangeSource, chunk: int, question: str) -> None:
        self._source = source
        self._chunk = chunk
        self._question = question
        self._at = 0
        self._target = 0
        self._midway = False
        self._ready: Sequence[bytes] = ()
        self._snapshot: Snapshot | Pause | None = None
        self._index = 0

    def begin(self) -> None:
        """A snapshot comes next (FEED-3)."""
        self._snapshot = Pause.WORK
        self._index = 0
        self._midway = False

    def go_on_from(self, revision: int) -> None:
        """What comes next is what was changed after a revision, and a boundary in any case (FEED-6)."""
        self._at = revision
        self._target = self._source.advance()
        self._midway = True

    def reset(self) -> None:
        """A hard reset comes next, then a snapshot (FEED-10)."""
        if not self._source.shape.has_resets:
            raise Refused(grpc.StatusCode.OUT_OF_RANGE, "the history does not reach back to where this watch was")
        self.begin()
        self._ready = (self._source.shape.hard_reset,)

    def next(self) -> bytes | Pause:
        if self._ready:
            response, *self._ready = self._ready
            return response
        if self._snapshot is None:
            return self._next_changes()
        if isinstance(self._snapshot, Pause):
            return self._snapshot
        return self._next_of_snapshot(self._snapshot)

    def work(self) -> None:
        """Raises Refused where a reset is due that the method has no words for."""
        if isinstance(self._snapshot, Snapshot):
            self._snapshot.work(self._index)
        elif self._snapshot is not None:
            self._snapshot = self._source.snapshot(self._chunk)
        else:
            self._replay()

    def bookmark(self) -> bytes:
        """A boundary without changes (FEED-11)."""
        self._at = self._source.advance()
        return self._source.boundary(self._at, self._question)

    def _next_of_snapshot(self, snapshot: Snapshot) -> bytes | Pause:
        piece = snapshot.piece(self._index)
        if piece is not None:
            self._index += isinstance(piece, bytes)
            return piece
        source = self._source
        head = source.advance()
        # As long as nothing else happened, the snapshot is one of now: its token lasts longer then.
        self._at = head if source.last <= snapshot.revision else snapshot.revision
        self._snapshot = None
        if source.shape.has_sizes:
            self._ready = (source.shape.size(snapshot.size),)
        return source.boundary(self._at, self._question)

    def _next_changes(self) -> bytes | Pause:
        source = self._source
        if not self._midway:
            self._target = source.advance()
            if source.last <= self._at:
                self._at = self._target
                return Pause.WAIT
        if not source.reaches(self._at):
            return Pause.WORK
        self._take(source.batch(self._at, self._target, self._chunk, self._question))
        return self.next()

    def _replay(self) -> None:
        try:
            batch = self._source.replay(self._at, self._target, self._chunk, self._question)
        except Compacted:
            self.reset()
        else:
            self._take(batch)

    def _take(self, batch: Batch) -> None:
        boundary_is_due = self._midway and not batch.pieces and batch.to == self._target
        self._at = batch.to
        self._midway = batch.to < self._target
        self._ready = (self._source.boundary(self._at, self._question),) if boundary_is_due else batch.pieces
