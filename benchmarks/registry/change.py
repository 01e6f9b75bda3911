"""A change in Meta until it has reached the subscribers of many registries, beside a bare fan-out of the same bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final, NamedTuple, Protocol

from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks.registry.fleet import Fleet, fleet
from benchmarks.registry.neighbours import neighbours, spread
from benchmarks.registry.recorded import record_change
from benchmarks.registry.registries import registration
from benchmarks.registry.rounds import Found, take_turns
from benchmarks.serving.bare import PUBLISH, method_file
from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import REGIONS, deployment_name, service_id
from benchmarks.serving.processes import bare_server
from benchmarks.serving.recording import write_messages
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import UpdateDeploymentRequest

_MS: Final = 1e3
_DEPLOYMENTS: Final = 10
_SETTLED: Final = 0.02
"""After so many seconds clients wait for a change."""
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


async def change(place: Place, size: Followed) -> Found:
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
            publish = _Publish(client)
            acknowledged: list[float] = []

            async def value() -> float:
                begin, acknowledgement, last = await _time(update, told)
                acknowledged.append(acknowledgement - begin)
                return last - begin

            async def floor() -> float:
                begin, _, last = await _time(publish, bare)
                return last - begin

            turns = await take_turns(value, floor, size.rounds)
            await client.channel.close()
            notes = {"acknowledged, ms": median(acknowledged) * _MS}
            return turns.found(meta.server.peak_mb(), server.peak_mb(), notes)


def _bare(address: str, size: Followed) -> Mapping[str, Any]:
    return {"address": address, "streams": size.registries}


class _Act(Protocol):
    """Makes changes happen, numbered from 1 on; `number` is that of the next one."""

    number: int

    async def __call__(self) -> None: ...


async def _time(act: _Act, clients: Fleet) -> tuple[float, float, float]:
    """When a change was begun, acknowledged, and had reached all clients."""
    clients.tell(str(act.number))
    await asyncio.sleep(_SETTLED)
    begin = time.monotonic()
    await act()
    acknowledged = time.monotonic()
    times: list[float] = await clients.hear()
    return begin, acknowledged, max(times)


class _Update:
    """Changes the deployment."""

    def __init__(self, meta: Client, name: str) -> None:
        self.number = 1
        self._update = meta.deployments.UpdateDeployment
        self._name = name

    async def __call__(self) -> None:
        deployment = Deployment(name=self._name, local_network_id=str(self.number))
        self.number += 1
        await self._update(UpdateDeploymentRequest(deployment=deployment, update_mask=_MASK))


class _Publish:
    """Has the bare server send the recorded change."""

    def __init__(self, bare: Client) -> None:
        self.number = 1
        self._publish: Any = bare.channel.unary_unary(PUBLISH)

    async def __call__(self) -> None:
        self.number += 1
        await self._publish(b"1")
