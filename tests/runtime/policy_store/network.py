"""A ChannelProvider whose servers are the test: it sees every RPC, and answers when it likes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, cast

import grpc
import grpc.aio

from goten.channels import UnknownService
from tests.runtime.watch.fakes import settle


class Stream:
    """A response stream."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.cancelled = False
        self.ended = False
        self._coming: asyncio.Queue[Callable[[], Any]] = asyncio.Queue()

    def arrive(self, *responses: Any) -> None:
        """They are there, and nobody has read them yet."""
        for response in responses:
            self._coming.put_nowait(partial(bytes, response.SerializeToString()))

    async def send(self, *responses: Any) -> None:
        """Returns when they have been read."""
        self.arrive(*responses)
        await settle()

    async def end(self, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE, details: str = "gone") -> None:
        def finish() -> Any:
            raise _error(code, details)

        self.ended = True
        self._coming.put_nowait(finish)
        await settle()

    async def read(self) -> Any:
        return (await self._coming.get())()

    def cancel(self) -> None:
        self.cancelled = True


class Call:
    """A unary RPC. It waits until it is answered."""

    def __init__(self, request: Any, decode: Callable[[bytes], Any]) -> None:
        self.request = request
        self._decode = decode
        self._answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def arrive(self, response: Any) -> None:
        """The answer is there, and nobody has read it yet."""
        self._answer.set_result(self._decode(response.SerializeToString()))

    async def answer(self, response: Any) -> None:
        self.arrive(response)
        await settle()

    async def fail(self, code: grpc.StatusCode, details: str = "") -> None:
        self._answer.set_exception(_error(code, details))
        await settle()

    async def drop(self) -> None:
        """As grpc.aio does when somebody closes the channel under an RPC."""
        self._answer.cancel()
        await settle()

    @property
    def given_up(self) -> bool:
        """Whether the client waits no longer."""
        return self._answer.cancelled()

    @property
    def is_over(self) -> bool:
        return self._answer.done()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._answer.__await__()


class Network:
    """`streams` and `calls` have all RPCs by path, in order. `script` answers calls of a path by itself."""

    def __init__(self) -> None:
        self.streams: defaultdict[str, list[Stream]] = defaultdict(list)
        self.calls: defaultdict[str, list[Call]] = defaultdict(list)
        self.script: dict[str, Callable[[Any], Any]] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.is_known = True
        self.is_closed = False

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        self.asked.append((service, version, region))
        if not self.is_known:
            raise UnknownService(service, version, region, "nothing is known")
        return cast(grpc.aio.Channel, self)

    def unary_stream(self, path: str, request_serializer: Callable[[Any], bytes]) -> Callable[..., Stream]:
        def call(request: Any, *, wait_for_ready: bool) -> Stream:
            assert not wait_for_ready
            request_serializer(request)
            self.streams[path].append(Stream(request))
            return self.streams[path][-1]

        return call

    def unary_unary(
        self, path: str, request_serializer: Callable[[Any], bytes], response_deserializer: Callable[[bytes], Any]
    ) -> Callable[..., Call]:
        def call(request: Any, *, wait_for_ready: bool) -> Call:
            assert not wait_for_ready
            if self.is_closed:
                raise grpc.aio.UsageError("Channel is closed.")
            request_serializer(request)
            made = Call(request, response_deserializer)
            self.calls[path].append(made)
            if path in self.script:
                made.arrive(self.script[path](request))
            return made

        return call


def _error(code: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)
