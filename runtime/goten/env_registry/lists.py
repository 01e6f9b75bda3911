"""Regions and Resources, which nobody watches: asked for when needed, with an age (ENV-12)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from goten.env_registry.meta_client import CallFailed
from goten.watch import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """Something that was so `age` seconds ago."""

    value: T
    age: float


class AgedLists:
    """Keeps answers for `max_age` seconds. Those who ask for one thing at a time share one call."""

    def __init__(self, clock: Clock, max_age: float) -> None:
        self._clock = clock
        self._max_age = max_age
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._asking: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> Aged[T]:
        """What `ask` answers, or did not long ago. While Meta is away, what it answered last, with its age.

        Raises CallFailed where it never answered.
        """
        known = self._known.get(key)
        if known is not None and self._clock.now() - known[0] <= self._max_age:
            return Aged(known[1], self._clock.now() - known[0])
        try:
            value = await self._ask_once(key, ask)
        except CallFailed:
            if known is None:
                raise
            return Aged(known[1], self._clock.now() - known[0])
        return Aged(value, 0.0)

    async def close(self) -> None:
        """Ends the calls that are under way."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask_once(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.ensure_future(self._ask(key, ask))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        value: T = await asyncio.shield(task)
        return value

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        began = self._clock.now()
        value = await ask()
        self._known[key] = (began, value)
        return value
