"""All who watch pages of one collection in one order, STATEFUL: its rows, kept sorted as they change."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, Final

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.query import OrderBy, Page, select_page
from goten.server.watching.question import Question
from goten.server.watching.shapes import ResponseShape
from goten.server.watching.snapshot import SCANNED_AT_ONCE
from goten.server.watching.tail import Tail
from goten.storage import Compacted
from goten.store import Entry, ResourceEvent, Store


class OrderedSource:
    """Follows the store for one question in one order.

    `version` grows whenever a resource of the collection is written, comes or goes.
    """

    def __init__(
        self, store: Store, stored: Descriptor[Any, Any], question: Question, order: OrderBy, shape: ResponseShape
    ) -> None:
        self.question: Final = question
        self.shape: Final = shape
        self.version = 0
        self._told = 0
        self._store = store
        self._stored = stored
        self._order = order
        self._begin()

    def hear(self, first: int, last: int) -> None:
        """The store has applied events of the type, from a revision to another one."""
        self._tail.hear(first, last)

    def has_news(self) -> bool:
        """Whether there is something that those who wait may have to be told, and were not when this was asked last."""
        is_ready = self.advance()
        told, self._told = self._told, self.version
        return self._told > told or not is_ready

    def tidy(self) -> None:
        """Nothing is kept but what is there."""

    def advance(self) -> bool:
        """Follows what happened since the last time. False: there is `work` to do before."""
        if self._unread is None:
            try:
                events = self._tail.read()
            except Compacted:
                self._begin()
            else:
                self.version += sum(map(self._follow, events))
                self._tail.advance()
        return self._unread is None

    def work(self) -> None:
        """Does some of the work that there is to know and sort the whole collection, if it is still to be done."""
        if self._unread is not None:
            self._read(self._unread)

    def page(self, size: int, token: str) -> Page:
        """A page as of the last `advance`. Raises QueryError for a bad token, also before there was any."""
        return select_page(
            self._order, () if self._unread is not None else self._rows, page_size=size, page_token=token
        )

    def entry(self, name: str) -> Entry:
        """A resource of a page, as it is stored. Raises LookupError for any other."""
        entry = self._store.get(self._stored, name)
        if entry is None:
            raise LookupError(name)
        return entry

    def _begin(self) -> None:
        self._tail = Tail(self._store, self._stored)
        self._rows: list[Any] = []
        self._keys: dict[str, Any] = {}
        self._unread: Iterator[Entry] | None = iter(self._store.entries(self._stored, self.question.scope.prefix))

    def _read(self, unread: Iterator[Entry]) -> None:
        for _ in range(SCANNED_AT_ONCE):
            entry = next(unread, None)
            if entry is None:
                self._rows = sorted(map(self._row, self._keys))
                self._unread = None
                self.version += 1
                return
            self._put(entry.name, entry.message)

    def _put(self, name: str, stored: Message | None) -> bool:
        message = self.question.find(stored) if self.question.covers(name) else None
        if message is not None:
            self._keys[name] = self._order.key(message)
        return message is not None

    def _follow(self, event: ResourceEvent) -> bool:
        """Whether it touched the collection."""
        was_there = event.name in self._keys
        if was_there:
            del self._rows[bisect_left(self._rows, self._row(event.name))]
            del self._keys[event.name]
        is_there = self._put(event.name, event.after)
        if is_there:
            insort(self._rows, self._row(event.name))
        return was_there or is_there

    def _row(self, name: str) -> Any:
        return name if self._order.by_name else (self._keys[name], name)
