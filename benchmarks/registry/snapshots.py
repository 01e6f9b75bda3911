"""The floor of a start, in a client: both watches of a registry, until it has what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any, Final

import grpc.aio

from goten.meta.v1 import methods

DECODERS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    method.path: method.response.FromString for method in (methods.WATCH_SERVICES, methods.WATCH_DEPLOYMENTS)
}
"""By the paths of the methods."""


async def take(channels: Mapping[str, grpc.aio.Channel]) -> int:
    """Reads both watches until they are current, and has every resource by its name then; how many there are."""
    found = await asyncio.gather(*(_take(channel, path) for path, channel in channels.items()))
    return sum(map(len, found))


async def decode(channels: Mapping[str, grpc.aio.Channel]) -> None:
    """Reads both watches until they are current, and decodes the responses."""
    await asyncio.gather(*(_decode(channel, path) for path, channel in channels.items()))


async def _take(channel: grpc.aio.Channel, path: str) -> Mapping[str, Any]:
    read = _READERS[path]
    known: dict[str, Any] = {}
    async for response in _responses(channel, path):
        known.update(read(response))
    return known


async def _decode(channel: grpc.aio.Channel, path: str) -> None:
    async for _ in _responses(channel, path):
        pass


async def _responses(channel: grpc.aio.Channel, path: str) -> AsyncIterator[Any]:
    open_stream: Any = channel.unary_stream(path)
    call = open_stream(b"")
    decode = DECODERS[path]
    is_current = False
    while not is_current:
        response = decode(await call.read())
        yield response
        is_current = response.is_current
    call.cancel()


def _services(response: Any) -> Iterator[tuple[str, Any]]:
    for change in response.service_changes:
        service = change.current.service
        yield service.name, service


def _deployments(response: Any) -> Iterator[tuple[str, Any]]:
    for change in response.deployment_changes:
        deployment = change.current.deployment
        yield deployment.name, deployment


_READERS: Final[Mapping[str, Callable[[Any], Iterator[tuple[str, Any]]]]] = {
    methods.WATCH_SERVICES.path: _services,
    methods.WATCH_DEPLOYMENTS.path: _deployments,
}
