"""Taking a value and its floor in turns, so that both meet the same noise."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple


class Found(NamedTuple):
    """What one run found: medians in seconds, the peaks of the two servers in MB, and what else there is to know."""

    value: float
    floor: float
    value_peak_mb: float
    floor_peak_mb: float
    notes: Mapping[str, float]


class Turns(NamedTuple):
    """Pairs of seconds."""

    values: Sequence[float]
    floors: Sequence[float]

    def found(self, value_peak_mb: float, floor_peak_mb: float, notes: Mapping[str, float]) -> Found:
        ratios = [value / floor for value, floor in zip(self.values, self.floors, strict=True)]
        spread = {"lowest ratio of a pair": min(ratios), "highest": max(ratios)}
        return Found(median(self.values), median(self.floors), value_peak_mb, floor_peak_mb, {**spread, **notes})


async def take_turns(
    value: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]], rounds: int
) -> Turns:
    """So many pairs, after one that only warms up. Every other one begins with the floor.

    Garbage is collected as ever: what a registry keeps makes collections longer, and that is part of its cost.
    """
    await value()
    await floor()
    values: list[float] = []
    floors: list[float] = []
    for number in range(rounds):
        for side in (values, floors) if number % 2 else (floors, values):
            gc.collect()
            side.append(await (value() if side is values else floor()))
    return Turns(values, floors)
