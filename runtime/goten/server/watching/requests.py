"""What requests of a Watch method of a collection say, checked (FEED-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from goten.methods import MethodDescriptor
from goten.refusals import Refused, invalid
from goten.server.request_shapes import message_reader, reader
from goten.server.watching.batches import MAX_CHUNK
from goten.types import watch_type_pb2

_OF_PAGES: Final = ("order_by", "page_size", "page_token")
_OF_CHANGES: Final = ("resume_token", "starting_time")


class WatchRequest(NamedTuple):
    """A request, with defaults for what its message has no field for."""

    stateless: bool
    chunk: int
    parent: str
    filter: str
    view: int
    field_mask: tuple[str, ...]
    order_by: str
    page_size: int
    page_token: str
    resume_token: str
    starting_time: float | None
    """In seconds since 1970."""


class RequestReader:
    """Reads requests of one method."""

    def __init__(self, method: MethodDescriptor[Any, Any]) -> None:
        message = method.request
        self._type = reader(message, "type", watch_type_pb2.STATEFUL)
        self._chunk = reader(message, "max_chunk_size", 0)
        self._parent = reader(message, method.parent_path or "", "")
        self._filter = reader(message, "filter", "")
        self._view = reader(message, "view", 0)
        self._mask = message_reader(message, "field_mask")
        self._order = reader(message, "order_by", "")
        self._page_size = reader(message, "page_size", 0)
        self._page_token = reader(message, "page_token", "")
        self._resume_token = reader(message, "resume_token", "")
        self._time = message_reader(message, "starting_time")

    def read(self, request: Any) -> WatchRequest:
        """Raises Refused (INVALID_ARGUMENT)."""
        asked = self._read(request)
        problem = next(_problems(self._type(request), asked), None)
        if problem is not None:
            raise problem
        return asked._replace(chunk=min(asked.chunk or MAX_CHUNK, MAX_CHUNK))

    def _read(self, request: Any) -> WatchRequest:
        mask, time = self._mask(request), self._time(request)
        return WatchRequest(
            stateless=self._type(request) == watch_type_pb2.STATELESS,
            chunk=self._chunk(request),
            parent=self._parent(request),
            filter=self._filter(request),
            view=self._view(request),
            field_mask=() if mask is None else tuple(mask.paths),
            order_by=self._order(request),
            page_size=self._page_size(request),
            page_token=self._page_token(request),
            resume_token=self._resume_token(request),
            starting_time=None if time is None else time.seconds + time.nanos / 1e9,
        )


def _problems(type: int, asked: WatchRequest) -> Iterator[Refused]:
    if type not in watch_type_pb2.WatchType.values():
        yield invalid("type", f"there is no watch type {type}", "ask for STATELESS, or for STATEFUL")
    if asked.chunk < 0:
        yield invalid("max_chunk_size", f"is {asked.chunk}", "leave it out, or ask for 1 or more")
    word, others = ("STATELESS", _OF_PAGES) if asked.stateless else ("STATEFUL", _OF_CHANGES)
    for field in others:
        if getattr(asked, field) not in ("", 0, None):
            yield invalid(field, f"a watch of type {word} has none", "leave it out, or ask for the other type")
