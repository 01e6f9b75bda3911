"""Timing operations that take less than a clock can tell."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

PreparedT = TypeVar("PreparedT")

_ROUNDS = 300


def seconds_each(prepare: Callable[[], PreparedT], turn: Callable[[PreparedT], object], operations: int) -> float:
    """Seconds per operation, where a turn has so many of them: the best of many rounds, for noise only ever adds.

    What `prepare` makes for each turn takes no part in it.
    """
    best = float("inf")
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            prepared = prepare()
            begin = time.perf_counter()
            turn(prepared)
            best = min(best, time.perf_counter() - begin)
    finally:
        gc.enable()
    return best / operations


async def awaited_seconds_each(
    prepare: Callable[[], PreparedT], turn: Callable[[PreparedT], Awaitable[object]], operations: int
) -> float:
    """The same for a turn that is awaited."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            prepared = prepare()
            begin = time.perf_counter()
            await turn(prepared)
            best = min(best, time.perf_counter() - begin)
    finally:
        gc.enable()
    return best / operations
