"""Waiting no longer than some time, by a clock that is given."""

from __future__ import annotations

from collections.abc import Coroutine
from enum import Enum, auto
from typing import Any, TypeVar

from goten.watch import Clock
from goten.watch.clock import first_of

T = TypeVar("T")


class _TooLate(Enum):
    TOO_LATE = auto()


async def in_time(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns. Raises TimeoutError when it takes longer than that; it has ended then."""

    async def late() -> T | _TooLate:
        await clock.sleep(seconds)
        return _TooLate.TOO_LATE

    outcome = await first_of(work, late())
    if isinstance(outcome, _TooLate):
        raise TimeoutError(f"it took longer than {seconds:g} s")
    return outcome
