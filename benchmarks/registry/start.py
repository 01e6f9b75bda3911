"""Many registries that start together, beside as many bare snapshots of the same bytes that are taken at once."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from benchmarks.registry.fleet import Fleet, fleet
from benchmarks.registry.neighbours import neighbours, spread
from benchmarks.registry.recorded import bare_watches, record
from benchmarks.registry.registries import registration
from benchmarks.registry.rounds import Found, take_turns
from benchmarks.serving.both import Place
from benchmarks.serving.names import REGIONS, service_id

_MS: Final = 1e3


class Started(NamedTuple):
    """Each process has so many registries; there are so many services, with so many deployments each."""

    processes: int
    registries: int
    services: int
    deployments: int
    rounds: int

    def places(self) -> Sequence[Sequence[tuple[str, str]]]:
        """Service and region of the registries of each process: all services, in one region after the other."""
        return spread(self.services, self.processes, self.registries)


async def start(place: Place, size: Started) -> Found:
    """Seconds from the end of its registration until a registry is ready: the median of all that start together."""
    core = place.cores.client
    async with neighbours(place, size.services, size.deployments) as meta:
        recorded = await record(registration(service_id(0)), REGIONS[0], meta.server.address)
        async with bare_watches(place, recorded) as servers:
            addresses = {path: server.address for path, server in servers.items()}
            known = size.services * size.deployments
            settings = [{"address": meta.server.address, "places": each, "known": known} for each in size.places()]
            bare = {"addresses": addresses, "readers": size.registries}
            async with (
                fleet("starters", settings, core) as registries,
                fleet("bare-starters", [bare] * size.processes, core) as readers,
            ):
                starts, floors = _Starts(registries), _Starts(readers)
                turns = await take_turns(starts.take, floors.take, size.rounds)
            peak = max(server.peak_mb() for server in servers.values())
            notes = {**starts.notes(), "slowest bare one, ms": median(floors.slowest) * _MS}
            return turns.found(meta.server.peak_mb(), peak, notes)


class _Starts:
    """Times are in seconds, and of each round."""

    def __init__(self, clients: Fleet) -> None:
        self._clients = clients
        self._registration: list[float] = []
        self._all: list[float] = []
        self._refused = 0
        self.slowest: list[float] = []

    async def take(self) -> float:
        await self._clients.ask("connect")
        answers = await self._clients.ask("start")
        await self._clients.ask("stop")
        times: list[tuple[float, float, float]] = [each for times, _ in answers for each in times]
        self._refused = sum(refused for _, refused in answers)
        took = [ready - registered for _, registered, ready in times]
        self.slowest.append(max(took))
        self._registration.append(median(registered - began for began, registered, _ in times))
        self._all.append(max(ready for *_, ready in times) - min(began for began, *_ in times))
        return median(took)

    def notes(self) -> dict[str, float]:
        """Medians over the rounds, and the requests that were refused in all of them."""
        return {
            "registration, ms": median(self._registration) * _MS,
            "slowest one, ms": median(self.slowest) * _MS,
            "from the first start until all are ready, ms": median(self._all) * _MS,
            "requests refused": self._refused,
        }
