"""A change in Meta until it has reached the subscribers of many registries, beside a bare fan-out of the same bytes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import count
from statistics import median
from typing import Any, Final, NamedTuple

from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks.registry.fleet import Fleet, fleet
from benchmarks.registry.neighbours import neighbours, spread
from benchmarks.registry.recorded import record_change
from benchmarks.registry.registries import registration
from benchmarks.registry.rounds import Series, take_turns
from benchmarks.serving.bare import PUBLISH, method_file
from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import REGIONS, deployment_name, service_id
from benchmarks.serving.processes import bare_server
from benchmarks.serving.recording import write_messages
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import UpdateDeploymentRequest

_DEPLOYMENTS: Final = 10
_MASK: Final = FieldMask(paths=["local_network_id"])
_WATCH: Final = methods.WATCH_DEPLOYMENTS.path


class Followed(NamedTuple):
    """Each process has so many registries; there are so many services."""

    processes: int
    registries: int
    services: int
    rounds: int

    def places(self) -> Sequence[Sequence[tuple[str, str]]]:
        """Service and region of the registries of each process: all services, in one region after the other."""
        return spread(self.services, self.processes, self.registries)


async def change(place: Place, size: Followed) -> Series:
    """Seconds from the call that changes a Deployment until the last subscriber was told."""
    watched = deployment_name(0, _DEPLOYMENTS - 1)
    core = place.cores.client
    async with neighbours(place, size.services, _DEPLOYMENTS) as meta:
        shared = {"address": meta.server.address, "watched": watched}
        settings = [{**shared, "places": places} for places in size.places()]
        update = _Update(meta, watched)
        file = method_file(place.folder, _WATCH)
        write_messages(file, await record_change(registration(service_id(0)), REGIONS[0], meta.server.address, update))
        async with (
            bare_server("fan-out", [file], place.cores) as server,
            fleet("followers", settings, core) as told,
            fleet("bare-followers", [_bare(server.address, size)] * size.processes, core) as bare,
        ):
            client = Client(server)
            publish: Any = client.channel.unary_unary(PUBLISH)
            published = count(1)
            acknowledged = []

            async def value() -> float:
                begin = time.monotonic()
                number = await update()
                acknowledged.append(time.monotonic() - begin)
                return await _last(told, number) - begin

            async def floor() -> float:
                begin = time.monotonic()
                await publish(b"1")
                return await _last(bare, next(published)) - begin

            values, floors = await take_turns(value, floor, size.rounds)
            await client.channel.close()
            notes = {"acknowledged": median(acknowledged)}
            return Series(values, floors, meta.server.peak_mb(), server.peak_mb(), notes)


def _bare(address: str, size: Followed) -> Mapping[str, Any]:
    return {"address": address, "streams": size.registries}


async def _last(told: Fleet, number: int) -> float:
    """When a change had reached all."""
    times: list[float] = await told.ask(str(number))
    return max(times)


class _Update:
    """Changes the deployment; the answer is the number of the change."""

    def __init__(self, meta: Client, name: str) -> None:
        self._update = meta.deployments.UpdateDeployment
        self._name = name
        self._numbers = count(1)

    async def __call__(self) -> int:
        number = next(self._numbers)
        deployment = Deployment(name=self._name, local_network_id=str(number))
        await self._update(UpdateDeploymentRequest(deployment=deployment, update_mask=_MASK))
        return number
