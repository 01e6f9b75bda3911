"""The named guarantees of spec/protocol/watch_server.md, each as a check of what a watcher recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from tests.server.watching.recording import Asked, Boundary

Recording = Sequence[Boundary]


def ordered(asked: Asked, recording: Recording) -> None:
    """Boundaries of a stream never go back, unless a hard reset comes between; nor behind where it was opened."""
    for before, after in pairwise(recording):
        if before.stream == after.stream and not after.snapshot:
            assert before.revision <= after.revision
    for boundary in recording:
        if boundary.is_first:
            assert boundary.revision >= boundary.opened_at, "not older than the store was"


def unique(asked: Asked, recording: Recording) -> None:
    """What is sent was changed since the boundary before: nothing comes a second time."""
    for boundary in recording:
        if not boundary.snapshot:
            assert boundary.came_from is not None
            assert boundary.changed <= boundary.truth.touched(boundary.came_from, boundary.revision)


def atomic(asked: Asked, recording: Recording) -> None:
    """At a boundary, of what one transaction wrote, all is known or nothing."""
    for boundary in recording:
        answer = asked.answer(boundary.truth.at(boundary.revision))
        for written in boundary.truth.written:
            if written.revision <= boundary.revision:
                later = boundary.truth.touched(written.revision, boundary.revision)
                for name in written.touched - later:
                    assert boundary.known.get(name) == answer.get(name)


def resumable(asked: Asked, recording: Recording) -> None:
    """After a token that fits, all that was missed is told of, and nothing else."""
    for boundary in recording:
        if boundary.is_first and not boundary.snapshot:
            assert boundary.came_from is not None
            before = asked.answer(boundary.truth.at(boundary.came_from))
            now = asked.answer(boundary.truth.at(boundary.revision))
            missed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
            assert missed <= boundary.changed


def reliable(asked: Asked, recording: Recording) -> None:
    """At every boundary, what is known is what matches."""
    for boundary in recording:
        assert boundary.known == asked.answer(boundary.truth.at(boundary.revision))


def bookmarkable(asked: Asked, recording: Recording) -> None:
    """Quiet boundaries move the token on, and take nothing along that was not told."""
    for boundary in recording:
        if boundary.quiet:
            assert boundary.came_from is not None
            assert boundary.came_from <= boundary.revision
            before = asked.answer(boundary.truth.at(boundary.came_from))
            assert before == asked.answer(boundary.truth.at(boundary.revision))


GUARANTEES: tuple[Callable[[Asked, Recording], None], ...] = (
    ordered,
    unique,
    atomic,
    resumable,
    reliable,
    bookmarkable,
)
