"""Snapshots of a collection: in pieces that are made when they are asked for, and shared by all who want the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from goten.server.watching.batches import MAX_RESPONSE_BYTES
from goten.server.watching.pause import Pause
from goten.store import Entry

SCANNED_AT_ONCE: Final = 1_000
"""So many resources are looked at in one go: a few milliseconds of work."""
_numbers = count()


class PieceCache:
    """Pieces of snapshots, by snapshot and index: those used last, as far as they fit, and the last one in any case."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pieces: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def get(self, key: tuple[int, int]) -> bytes | None:
        piece = self._pieces.get(key)
        if piece is not None:
            self._pieces.move_to_end(key)
        return piece

    def add(self, key: tuple[int, int], piece: bytes) -> None:
        self._pieces[key] = piece
        self._bytes += len(piece)
        while self._bytes > self._max_bytes and len(self._pieces) > 1:
            self._bytes -= len(self._pieces.popitem(last=False)[1])

    def clear(self) -> None:
        self._pieces.clear()
        self._bytes = 0


class Snapshot:
    """The resources of a collection as of `revision`, which may be raised as long as they are the same.

    `entries` are those among which they are, and are never changed; `encode` makes the change by which one is sent,
    None for one that is not in the collection. `rest` is put behind the changes of each piece. `size` counts those
    in pieces: in the end, all.
    """

    def __init__(
        self,
        revision: int,
        entries: Sequence[Entry],
        encode: Callable[[Entry], bytes | None],
        chunk: int,
        rest: bytes,
        cache: PieceCache,
    ) -> None:
        self.revision = revision
        self.size = 0
        self._number = next(_numbers)
        self._entries = entries
        self._encode = encode
        self._chunk = chunk
        self._rest = rest
        self._cache = cache
        self._place = 0
        self._part: list[bytes] = []
        self._part_bytes = 0
        self._ends: list[int] = []

    def piece(self, index: int) -> bytes | Pause | None:
        """A response. WORK: it is not made yet. None: there are no more."""
        if index < len(self._ends):
            piece = self._cache.get((self._number, index))
            return Pause.WORK if piece is None else piece
        return None if self._place == len(self._entries) and not self._part else Pause.WORK

    def work(self, index: int) -> None:
        """Does some of the work that there is to make a piece, if it is still to be made."""
        if index >= len(self._ends):
            self._scan()
        elif self._cache.get((self._number, index)) is None:
            self._make_again(index)

    def _scan(self) -> None:
        """Goes on until a piece is full, or it is time for others to have a turn."""
        part, encode, room = self._part, self._encode, MAX_RESPONSE_BYTES - self._part_bytes
        first, stop = self._place, min(len(self._entries), self._place + SCANNED_AT_ONCE)
        for place, entry in enumerate(self._entries[first:stop], start=first):
            change = encode(entry)
            if change is None:
                continue
            room -= len(change)
            if room < 0 and part:
                return self._close(place)
            part.append(change)
            if len(part) == self._chunk:
                return self._close(place + 1)
        self._place = stop
        self._part_bytes = MAX_RESPONSE_BYTES - room
        if stop == len(self._entries) and part:
            self._close(stop)
        return None

    def _close(self, end: int) -> None:
        """A piece holds what was found so far, in the entries before `end`."""
        self._cache.add((self._number, len(self._ends)), b"".join((*self._part, self._rest)))
        self.size += len(self._part)
        self._ends.append(end)
        self._place = end
        self._part = []
        self._part_bytes = 0

    def _make_again(self, index: int) -> None:
        first = self._ends[index - 1] if index else 0
        changes = map(self._encode, self._entries[first : self._ends[index]])
        piece = b"".join((*(change for change in changes if change is not None), self._rest))
        self._cache.add((self._number, index), piece)
