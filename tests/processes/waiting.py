"""Waiting for what must come true, with a deadline and a message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.processes.identity import DEADLINE


async def until(condition: Callable[[], bool], what: str, within: float = DEADLINE) -> None:
    """Returns once `condition` holds. Raises AssertionError if it does not in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not condition():
        assert loop.time() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(0.005)
