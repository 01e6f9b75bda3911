"""The Watch methods of one resource type, by verb."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.types import watch_type_pb2
from tests.servers.faults import Faults
from tests.servers.feed import Piece, WatchFeed
from tests.servers.refusal import invalid
from tests.servers.selection import Selection
from tests.servers.shapes import change_maker, response_maker
from tests.servers.store import Store
from tests.servers.tokens import ResumeTokens

DEFAULT_CHUNK = 100
StreamHandler = Callable[[Any], AsyncIterator[Any]]


class StreamMethods:
    """Watch one and watch many (STATELESS only), from request to responses. They raise Refused."""

    def __init__(
        self,
        resource: Descriptor[Any, Any],
        methods: Mapping[str, MethodDescriptor[Any, Any]],
        store: Store,
        faults: Faults,
        bookmark_interval: float,
    ) -> None:
        self._descriptor = resource
        self._methods = methods
        self._store = store
        self._faults = faults
        self._bookmark_interval = bookmark_interval
        self.calls: dict[str, int] = {}
        """How often each verb was called, and how watches began: `snapshot`, `resume`, `hard_reset`."""

    def handlers(self) -> dict[str, StreamHandler]:
        """By verb, for those that the API has."""
        known: dict[str, StreamHandler] = {"watch_one": self._watch_one, "watch": self._watch}
        return {verb: handle for verb, handle in known.items() if verb in self._methods}

    async def _watch_one(self, request: Any) -> AsyncIterator[Message]:
        self._count("watch_one")
        await self._faults.before_stream()
        method = self._methods["watch_one"]
        change = change_maker(method, self._descriptor)
        selection = Selection(self._descriptor, request.view, request.field_mask)
        sent: Message | None = None
        first = True
        while True:
            revision = self._store.revision
            found = self._store.get(self._descriptor.type, request.name)
            selected = None if found is None else selection.of(found)
            if first or selected != sent:
                await self._faults.before_response()
                yield method.response(change=change((request.name, selected)))
            first, sent = False, selected
            await self._store.wait_beyond(revision)

    async def _watch(self, request: Any) -> AsyncIterator[Message]:
        self._count("watch")
        await self._faults.before_stream()
        feed = self._feed(request)
        response = response_maker(self._methods["watch"], self._descriptor)
        async for piece in self._paced(self._pieces(feed, request)):
            if piece.is_hard_reset:
                self._count("hard_reset")
            yield response(piece)

    async def _pieces(self, feed: WatchFeed, request: Any) -> AsyncIterator[Piece]:
        loop = asyncio.get_running_loop()
        for piece in self._first_pieces(feed, request):
            yield piece
        while True:
            bookmark_due = loop.time() + self._bookmark_interval
            news: list[Piece] = []
            while not news:
                try:
                    async with asyncio.timeout_at(bookmark_due):
                        await self._store.wait_beyond(feed.revision)
                except TimeoutError:
                    news = [feed.bookmark()]
                else:
                    await self._faults.while_held()
                    news = list(feed.advance())
            for piece in news:
                yield piece

    async def _paced(self, pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
        async for piece in pieces:
            await self._faults.before_response()
            yield piece

    def _first_pieces(self, feed: WatchFeed, request: Any) -> Iterator[Piece]:
        if request.resume_token:
            self._count("resume")
            return feed.resume(request.resume_token)
        if request.HasField("starting_time"):
            return feed.since(request.starting_time.ToNanoseconds() / 1e9)
        self._count("snapshot")
        return feed.begin()

    def _feed(self, request: Any) -> WatchFeed:
        if request.type != watch_type_pb2.STATELESS:
            raise invalid("this server only has watches of type STATELESS")
        if request.order_by or request.page_size or request.page_token:
            raise invalid("a STATELESS watch has no order_by, page_size or page_token")
        if request.filter:
            raise invalid("this server knows no filter")
        if request.max_chunk_size < 0:
            raise invalid(f"max_chunk_size is {request.max_chunk_size}")
        selection = Selection(self._descriptor, request.view, request.field_mask)
        return WatchFeed(
            self._store,
            self._descriptor.type,
            selection,
            ResumeTokens(self._store, f"{self._descriptor.type} {selection}"),
            request.max_chunk_size or DEFAULT_CHUNK,
            self._faults.say_size,
        )

    def _count(self, what: str) -> None:
        self.calls[what] = self.calls.get(what, 0) + 1
