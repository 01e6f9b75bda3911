"""Snapshots in pieces."""

from __future__ import annotations

import pytest

from goten.meta.v1.region_pb2 import Region
from goten.server.watching.batches import MAX_RESPONSE_BYTES
from goten.server.watching.pause import Pause
from goten.server.watching.snapshot import SCANNED_AT_ONCE, PieceCache, Snapshot
from goten.store import Entry


class Encoder:
    """Encodes those whose number passes; counts how many it was asked for."""

    def __init__(self, keep: int = 1, filling: int = 0) -> None:
        self.calls = 0
        self._keep = keep
        self._filling = b"." * filling

    def __call__(self, entry: Entry) -> bytes | None:
        self.calls += 1
        number = int(entry.name)
        return b"%d," % number + self._filling if number % self._keep == 0 else None


def snapshot(count: int, chunk: int, encode: Encoder, cache_bytes: int = 1_000_000) -> Snapshot:
    entries = [Entry(str(number), Region(), 1, 1, b"") for number in range(count)]
    return Snapshot(7, entries, encode, chunk, b"|", PieceCache(cache_bytes))


def pieces(source: Snapshot) -> list[bytes]:
    found: list[bytes] = []
    while (piece := source.piece(len(found))) is not None:
        if isinstance(piece, bytes):
            found.append(piece)
        else:
            source.work(len(found))
    return found


@pytest.mark.parametrize(
    ("count", "expected"), [(0, []), (1, [b"0,|"]), (4, [b"0,1,|", b"2,3,|"]), (5, [b"0,1,|", b"2,3,|", b"4,|"])]
)
def test_pieces_hold_everything_once(count: int, expected: list[bytes]) -> None:
    """FEED-3, FEED-4."""
    source = snapshot(count, 2, Encoder())
    assert pieces(source) == expected
    assert source.size == count


def test_what_does_not_match_is_left_out() -> None:
    source = snapshot(10, 2, Encoder(keep=3))
    assert pieces(source) == [b"0,3,|", b"6,9,|"]
    assert source.size == 4


def test_pieces_are_made_once_for_all_who_want_them() -> None:
    encode = Encoder()
    source = snapshot(10, 3, encode)
    assert pieces(source) == pieces(source) == pieces(source)
    assert encode.calls == 10


def test_pieces_that_are_not_kept_are_made_again() -> None:
    encode = Encoder()
    source = snapshot(10, 3, encode, cache_bytes=8)
    assert pieces(source) == pieces(source)
    assert encode.calls > 10
    assert source.size == 10


def test_a_piece_is_bounded_in_bytes() -> None:
    """FEED-4."""
    source = snapshot(5, 500, Encoder(filling=MAX_RESPONSE_BYTES // 2 - 2))
    assert [len(piece) // (MAX_RESPONSE_BYTES // 2) for piece in pieces(source)] == [2, 2, 1]


def test_the_work_is_done_in_small_steps() -> None:
    encode = Encoder(keep=3 * SCANNED_AT_ONCE - 1)
    source = snapshot(3 * SCANNED_AT_ONCE, 5, encode)
    steps = []
    while source.piece(0) is Pause.WORK:
        before = encode.calls
        source.work(0)
        steps.append(encode.calls - before)
    assert steps == [SCANNED_AT_ONCE] * 3
    assert source.piece(0) == b"0,%d,|" % (3 * SCANNED_AT_ONCE - 1)


def test_work_that_another_has_done_is_not_done_again() -> None:
    encode = Encoder()
    source = snapshot(4, 2, encode)
    source.work(0)
    source.work(0)
    assert encode.calls == 2
