"""The floors: gRPC servers that send bytes which they were given, and know nothing else.

python -m benchmarks.serving.bare KIND FILE...
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias

import grpc
import grpc.aio

from benchmarks.serving.recording import read_messages

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

PUBLISH: Final = "/benchmarks.Bare/Publish"
"""Sends the second message of the file of `fan-out` to all streams; the request is how often, as text."""


def echo(files: Sequence[Path]) -> Mapping[str, Handler]:
    """Each file is a method, named by `method_file`; its message is the answer to every request."""
    return {method_of(file): _echo(file.read_bytes()) for file in files}


def method_file(folder: Path, method: str) -> Path:
    return folder / method.replace("/", "@")


def method_of(file: Path) -> str:
    return file.name.replace("@", "/")


def _echo(answer: bytes) -> Handler:
    async def respond(request: bytes, context: Any) -> bytes:
        return answer

    return grpc.unary_unary_rpc_method_handler(respond)


def pages(files: Sequence[Path]) -> Mapping[str, Handler]:
    """A list of deployments whose pages, in order, are the messages of the file; each is serialized when it is sent."""
    from goten.meta.v1.deployment_service_pb2 import ListDeploymentsRequest, ListDeploymentsResponse

    [file] = files
    responses = [ListDeploymentsResponse.FromString(data) for data in read_messages(file)]
    by_token = {"": responses[0]}
    by_token |= {page.next_page_token: after for page, after in pairwise(responses)}

    async def respond(request: ListDeploymentsRequest, context: Any) -> ListDeploymentsResponse:
        return by_token[request.page_token]

    handler = grpc.unary_unary_rpc_method_handler(
        respond, ListDeploymentsRequest.FromString, ListDeploymentsResponse.SerializeToString
    )
    return {method_of(file): handler}


def stream(files: Sequence[Path]) -> Mapping[str, Handler]:
    """A stream of the messages of the file, which stays open."""
    [file] = files
    messages = read_messages(file)

    async def respond(request: bytes, context: Any) -> AsyncIterator[bytes]:
        for message in messages:
            yield message
        await asyncio.get_running_loop().create_future()

    return {method_of(file): grpc.unary_stream_rpc_method_handler(respond)}


class _Stream:
    """What is to be sent on one stream, and the future that its generator waits for."""

    __slots__ = ("queued", "woken")

    def __init__(self) -> None:
        self.queued: deque[bytes] = deque()
        self.woken: asyncio.Future[None] | None = None

    def send(self, message: bytes, times: int) -> None:
        self.queued.extend([message] * times)
        if self.woken is not None and not self.woken.done():
            self.woken.set_result(None)


def fan_out(files: Sequence[Path]) -> Mapping[str, Handler]:
    """Streams that begin with the first message of the file; the second one is sent to all by `PUBLISH`."""
    [file] = files
    first, event = read_messages(file)
    streams: set[_Stream] = set()

    async def follow(request: bytes, context: Any) -> AsyncIterator[bytes]:
        own = _Stream()
        streams.add(own)
        loop = asyncio.get_running_loop()
        try:
            yield first
            while True:
                while own.queued:
                    yield own.queued.popleft()
                own.woken = loop.create_future()
                await own.woken
        finally:
            streams.discard(own)

    async def publish(request: bytes, context: Any) -> bytes:
        times = int(request)
        for own in streams:
            own.send(event, times)
        return b""

    return {
        method_of(file): grpc.unary_stream_rpc_method_handler(follow),
        PUBLISH: grpc.unary_unary_rpc_method_handler(publish),
    }


KINDS: Final[Mapping[str, Callable[[Sequence[Path]], Mapping[str, Handler]]]] = {
    "echo": echo,
    "pages": pages,
    "stream": stream,
    "fan-out": fan_out,
}


class _Methods(grpc.GenericRpcHandler):
    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        return self._handlers.get(handler_call_details.method)


async def serve(kind: str, files: Sequence[Path]) -> None:
    """Serves until the process is ended."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Methods(KINDS[kind](files)),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"serving {kind} on 127.0.0.1:{port}", file=sys.stderr, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], [Path(file) for file in sys.argv[2:]]))
