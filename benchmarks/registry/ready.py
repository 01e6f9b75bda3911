"""From the end of registration to ready, beside a bare snapshot of the same bytes."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from statistics import median
from typing import Final, NamedTuple

from benchmarks.registry.connecting import connect
from benchmarks.registry.recorded import bare_watches, record
from benchmarks.registry.registries import timed_registry
from benchmarks.registry.rounds import Found, take_turns
from benchmarks.registry.snapshots import decode, take
from benchmarks.serving.both import Place
from benchmarks.serving.names import CONTROL_REGION
from benchmarks.serving.registry import Contents
from goten.env_registry.declaration import META
from goten.meta.v1.env_registry import REGISTRATION
from goten.registration import merge_registrations

_MB: Final = 1e6
_MS: Final = 1e3


class Known(NamedTuple):
    """So many services with so many deployments each are known in the end."""

    services: int
    deployments: int
    rounds: int


async def ready(place: Place, size: Known) -> Found:
    """Seconds, for a controller of meta.goten.com, which sees everyone."""
    contents = Contents(size.services, size.deployments, size.deployments, uses_meta=1)
    own = merge_registrations((REGISTRATION,))
    async with AsyncExitStack() as stack:
        meta = await stack.enter_async_context(place.meta(contents))
        recorded = await record(own, CONTROL_REGION, meta.address)
        servers = await stack.enter_async_context(bare_watches(place, recorded))
        channels = {path: connect(server.address) for path, server in servers.items()}
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        decoding: list[float] = []

        async def value() -> float:
            async with timed_registry(own, CONTROL_REGION, meta.address) as (started, _):
                await started.start()
                environment = started.registry.environment
                assert len(environment.services) == size.services + 1
                assert len(environment.deployments_of(META)) == 1
                assert len([*environment.all_deployments()]) == size.services * size.deployments + 1
                return started.ready - started.registered

        async def floor() -> float:
            begin = time.monotonic()
            known = await take(channels)
            taken = time.monotonic()
            assert known == size.services * (1 + size.deployments) + 2
            await decode(channels)
            decoding.append(time.monotonic() - taken)
            return taken - begin

        turns = await take_turns(value, floor, size.rounds)
        peak = max(server.peak_mb() for server in servers.values())
        notes = {
            "sent, MB": sum(len(response) for responses in recorded.values() for response in responses) / _MB,
            "bare, without looking at resources, ms": median(decoding) * _MS,
        }
        return turns.found(meta.peak_mb(), peak, notes)
