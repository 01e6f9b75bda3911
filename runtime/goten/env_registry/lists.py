"""Regions and Resources, which nobody watches: asked for when needed, with an age (ENV-12)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from goten.env_registry.errors import CallFailed, NotReady
from goten.env_registry.reducer import Phase
from goten.watch import Clock

T = TypeVar("T")

_MOST: Final = 1_000
"""So many answers are kept; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Aged(Generic[T]):
    """Something that was so `age` seconds ago."""

    value: T
    age: float


class AgedLists:
    """Keeps answers for `max_age` seconds. Those who ask for one thing at a time share one call, which is a task of
    this object: close it to end them."""

    def __init__(self, clock: Clock, max_age: float) -> None:
        self._clock = clock
        self._max_age = max_age
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._asking: dict[Hashable, asyncio.Task[Any]] = {}
        self._closed = False

    async def get(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> Aged[T]:
        """What `ask` answers, or did not long ago. While Meta is away, what it answered last, with its age.

        Raises CallFailed where it never answered, NotReady where this is closed before it does.
        """
        known = self._known.get(key)
        if known is not None and 0 <= self._age_of(known) <= self._max_age:
            return Aged(known[1], self._age_of(known))
        try:
            value = await self._ask_once(key, ask)
        except CallFailed:
            if known is None:
                raise
            return Aged(known[1], max(0.0, self._age_of(known)))
        return Aged(value, 0.0)

    async def close(self) -> None:
        """Ends the calls that are under way."""
        self._closed = True
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _age_of(self, known: tuple[float, Any]) -> float:
        return self._clock.now() - known[0]

    async def _ask_once(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        if self._closed:
            raise NotReady(Phase.STOPPED)
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask(key, ask), name=f"asking Meta for {key}")
            task.add_done_callback(lambda ended: self._asked(key, ended))
        # Whoever is cancelled leaves the call to the others.
        await asyncio.wait([task])
        if task.cancelled():
            raise NotReady(Phase.STOPPED)
        value: T = task.result()
        return value

    def _asked(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._asking[key]
        if not task.cancelled():
            # Nobody may be left who looks at it.
            task.exception()

    async def _ask(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        began = self._clock.now()
        value = await ask()
        self._known.pop(key, None)
        self._known[key] = (began, value)
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        return value
