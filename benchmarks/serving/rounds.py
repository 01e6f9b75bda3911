"""Taking a value and its floor in turns, so that both meet the same noise."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any, NamedTuple


class Outcome(NamedTuple):
    """What one run found: medians, in the benchmark's unit, and the peaks of the two servers in MB."""

    value: float
    floor: float
    value_peak_mb: float
    floor_peak_mb: float


async def alternate(
    value: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]], rounds: int
) -> tuple[float, float]:
    """The medians of so many rounds of each. One before them only warms up; every other one begins with the floor."""
    await value()
    await floor()
    values: list[float] = []
    floors: list[float] = []
    for number in range(rounds):
        for side in (values, floors) if number % 2 else (floors, values):
            gc.collect()
            gc.disable()
            side.append(await (value() if side is values else floor()))
            gc.enable()
    return median(values), median(floors)


async def seconds_of(work: Awaitable[Any]) -> float:
    begin = time.perf_counter()
    await work
    return time.perf_counter() - begin


async def seconds_each(call: Callable[[Any], Awaitable[Any]], requests: Sequence[Any], in_flight: int) -> float:
    """Seconds per call, with so many calls under way all the time."""
    waiting = iter(requests)

    async def work() -> None:
        for request in waiting:
            await call(request)

    begin = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return (time.perf_counter() - begin) / len(requests)
