"""How many services a Meta server carries, all of which use Meta and watch: what grows, and how fast.

python -m benchmarks.serving.capacity FOLDER SERVICES...
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import CONTROL_REGION, service_id, service_name
from benchmarks.serving.processes import Cores
from benchmarks.serving.registry import Contents
from benchmarks.serving.rounds import seconds_of
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import ListDeploymentsRequest, WatchDeploymentsRequest
from goten.meta.v1.resource_service_pb2 import ListResourcesRequest
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import CreateServiceRequest, GetServiceRequest, WatchServicesRequest
from goten.types.meta_pb2 import Meta
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.types.view_pb2 import NAME
from goten.types.watch_type_pb2 import STATELESS

_META: Final = "services/meta.goten.com"
_PER_CONNECTION: Final = 500
_ROUNDS: Final = 9
_WITHIN: Final = 600.0
_PAUSE: Final = 0.25


class Capacity(NamedTuple):
    """What was found with so many services."""

    services: int
    start_seconds: float
    register_ms: float
    """The creation of one more, while nobody watches."""
    written_kb: float
    """What that writes besides the new Service."""
    watched_seconds: float
    """Until the two watches of every service are current, all opened at once."""
    watched_register_ms: float
    """The creation of one more, while all watch."""
    watched_cpu_ms: float
    """Processor time of the server for it, until everyone was told."""
    watched_mb: float
    """Memory of the server."""


class _Registrants:
    """The two watches that each registered service has open, as EnvRegistry asks for them. It owns their tasks."""

    def __init__(self, client: Client) -> None:
        self._server = client.server
        self._clients: list[Client] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._current = 0
        self._all_current = asyncio.Event()

    async def open(self, services: int) -> None:
        for number in range(services):
            if number * 2 % _PER_CONNECTION == 0:
                self._clients.append(Client(self._server))
            client, options = self._clients[-1], _as_registries_ask(service_id(number))
            services_call: Any = client.services.WatchServices
            deployments_call: Any = client.deployments.WatchDeployments
            self._follow(services_call(WatchServicesRequest(field_mask=_mask(Service), **options)))
            request = WatchDeploymentsRequest(parent="services/-", field_mask=_mask(Deployment), **options)
            self._follow(deployments_call(request))
        async with asyncio.timeout(_WITHIN):
            await self._all_current.wait()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.channel.close()

    def _follow(self, responses: Any) -> None:
        self._tasks.append(asyncio.create_task(self._read(responses), name="a watch of a registered service"))

    async def _read(self, responses: Any) -> None:
        is_current = False
        async for response in responses:
            if response.is_current and not is_current:
                is_current = True
                self._current += 1
                if self._current == len(self._tasks):
                    self._all_current.set()


def _as_registries_ask(domain: str) -> dict[str, Any]:
    condition = f'metadata.services.allowed_services CONTAINS "{domain}"'
    return {"type": STATELESS, "filter": condition, "view": NAME}


def _mask(message: Any) -> FieldMask:
    fields = [field.name for field in message.DESCRIPTOR.fields if field.name != "metadata"]
    metadata = [field.name for field in Meta.DESCRIPTOR.fields if field.name not in ("services", "resource_version")]
    return FieldMask(paths=[*fields, *(f"metadata.{name}" for name in metadata)])


async def capacity(place: Place, services: int) -> Capacity:
    async with place.meta(Contents(services, deployments=1, resources=2, uses_meta=1)) as server:
        client = Client(server)
        numbers = iter(range(services, sys.maxsize))
        alone = [await seconds_of(_register(client, next(numbers))) for _ in range(_ROUNDS)]
        written = await _followers_bytes(client)
        async with _watching(client, services) as watched_seconds:
            await _idle(server.pid)
            before = cpu_seconds(server.pid)
            watched = []
            for _ in range(_ROUNDS):
                watched.append(await seconds_of(_register(client, next(numbers))))
                await _idle(server.pid)
            cpu = (cpu_seconds(server.pid) - before) / _ROUNDS
            memory = server.resident_bytes()
        await client.channel.close()
    return Capacity(
        services,
        server.start_seconds,
        median(alone) * 1000,
        written / 1000,
        watched_seconds,
        median(watched) * 1000,
        cpu * 1000,
        memory / 1e6,
    )


@asynccontextmanager
async def _watching(client: Client, services: int) -> AsyncIterator[float]:
    """For each service its watches; the seconds until all are current."""
    registrants = _Registrants(client)
    try:
        begin = time.perf_counter()
        await registrants.open(services)
        yield time.perf_counter() - begin
    finally:
        await registrants.close()


async def _register(client: Client, number: int) -> None:
    policy = MultiRegionPolicy(enabled_regions=[CONTROL_REGION], default_control_region=CONTROL_REGION)
    service = Service(
        name=service_name(number),
        multi_region_policy=policy,
        all_versions=["v1"],
        global_domain=service_id(number),
        used_services=[_META],
    )
    await client.services.CreateService(CreateServiceRequest(service=service))


async def _followers_bytes(client: Client) -> int:
    """Meta's own Service, and what follows it."""
    service = await client.services.GetService(GetServiceRequest(name=_META))
    deployments = await client.deployments.ListDeployments(ListDeploymentsRequest(parent=_META))
    resources = await client.resources.ListResources(ListResourcesRequest(parent=_META))
    return service.ByteSize() + deployments.ByteSize() + resources.ByteSize()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _idle(pid: int) -> None:
    """Returns when the process does nothing any more."""
    used = -1.0
    while (now := cpu_seconds(pid)) - used > _PAUSE / 20:
        used = now
        await asyncio.sleep(_PAUSE)


async def main(folder: Path, counts: list[int]) -> None:
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, {cores.client})
    print("  ".join(Capacity._fields))
    for services in counts:
        found = await capacity(Place(folder, cores), services)
        print("  ".join(f"{value:.{0 if type(value) is int else 2}f}" for value in found), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), [int(count) for count in sys.argv[2:]]))
