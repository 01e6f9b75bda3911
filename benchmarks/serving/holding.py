"""What a server costs that has many resources: memory, and time to start."""

from __future__ import annotations

from statistics import median
from typing import Final

from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import resource_name
from benchmarks.serving.reading import Held
from benchmarks.serving.registry import Contents
from benchmarks.serving.rounds import Outcome
from goten.meta.v1.resource_service_pb2 import GetResourceRequest

_EMPTY: Final = Contents(0)


def _contents(size: Held) -> Contents:
    return Contents(size.resources // 100 or 1, resources=min(100, size.resources))


async def memory(place: Place, size: Held) -> Outcome:
    """Bytes by which a server is larger for each resource that it has, and those of the serialized resource."""
    contents = _contents(size)
    async with place.meta(_EMPTY) as empty:
        before, floor_peak = empty.resident_bytes(), empty.peak_mb()
    async with place.meta(contents) as full:
        grown = full.resident_bytes() - before
        client = Client(full)
        request = GetResourceRequest(name=resource_name(0, 0))
        message = await client.resources.GetResource(request)
        await client.channel.close()
        return Outcome(grown / size.resources, message.ByteSize(), full.peak_mb(), floor_peak)


async def start(place: Place, size: Held) -> Outcome:
    """Seconds from the start of a process until it serves, with so many resources and with none."""
    value: list[float] = []
    floor: list[float] = []
    peaks: dict[int, float] = {}
    for _ in range(size.rounds):
        for seconds, contents in ((value, _contents(size)), (floor, _EMPTY)):
            async with place.meta(contents) as server:
                seconds.append(server.start_seconds)
                peaks[contents.services] = server.peak_mb()
    return Outcome(median(value), median(floor), peaks[_contents(size).services], peaks[0])
