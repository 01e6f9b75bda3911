"""Resources as they are sent to watchers: written once for all who are shown the same, whatever their filters."""

from __future__ import annotations

from typing import Final, NamedTuple

from google.protobuf.message import Message

from goten.query import Selection
from goten.server.bounded import Bounded
from goten.server.watching.shapes import ChangeShape

_KEPT: Final = 50_000
"""How many resources' changes are kept for one selection."""


class _Kept(NamedTuple):
    revision: int
    change: bytes


class Writing:
    """Writes changes of the resources of one type with one selection; shared by all sources of that selection.

    Processes of many services watch one type, each with a filter of its own and all with the same field mask. To work
    out what a mask leaves of a resource takes longer than anything else, so that is kept until the resource is written
    again, for those sent last; where everything is shown, nothing is.
    """

    def __init__(self, shown: Selection, shape: ChangeShape) -> None:
        self._shown = shown
        self._shape = shape
        self._kept: Bounded[str, _Kept] = Bounded(_KEPT)

    def current(self, name: str, revision: int, message: Message) -> bytes:
        """The change by which a resource is sent; `message` is how it is served since `revision`, its last one."""
        if self._shown.whole:
            return self._shape.current(message.SerializeToString())
        kept = self._kept.get(name)
        if kept is not None and kept.revision == revision:
            return kept.change
        change = self._shape.current(self._shown.of(message).SerializeToString())
        self._kept.add(name, _Kept(revision, change))
        return change

    def removed(self, name: str) -> bytes:
        self._kept.discard(name)
        return self._shape.removed(name)
