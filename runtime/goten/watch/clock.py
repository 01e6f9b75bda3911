"""Time, as far as watches need it, and racing against it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Where a watch has its time from; tests have one that they turn by hand."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Returns when `now` has grown by `seconds` or more."""
        ...


class LoopClock:
    """The clock of the running event loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def first_of(*runners: Coroutine[Any, Any, T]) -> T:
    """What the first of `runners` to end returns; of several that ended together, the first in order.

    The others are cancelled and joined. An exception of any of them is raised, also one that comes while they end.
    """
    tasks = [asyncio.create_task(runner) for runner in runners]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in tasks if task.done()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled():
            task.result()
    return ended[0].result()
