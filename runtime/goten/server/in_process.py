"""A channel to handlers of the same process: what a server needs of itself before it serves over the network."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

import grpc
import grpc.aio

from goten.server.adaptor import Handler

_WAITING: Final = 16
"""So many responses of a stream wait for their reader; then the handler waits, as with gRPC's flow control."""

_PEER: Final = "in-process"


class InProcessChannel:
    """Calls handlers by their paths, with the calls of grpc.aio.Channel: `unary_unary` and `unary_stream`.

    Requests and responses are serialized as on the network, so neither side can change what the other has. It owns the
    tasks of its streams; close it to join them.
    """

    def __init__(self, handlers: Iterable[Mapping[str, Mapping[str, Handler]]]) -> None:
        """`handlers` are by API and method, as ResourceServer has them."""
        self._handlers = {
            f"/{api}/{method}": handler
            for served in handlers
            for api, methods in served.items()
            for method, handler in methods.items()
        }
        self._streams: set[asyncio.Task[None]] = set()
        self._closed = False

    def unary_unary(
        self,
        path: str,
        request_serializer: Callable[[Any], bytes] | None = None,
        response_deserializer: Callable[[bytes], Any] | None = None,
    ) -> Callable[..., Any]:
        """A callable that answers the response, and raises grpc.aio.AioRpcError."""

        # The parameters are those of grpc.aio.
        async def call(request: Any, *, timeout: float | None = None, **_: Any) -> Any:  # noqa: ASYNC109
            handler = self._handler(path)
            try:
                async with asyncio.timeout(timeout):
                    answer = await handler.unary_unary(_received(handler, request, request_serializer), _Context())
            except _Aborted as aborted:
                raise aborted.error from None
            except TimeoutError:
                raise _rpc_error(grpc.StatusCode.DEADLINE_EXCEEDED, f"no answer within {timeout} s") from None
            raw = handler.response_serializer(answer)
            return response_deserializer(raw) if response_deserializer is not None else raw

        return call

    def unary_stream(
        self,
        path: str,
        request_serializer: Callable[[Any], bytes] | None = None,
        response_deserializer: Callable[[bytes], Any] | None = None,
    ) -> Callable[..., InProcessStream]:
        """A callable that answers a stream with `read` and `cancel`."""

        def call(request: Any, **_: Any) -> InProcessStream:
            handler = self._handler(path)
            stream = InProcessStream(handler, response_deserializer)
            task = asyncio.create_task(
                stream.run(_received(handler, request, request_serializer)), name=f"in-process {path}"
            )
            stream.task = task
            self._streams.add(task)
            task.add_done_callback(self._streams.discard)
            return stream

        return call

    async def close(self, grace: float | None = None) -> None:
        """Ends all streams."""
        self._closed = True
        streams = list(self._streams)
        for task in streams:
            task.cancel()
        await asyncio.gather(*streams, return_exceptions=True)

    def _handler(self, path: str) -> Any:
        if self._closed:
            raise grpc.aio.UsageError("the channel is closed")
        handler = self._handlers.get(path)
        if handler is None:
            raise _rpc_error(grpc.StatusCode.UNIMPLEMENTED, f"{path} is not served in this process")
        return handler


class InProcessStream:
    """Responses of a handler, for one reader."""

    def __init__(self, handler: Any, deserialize: Callable[[bytes], Any] | None) -> None:
        self._handler = handler
        self._deserialize = deserialize
        self._responses: deque[bytes] = deque()
        self._moved = asyncio.Event()
        self._end: grpc.aio.AioRpcError | None = None
        self._over = False
        self.task: asyncio.Task[None] | None = None

    async def read(self) -> Any:
        """The next response, grpc.aio.EOF at the end. Raises grpc.aio.AioRpcError."""
        while not self._responses:
            if self._end is not None:
                raise self._end
            if self._over:
                return grpc.aio.EOF
            await self._move()
        raw = self._responses.popleft()
        self._moved.set()
        return self._deserialize(raw) if self._deserialize is not None else raw

    def cancel(self) -> None:
        """Ends the stream; does nothing once it is over."""
        if self.task is not None:
            self.task.cancel()

    async def run(self, request: Any) -> None:
        """For the channel alone: the handler's side."""
        try:
            await self._handler.unary_stream(request, _Context(self._write))
        except _Aborted as aborted:
            self._end = aborted.error
        except asyncio.CancelledError:
            self._end = _rpc_error(grpc.StatusCode.CANCELLED, "the stream was cancelled")
            raise
        finally:
            self._over = True
            self._moved.set()

    async def _write(self, response: Any) -> None:
        while len(self._responses) >= _WAITING:
            await self._move()
        self._responses.append(self._handler.response_serializer(response))
        self._moved.set()

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()


class _Aborted(Exception):
    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        super().__init__(error)
        self.error = error


class _Context:
    """As much of a ServicerContext as handlers use."""

    def __init__(self, write: Callable[[Any], Any] | None = None) -> None:
        self._write = write

    def peer(self) -> str:
        return _PEER

    def invocation_metadata(self) -> tuple[()]:
        return ()

    async def send_initial_metadata(self, initial_metadata: tuple[()]) -> None:
        """There is nobody to read it."""

    async def write(self, response: Any) -> None:
        assert self._write is not None
        await self._write(response)

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Sequence[tuple[str, str | bytes]] = ()
    ) -> NoReturn:
        raise _Aborted(_rpc_error(code, details, trailing_metadata))


def _received(handler: Any, request: Any, serialize: Callable[[Any], bytes] | None) -> Any:
    return handler.request_deserializer(serialize(request) if serialize is not None else request)


def _rpc_error(
    code: grpc.StatusCode, details: str, trailing: Sequence[tuple[str, str | bytes]] = ()
) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), details=details)
