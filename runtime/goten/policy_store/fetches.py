"""Fetches of single holders: one at a time for each, whoever waits for it (STORE-8 to STORE-10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Set
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

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


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
        self._flights: dict[str, set[_Flight]] = {}
        """All that are under way, by the holder's name."""
        self._open: dict[str, _Flight] = {}
        """Those of them that were not overtaken: they can be joined."""
        self._stopped = False

    async def get(self, holder: ResourceName) -> Outcome:
        """Waits for a fetch of `holder`: the one that is under way, else a new one.

        Who stops waiting does not stop it.
        """
        flight = self._open.get(str(holder)) or self._begin(holder)
        return await asyncio.shield(flight.outcome)

    def answer(self, name: str, policy: Policy) -> None:
        """The source has delivered a holder: whoever waits for a fetch of it waits no longer."""
        self._open.pop(name, None)
        for flight in self._flights.get(name, ()):
            flight.settle(policy)
            flight.cancel()

    def overtake(self, name: str) -> None:
        """What a fetch under way will find is no news: it is for those alone who wait for it now."""
        self._open.pop(name, None)

    def overtake_all(self) -> None:
        self._open.clear()

    @property
    def under_way(self) -> Set[str]:
        """The holders that are being fetched."""
        return self._flights.keys()

    async def stop(self) -> None:
        """Ends all fetches, for good. Who waits for one is told that it failed."""
        self._stopped = True
        flights = [flight for flights in self._flights.values() for flight in flights]
        for flight in flights:
            flight.settle(NotRunning("stopped"))
            flight.cancel()
        await asyncio.gather(*(flight.task for flight in flights if flight.task), return_exceptions=True)

    def _begin(self, holder: ResourceName) -> _Flight:
        flight = _Flight(holder)
        if self._stopped:
            flight.settle(NotRunning("stopped"))
            return flight
        name = str(holder)
        self._open[name] = flight
        self._flights.setdefault(name, set()).add(flight)
        flight.task = asyncio.create_task(self._fly(flight), name=f"fetch of the policy of {holder.full_name}")
        flight.task.add_done_callback(lambda _: self._forget(name, flight))
        return flight

    def _forget(self, name: str, flight: _Flight) -> None:
        """It has landed, or was cancelled."""
        self._flights[name].discard(flight)
        if not self._flights[name]:
            del self._flights[name]
        if self._open.get(name) is flight:
            del self._open[name]

    async def _fly(self, flight: _Flight) -> None:
        asked_at = self._clock.now()
        try:
            outcome: Outcome = await in_time(self._clock, self._within, self._fetch_in_turn(flight.holder))
        except Exception as error:
            outcome = error
        name = str(flight.holder)
        if self._open.get(name) is flight:
            # From here on it could only be joined too late.
            del self._open[name]
            if not isinstance(outcome, Exception):
                self._keep(name, outcome, asked_at)
        flight.settle(outcome)

    async def _fetch_in_turn(self, holder: ResourceName) -> Policy | Missing:
        async with self._places:
            return await self._fetch(holder)
