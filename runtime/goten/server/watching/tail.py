"""Where a source is in the history of its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from goten.descriptors import Descriptor
from goten.store import ResourceEvent, Store


class Tail:
    """Reads the events of a type one after the other. Everything up to `head` has been dealt with.

    It is told of what the store applies, so that it does not fall behind where its type is quiet: the history that the
    store keeps is that of all types together.
    """

    __slots__ = ("_store", "_stored", "head", "last")

    def __init__(self, store: Store, stored: Descriptor[Any, Any]) -> None:
        self._store = store
        self._stored = stored
        self.restart()

    def restart(self) -> None:
        """Goes on from now: everything else is known."""
        self.head = self.last = self._store.revision

    def hear(self, first: int, last: int) -> None:
        """The store has applied events of the type; those are the lowest and the highest of their revisions."""
        if self.last <= self.head:
            self.head = max(self.head, first - 1)
        self.last = max(self.last, last)

    def read(self) -> Sequence[ResourceEvent]:
        """The events after `head`, up to now. Raises Compacted where some of them are not kept any more."""
        return self._store.events_after(self._stored, self.head) if self.last > self.head else ()

    def advance(self) -> None:
        """All that `read` gives now has been dealt with."""
        self.head = self._store.revision
