"""Backoff, deadlines, and racing tasks (WATCH-14)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from goten.watch import BackoffPolicy, LoopClock, WatchTiming
from goten.watch.backoff import Backoff
from goten.watch.clock import first_of


def test_delays_grow_and_start_anew() -> None:
    backoff = Backoff(BackoffPolicy(first=1, factor=3, limit=20, jitter=0.5), lambda: 0.0)
    assert [backoff.next() for _ in range(5)] == [1, 3, 9, 20, 20]
    backoff.reset()
    assert backoff.next() == 1


def test_jitter_shortens() -> None:
    backoff = Backoff(BackoffPolicy(first=8, factor=1, limit=8, jitter=0.5), iter([0.0, 0.25, 0.5, 1.0]).__next__)
    assert [backoff.next() for _ in range(4)] == [8, 7, 6, 4]


def test_delays_do_not_overflow() -> None:
    backoff = Backoff(BackoffPolicy(first=1, factor=1e300, limit=30, jitter=0), lambda: 0.0)
    assert [backoff.next() for _ in range(5)][-1] == 30


@pytest.mark.parametrize(
    "wrong", [{"first": -1}, {"first": 40}, {"factor": 0.5}, {"jitter": 1.5}, {"jitter": -0.1}], ids=str
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="need 0 <= first"):
        BackoffPolicy(**wrong)


@pytest.mark.parametrize("wrong", [{"silence": 0}, {"silence": 400}, {"lost_sync": 10}], ids=str)
def test_deadlines_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="need 0 < silence <= lost_sync"):
        WatchTiming(**wrong)


async def test_the_clock_of_the_loop() -> None:
    clock = LoopClock()
    start = clock.now()
    await clock.sleep(0.01)
    assert clock.now() - start >= 0.01


async def returns(value: int, turns: int = 0) -> int:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def test_the_first_wins_and_the_others_are_joined() -> None:
    ended: list[str] = []

    async def loses() -> int:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append("loser")
        return 0

    assert await first_of(loses(), returns(2, turns=3)) == 2
    assert ended == ["loser"]


async def test_of_two_at_once_the_first_in_order_counts() -> None:
    assert await first_of(returns(1), returns(2)) == 1


async def test_an_exception_of_any_is_raised() -> None:
    async def fails() -> int:
        raise ValueError("mine")

    async def fails_at_the_end() -> int:
        try:
            return await asyncio.sleep(60, 0)
        except asyncio.CancelledError:
            raise ValueError("late") from None

    with pytest.raises(ValueError, match="mine"):
        await first_of(asyncio.sleep(60, 1), fails())
    with pytest.raises(ValueError, match="late"):
        await first_of(fails_at_the_end(), returns(1, turns=2))


async def test_who_is_cancelled_takes_all_along() -> None:
    before = asyncio.all_tasks()
    racing = asyncio.create_task(first_of(asyncio.sleep(60, 1), asyncio.sleep(60, 2)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert asyncio.all_tasks() == before
