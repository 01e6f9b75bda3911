"""A network that ends in this process: streams of responses that are there already, as bytes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import grpc.aio


class ReplayedCall:
    """A watch whose responses a benchmark puts there. It never ends by itself."""

    def __init__(self, responses: Iterable[bytes]) -> None:
        self._first = iter(responses)
        self._later: deque[bytes] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, response: bytes) -> None:
        """As if it had just arrived."""
        self._later.append(response)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def read(self) -> bytes:
        for response in self._first:
            return response
        while not self._later:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._later.popleft()

    def cancel(self) -> None:
        pass


class ReplayedChannels:
    """A ChannelProvider for one server of everything: watches begin with the responses given for their path, by default
    with `otherwise`; unary RPCs get an empty response."""

    def __init__(self, responses: Mapping[str, Iterable[bytes]], otherwise: bytes) -> None:
        self._responses = responses
        self._otherwise = otherwise
        self.streams: dict[str, ReplayedCall] = {}
        """The last stream of each path."""

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        return cast(grpc.aio.Channel, self)

    def unary_stream(self, path: str, **_: Any) -> Callable[..., ReplayedCall]:
        def open_stream(request: Any, **_: Any) -> ReplayedCall:
            self.streams[path] = ReplayedCall(self._responses.get(path, [self._otherwise]))
            return self.streams[path]

        return open_stream

    def unary_unary(self, path: str, response_deserializer: Callable[[bytes], Any], **_: Any) -> Callable[..., Any]:
        async def call(request: Any, **_: Any) -> Any:
            return response_deserializer(b"")

        return call
