"""What a real Meta sends to registries, and bare servers that send the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from benchmarks.registry.connecting import RecordingChannel
from benchmarks.registry.registries import timed_registry
from benchmarks.serving.bare import method_file
from benchmarks.serving.both import Place
from benchmarks.serving.processes import RunningServer, bare_server
from benchmarks.serving.recording import write_messages
from goten.meta.v1 import methods
from goten.registration import ServiceRegistration


async def record(registration: ServiceRegistration, region: str, address: str) -> Mapping[str, list[bytes]]:
    """What a registry is sent on both watches until it is ready, by the paths of the methods."""
    async with timed_registry(registration, region, address, note=RecordingChannel) as (recorded, channel):
        await recorded.start()
        assert isinstance(channel, RecordingChannel)
        return {path: [*responses] for path, responses in channel.streams.items()}


async def record_change(
    registration: ServiceRegistration, region: str, address: str, change: Callable[[], Awaitable[Any]]
) -> list[bytes]:
    """The response of the watch of deployments that ends its snapshot, and the next one, which a change brings."""
    async with timed_registry(registration, region, address, note=RecordingChannel) as (recorded, channel):
        await recorded.start()
        assert isinstance(channel, RecordingChannel)
        responses = channel.streams[methods.WATCH_DEPLOYMENTS.path]
        known = len(responses)
        subscription = recorded.registry.subscribe()
        await anext(subscription)
        await change()
        await anext(subscription)
        return responses[known - 1 : known + 1]


@asynccontextmanager
async def bare_watches(place: Place, recorded: Mapping[str, list[bytes]]) -> AsyncIterator[Mapping[str, RunningServer]]:
    """A server for each watch."""
    servers = {}
    async with AsyncExitStack() as stack:
        for path, responses in recorded.items():
            file = write_messages(method_file(place.folder, path), responses)
            servers[path] = await stack.enter_async_context(bare_server("stream", [file], place.cores))
        yield servers
