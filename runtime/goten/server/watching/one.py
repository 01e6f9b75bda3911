"""What those are sent who watch one resource (FEED-17)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.query import Selection
from goten.server.watching.pause import Pause
from goten.server.watching.shapes import ChangeShape
from goten.store import Store


class OneSource:
    """One resource, by its relative name, with one selection; written once for all who watch it."""

    def __init__(
        self,
        store: Store,
        stored: Descriptor[Any, Any],
        name: str,
        *,
        shown: Selection,
        noticed: Selection,
        down: Callable[[Any], Message] | None,
        shape: ChangeShape,
    ) -> None:
        self.name: Final = name
        self.noticed: Final = noticed
        self._store = store
        self._stored = stored
        self._shown = shown
        self._down = down
        self._shape = shape
        self._revision = 0
        self._message: Message | None = None
        self._response = shape.removed(name)

    def hear(self, first: int, last: int) -> None:
        """Nothing is worked out before it is asked for."""

    def has_news(self) -> bool:
        return True

    def tidy(self) -> None:
        """Nothing is kept but the latest response."""

    def look(self) -> int:
        """The revision in which the resource was last written, 0 where it is not there; `message` is what it is."""
        entry = self._store.get(self._stored, self.name)
        revision = 0 if entry is None else entry.mod_revision
        if revision != self._revision:
            self._revision = revision
            self._message = (
                None if entry is None else entry.message if self._down is None else self._down(entry.message)
            )
            self._response = self._write()
        return revision

    @property
    def message(self) -> Message | None:
        """As it was at the last `look`; None: not there."""
        return self._message

    @property
    def response(self) -> bytes:
        """What says so."""
        return self._response

    def _serve(self, stored: Message) -> Message:
        return stored if self._down is None else self._down(stored)

    def _write(self) -> bytes:
        if self._message is None:
            return self._shape.removed(self.name)
        return self._shape.current(self._shown.of(self._message).SerializeToString())


class OneFeed:
    """What one watcher of a resource is sent: how it is, whenever that differs from what was sent before."""

    __slots__ = ("_revision", "_sent", "_source")

    def __init__(self, source: OneSource) -> None:
        self._source = source
        self._revision = -1
        self._sent: Message | None = None

    def next(self) -> bytes | Pause:
        source = self._source
        revision = source.look()
        if revision == self._revision:
            return Pause.WAIT
        is_first, self._revision = self._revision < 0, revision
        before, after = self._sent, source.message
        if not is_first and before is not None and after is not None and not source.noticed.differs(before, after):
            return Pause.WAIT
        if not is_first and before is None and after is None:
            return Pause.WAIT
        self._sent = after
        return source.response

    def work(self) -> None:
        """There is none to speak of."""

    def bookmark(self) -> bytes:
        """Nothing: such a stream has no boundaries."""
        return b""
