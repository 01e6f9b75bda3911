"""What one watcher of type STATEFUL is sent: a page, and how it changes (FEED-14 to FEED-16)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from google.protobuf.message import Message

from goten.server.watching.batches import cut
from goten.server.watching.ordered import OrderedSource
from goten.server.watching.page_changes import Added, PageChange, Removed, page_changes
from goten.server.watching.pause import Pause


class _Item(NamedTuple):
    revision: int
    """Of the last write."""
    served: Message


class StatefulFeed:
    """Works out the responses of one stream when they are asked for: what differs from the page that was sent last."""

    __slots__ = ("_chunk", "_items", "_names", "_ready", "_size", "_source", "_token", "_tokens", "_version")

    def __init__(self, source: OrderedSource, chunk: int, page_size: int, page_token: str) -> None:
        """Raises QueryError for a page size or token that are none."""
        source.page(page_size, page_token)
        self._source = source
        self._chunk = chunk
        self._size = page_size
        self._token = page_token
        self._version = 0
        self._names: Sequence[str] = ()
        self._items: dict[str, _Item] = {}
        self._tokens = ("", "")
        self._ready: Sequence[bytes] = ()

    def next(self) -> bytes | Pause:
        if not self._ready:
            if not self._source.advance():
                return Pause.WORK
            if self._source.version == self._version:
                return Pause.WAIT
            self._ready = self._turn_page()
            if not self._ready:
                return Pause.WAIT
        response, *self._ready = self._ready
        return response

    def work(self) -> None:
        self._source.work()

    def bookmark(self) -> bytes:
        """A boundary without changes."""
        return self._source.shape.boundary()

    def _turn_page(self) -> Sequence[bytes]:
        is_first, self._version = self._version == 0, self._source.version
        page = self._source.page(self._size, self._token)
        tokens = page.prev_page_token, page.next_page_token
        changes = list(self._differences(page.names))
        if not (changes or is_first or tokens != self._tokens):
            return ()
        shape = self._source.shape
        rest = shape.boundary(page_tokens=None if tokens == self._tokens else tokens)
        self._tokens = tokens
        *pieces, last = tuple(cut(changes, self._chunk)) or (b"",)
        return (*(piece + shape.plain for piece in pieces), last + rest)

    def _differences(self, names: Sequence[str]) -> Iterator[bytes]:
        old, before = self._names, self._items
        self._names, self._items = names, {name: self._item(name, before.get(name)) for name in names}
        rewritten = {name for name in names if name in before and before[name] is not self._items[name]}
        noticed = self._source.question.noticed
        modified = {name for name in rewritten if noticed.differs(before[name].served, self._items[name].served)}
        for change in page_changes(old, names, rewritten, modified):
            yield self._write(change)

    def _item(self, name: str, before: _Item | None) -> _Item:
        entry = self._source.entry(name)
        if before is not None and before.revision == entry.mod_revision:
            return before
        return _Item(entry.mod_revision, self._source.question.serve(entry.message))

    def _write(self, change: PageChange) -> bytes:
        write = self._source.shape.change
        if isinstance(change, Removed):
            return write.removed(*change)
        shown = self._source.question.shown.of(self._items[change.name].served).SerializeToString()
        if isinstance(change, Added):
            return write.added(shown, change.view_index)
        return write.modified(change.name, shown, change.previous_view_index, change.view_index)
