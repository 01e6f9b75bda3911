"""Fetches of single holders: one at a time for each, whoever waits for it (STORE-8 to STORE-10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_store.cache import Missing
from goten.policy_store.errors import NotRunning
from goten.policy_store.waiting import in_time
from goten.watch import Clock

Outcome: TypeAlias = Policy | Missing | Exception
"""The answer of a fetch; an exception where there is none."""


class _Flight:
    """A fetch under way. Its outcome can come from elsewhere, before it has landed."""

    def __init__(self, holder: ResourceName) -> None:
        self.holder = holder
        self.outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None

    def settle(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class Fetches:
    """Fetches by `fetch`, each of which may take `within` seconds, its wait for one of `most` places included.

    Owns a task for each. `keep` is called with the name, the answer, and when it was asked for, unless the fetch was
    overtaken.
    """

    def __init__(
        self,
        fetch: Callable[[ResourceName], Coroutine[Any, Any, Policy | Missing]],
        keep: Callable[[str, Policy | Missing, float], None],
        clock: Clock,
        *,
        within: float,
        most: int,
    ) -> None:
        self._fetch = fetch
        self._keep = keep
        self._clock = clock
        self._within = within
        self._places = asyncio.Semaphore(most)
        self._flights: dict[str, _Flight] = {}
        """By name, those that can still be joined; others are only waited for."""
        self._flying: dict[asyncio.Task[None], _Flight] = {}
        self._stopped = False

    async def get(self, holder: ResourceName) -> Outcome:
        """Waits for a fetch of `holder`: the one that is under way, else a new one.

        Who stops waiting does not stop it.
        """
        flight = self._flights.get(str(holder)) or self._begin(holder)
        return await asyncio.shield(flight.outcome)

    def answer(self, name: str, policy: Policy) -> None:
        """The source has delivered a holder: whoever waits for a fetch of it waits no longer."""
        flight = self._flights.pop(name, None)
        if flight is not None:
            flight.settle(policy)
            if flight.task is not None:
                flight.task.cancel()

    def overtake(self, name: str) -> None:
        """What a fetch under way will find is no news: it is for those alone who wait for it now."""
        self._flights.pop(name, None)

    def overtake_all(self) -> None:
        self._flights.clear()

    @property
    def under_way(self) -> bool:
        """Whether there is any that an event could concern."""
        return bool(self._flights)

    async def stop(self) -> None:
        """Ends all fetches, for good. Who waits for one is told that it failed."""
        self._stopped = True
        self._flights.clear()
        flying = list(self._flying.items())
        for task, _ in flying:
            task.cancel()
        await asyncio.gather(*(task for task, _ in flying), return_exceptions=True)
        for _, flight in flying:
            flight.settle(NotRunning("stopped"))

    def _begin(self, holder: ResourceName) -> _Flight:
        flight = _Flight(holder)
        if self._stopped:
            flight.settle(NotRunning("stopped"))
            return flight
        self._flights[str(holder)] = flight
        flight.task = asyncio.create_task(self._fly(flight), name=f"fetch of the policy of {holder.full_name}")
        self._flying[flight.task] = flight
        flight.task.add_done_callback(self._flying.pop)
        return flight

    async def _fly(self, flight: _Flight) -> None:
        asked_at = self._clock.now()
        try:
            outcome: Outcome = await in_time(self._clock, self._within, self._fetch_in_turn(flight.holder))
        except Exception as error:
            outcome = error
        name = str(flight.holder)
        if self._flights.get(name) is flight:
            del self._flights[name]
            if not isinstance(outcome, Exception):
                self._keep(name, outcome, asked_at)
        flight.settle(outcome)

    async def _fetch_in_turn(self, holder: ResourceName) -> Policy | Missing:
        async with self._places:
            return await self._fetch(holder)
