"""The latest changes of one question, worked out once for all who watch it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

MAX_BYTES: Final = 500_000


class Told(NamedTuple):
    """A change as it is sent: the field of a response that holds it."""

    revision: int
    name: str
    data: bytes


class Window:
    """All changes after the revision `start`, up to `head`. It forgets the oldest ones beyond a bound."""

    def __init__(self, revision: int, *, max_changes: int, max_bytes: int = MAX_BYTES) -> None:
        self._max_changes = max_changes
        self._max_bytes = max_bytes
        self.restart(revision)

    def restart(self, revision: int) -> None:
        """Knows nothing up to `revision`."""
        self.start = self.head = revision
        self.changes: list[Told] = []
        self._revisions: list[int] = []
        self._bytes = 0

    @property
    def last(self) -> int:
        """The revision of the last change; `start` where there is none."""
        return self._revisions[-1] if self._revisions else self.start

    def extend(self, changes: list[Told], head: int) -> None:
        """`changes` are all those after the present head up to the new one."""
        self.head = head
        if not changes:
            return
        self.changes += changes
        self._revisions += [change.revision for change in changes]
        self._bytes += sum(len(change.data) for change in changes)
        if len(self.changes) > self._max_changes or self._bytes > self._max_bytes:
            self._forget()

    def bounds(self, after: int, upto: int) -> tuple[int, int]:
        """Where in `changes` those lie that follow a revision (`start` at least), up to another one."""
        return bisect_right(self._revisions, after), bisect_right(self._revisions, upto)

    def drop(self, upto: int) -> None:
        """Forgets the changes up to a revision."""
        if upto > self.start:
            first = bisect_right(self._revisions, upto)
            del self.changes[:first], self._revisions[:first]
            self._bytes = sum(len(change.data) for change in self.changes)
            self.start = upto

    def _forget(self) -> None:
        """Drops the older half, revisions as a whole."""
        self.drop(self._revisions[len(self._revisions) // 2])
