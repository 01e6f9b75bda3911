"""Tasks that live and end together (ENV-18)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from goten.env_registry import NotReady
from goten.env_registry.errors import EnvRegistryError
from goten.env_registry.supervision import run_together
from tests.env_registry.leaks import nothing_left

ENDED: list[str] = []


async def run_on(name: str) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ENDED.append(name)


async def end_by(error: BaseException | None) -> None:
    await asyncio.sleep(0)
    if error is not None:
        raise error


async def together(ending: Coroutine[Any, Any, None], until: asyncio.Event | None = None) -> EnvRegistryError | None:
    ENDED.clear()
    works = {"first": run_on("first"), "second": ending, "third": run_on("third")}
    return await run_together(works, until=until or asyncio.Event(), owner="test")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (None, "second ended: it returned"),
        (ValueError("a bug"), "second ended: ValueError: a bug"),
        (NotReady("stopped"), "the EnvRegistry is stopped"),
        (asyncio.CancelledError(), "second ended: it was cancelled"),
    ],
)
async def test_one_that_ends_ends_the_others(error: BaseException | None, reason: str) -> None:
    """ENV-18: whatever it ends by; who asks is told which one, and why."""
    async with nothing_left(turns=1):
        failure = await together(end_by(error))
    assert reason in str(failure)
    assert {*ENDED} == {"first", "third"}


async def test_all_end_when_they_are_told_to() -> None:
    """ENV-22"""
    until = asyncio.Event()
    running = asyncio.create_task(together(run_on("second"), until))
    await asyncio.sleep(0)
    until.set()
    assert await running is None
    assert {*ENDED} == {"first", "second", "third"}


async def test_all_end_with_whoever_runs_them() -> None:
    """ENV-22"""
    async with nothing_left(turns=1):
        running = asyncio.create_task(together(run_on("second")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert {*ENDED} == {"first", "second", "third"}
