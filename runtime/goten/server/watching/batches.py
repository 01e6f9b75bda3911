"""Cutting changes into responses: as many in one as it may hold, revisions never apart from their boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from goten.server.watching.window import Told

MAX_CHUNK: Final = 500
"""So many changes a response has at most, whatever the request asks for."""
MAX_RESPONSE_BYTES: Final = 1_000_000
"""From so many bytes on a response takes no further change: well below what gRPC accepts by default."""


class Batch(NamedTuple):
    """What brings a watcher to the revision `to`: the changes of responses, in order; none: nothing concerns it."""

    to: int
    pieces: Sequence[bytes]


def take(changes: Sequence[Told], first: int, end: int, *, target: int, chunk: int) -> Batch:
    """As many whole revisions of `changes[first:end]` as fit into one response, but one at least (FEED-4).

    Beyond these changes there is nothing up to `target`. Of several changes of one resource the last is taken. A single
    revision that is too large for a response is spread over several.
    """
    latest: dict[str, bytes] = {}
    size = 0
    place = first
    while place < end:
        following = _end_of_revision(changes, place, end)
        group = changes[place:following]
        size += sum(len(change.data) for change in group)
        if latest and (len(latest) + len(group) > chunk or size > MAX_RESPONSE_BYTES):
            break
        for change in group:
            latest.pop(change.name, None)
            latest[change.name] = change.data
        place = following
    to = target if place == end else changes[place - 1].revision
    return Batch(to, tuple(cut(latest.values(), chunk)))


def cut(changes: Iterable[bytes], chunk: int) -> Iterator[bytes]:
    """Serialized changes in pieces, each of them not empty, and of the size that a response may have."""
    piece: list[bytes] = []
    size = 0
    for change in changes:
        if piece and (len(piece) >= chunk or size + len(change) > MAX_RESPONSE_BYTES):
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(change)
        size += len(change)
    if piece:
        yield b"".join(piece)


def _end_of_revision(changes: Sequence[Told], place: int, end: int) -> int:
    revision = changes[place].revision
    while place < end and changes[place].revision == revision:
        place += 1
    return place
