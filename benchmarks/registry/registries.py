"""Registries that tell when they were registered and ready, each with a connection of its own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from benchmarks.registry.connecting import NotingChannel, connect
from goten.env_registry import EnvRegistry, EnvRegistryOptions
from goten.registration import RegisteredResource, ServiceRegistration

_DEADLINE: Final = 300.0


class TimedRegistry:
    """Times are in seconds, by the clock that all processes share."""

    def __init__(self, registry: EnvRegistry, channel: NotingChannel) -> None:
        self.registry: Final = registry
        self._channel = channel
        self.began = 0.0
        self.ready = 0.0

    @property
    def registered(self) -> float:
        return self._channel.registered

    async def start(self) -> None:
        self.began = time.monotonic()
        await self.registry.start()
        self.ready = time.monotonic()


@asynccontextmanager
async def timed_registry(
    registration: ServiceRegistration,
    region: str,
    address: str,
    *,
    used_services: tuple[str, ...] = (),
    note: type[NotingChannel] = NotingChannel,
) -> AsyncIterator[tuple[TimedRegistry, NotingChannel]]:
    """One that is connected and still to be started; it does not wait before it registers. And its channel."""
    options = EnvRegistryOptions(
        region=region,
        meta=address,
        jitter=0.0,
        deadline=_DEADLINE,
        request_timeout=_DEADLINE,
        used_services=used_services,
    )
    connected = connect(address)
    await connected.channel_ready()
    channel = note(connected)
    registry = EnvRegistry(registration, options, meta_channel=channel)
    try:
        yield TimedRegistry(registry, channel), channel
    finally:
        await registry.stop()
        await connected.close()


def registration(domain: str) -> ServiceRegistration:
    """Of a service in one version, with one resource type."""
    resource = RegisteredResource(f"{domain}/Kind", "Kind", "Kinds", ("v1",), (True,))
    return ServiceRegistration(domain=domain, generation=1, versions=("v1",), imports=(), resources=(resource,))
