"""The real Meta server and a bare one side by side, with the same client for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc.aio

from benchmarks.serving.processes import Cores, RunningServer, bare_server, meta_server
from benchmarks.serving.registry import Contents, forget, registry
from benchmarks.serving.rounds import Outcome
from goten.meta.v1 import (
    deployment_service_pb2_grpc,
    resource_service_pb2_grpc,
    service_service_pb2_grpc,
)

_MAX_RESPONSE: Final = ("grpc.max_receive_message_length", 16_000_000)


class Client:
    """A connection to a server, which takes it for Meta."""

    def __init__(self, server: RunningServer) -> None:
        # Connections of one process to one address would be one connection.
        options = [("grpc.use_local_subchannel_pool", 1), _MAX_RESPONSE]
        self.server: Final = server
        self.channel: Final = grpc.aio.insecure_channel(server.address, options=options)
        self.services: Final = service_service_pb2_grpc.ServiceServiceStub(self.channel)
        self.deployments: Final = deployment_service_pb2_grpc.DeploymentServiceStub(self.channel)
        self.resources: Final = resource_service_pb2_grpc.ResourceServiceStub(self.channel)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a benchmark runs: a folder for files, which later runs find again, and cores."""

    folder: Path
    cores: Cores

    @asynccontextmanager
    async def meta(self, contents: Contents) -> AsyncIterator[RunningServer]:
        """The real server over a copy of a registry."""
        storage = registry(self.folder, contents)
        try:
            async with meta_server(self.folder, storage, self.cores) as server:
                yield server
        finally:
            forget(storage)

    @asynccontextmanager
    async def both(
        self, contents: Contents, record: Callable[[Client, Path], Awaitable[tuple[str, Sequence[Path]]]]
    ) -> AsyncIterator[Both]:
        """`record` has the real server tell what the bare one is to say: it returns the kind of that, and its files."""
        async with AsyncExitStack() as stack:
            meta = await stack.enter_async_context(self.meta(contents))
            client = Client(meta)
            stack.push_async_callback(client.channel.close)
            kind, files = await record(client, self.folder)
            bare = Client(await stack.enter_async_context(bare_server(kind, files, self.cores)))
            stack.push_async_callback(bare.channel.close)
            yield Both(client, bare)


@dataclass(frozen=True, slots=True)
class Both:
    meta: Client
    bare: Client

    def outcome(self, amounts: tuple[float, float]) -> Outcome:
        value, floor = amounts
        return Outcome(value, floor, self.meta.server.peak_mb(), self.bare.server.peak_mb())


async def raw(client: Client, method: str, request: Any) -> bytes:
    """The serialized answer to a unary request."""
    call: Any = client.channel.unary_unary(method, request_serializer=type(request).SerializeToString)
    answer: bytes = await call(request)
    return answer
