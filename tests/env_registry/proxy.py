"""A gRPC server between a registry and Meta, which does what a test wants of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeAlias

import grpc
import grpc.aio

from tests.env_registry.neighbourhood import QUICK_OPTIONS

Answer: TypeAlias = Callable[[bytes], Awaitable[bytes]]
Stream: TypeAlias = Callable[[bytes], AsyncIterator[bytes]]
Unary: TypeAlias = Callable[[str, bytes, Answer], Awaitable[bytes]]
"""Method, request, and what hands it on to Meta."""
Watching: TypeAlias = Callable[[str, bytes, Stream], AsyncIterator[bytes]]
Before: TypeAlias = Callable[[str], Awaitable[None]]
"""Is called with the method in front of every RPC, watches included, once it is counted."""


class Proxy(grpc.GenericRpcHandler):
    """Hands everything on to Meta, as bytes, unless `before`, `unary` or `watching` is set.

    The latter two are called with the method's name, such as GetService, and may answer in Meta's place. How Meta ends
    an RPC is passed on with its details. Use it as an async context manager.
    """

    def __init__(self, meta: str) -> None:
        self.calls: list[str] = []
        """Every RPC that came, by its method."""
        self.before: Before = _do_nothing
        self.unary: Unary = _hand_on
        self.watching: Watching = _hand_all_on
        self.address = ""
        self._meta = meta
        self._channel: grpc.aio.Channel | None = None
        self._server: Any = None

    def reset(self) -> None:
        """From now on it hands everything on."""
        self.before, self.unary, self.watching = _do_nothing, _hand_on, _hand_all_on

    async def stop(self) -> None:
        """Ends all RPCs; nobody listens any more."""
        await self._server.stop(0)

    async def listen(self) -> None:
        """Serves, at the address of before if there was one."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((self,))
        self.address = f"127.0.0.1:{self._server.add_insecure_port(self.address or '127.0.0.1:0')}"
        await self._server.start()

    async def __aenter__(self) -> Self:
        self._channel = grpc.aio.insecure_channel(self._meta, options=QUICK_OPTIONS)
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
        assert self._channel is not None
        await self._channel.close()

    def service(self, details: Any) -> Any:
        path: str = details.method
        name = path.rpartition("/")[2]

        async def call(request: bytes, context: Any) -> bytes:
            return await self._call(path, name, request, context)

        async def watch(request: bytes, context: Any) -> AsyncIterator[bytes]:
            async for response in self._watch(path, name, request, context):
                yield response

        if name.startswith("Watch"):
            return grpc.unary_stream_rpc_method_handler(watch)
        return grpc.unary_unary_rpc_method_handler(call)

    async def _call(self, path: str, name: str, request: bytes, context: Any) -> bytes:
        assert self._channel is not None
        self.calls.append(name)
        await self.before(name)
        make: Any = self._channel.unary_unary(path)
        try:
            return await self.unary(name, request, make)
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))
            raise

    async def _watch(self, path: str, name: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        assert self._channel is not None
        self.calls.append(name)
        await self.before(name)
        make: Any = self._channel.unary_stream(path)
        try:
            async for response in self.watching(name, request, make):
                yield response
        except grpc.aio.AioRpcError as error:
            await context.abort(error.code(), error.details() or "")


async def _do_nothing(name: str) -> None:
    pass


async def _hand_on(name: str, request: bytes, meta: Answer) -> bytes:
    return await meta(request)


async def _hand_all_on(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
    async for response in meta(request):
        yield response


def failed(code: grpc.StatusCode, details: str = "because the test says so") -> grpc.aio.AioRpcError:
    """To raise in Meta's place."""
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details=details)
