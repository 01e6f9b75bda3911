"""Taking a value and its floor in turns; what comes of it is for the measuring process to print."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Series(NamedTuple):
    """Values and floors in seconds, taken in pairs, of which the first only warmed up; the peaks of servers in MB.

    `notes` are for whoever runs one benchmark by hand.
    """

    values: list[float]
    floors: list[float]
    value_peak_mb: float
    floor_peak_mb: float
    notes: dict[str, float]


async def take_turns(
    value: Callable[[], Awaitable[float]], floor: Callable[[], Awaitable[float]], rounds: int
) -> tuple[list[float], list[float]]:
    """So many pairs, after one more at the beginning. Every other one begins with the floor.

    Garbage is collected as ever: what a registry keeps makes collections longer, and that is part of its cost.
    """
    values: list[float] = []
    floors: list[float] = []
    for number in range(1 + rounds):
        for side in (floors, values) if number % 2 else (values, floors):
            gc.collect()
            side.append(await (value() if side is values else floor()))
    return values, floors
