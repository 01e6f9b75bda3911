"""A Meta whose services all use each other, so that each of their registries knows all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import REGIONS, service_id, service_name
from benchmarks.serving.registry import Contents
from goten.env_registry.declaration import META
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import UpdateServiceRequest

_MASK: Final = FieldMask(paths=["used_services"])


@asynccontextmanager
async def neighbours(place: Place, services: int, deployments: int) -> AsyncIterator[Client]:
    """The connection of an operator. Each service has so many deployments."""
    async with place.meta(Contents(services, deployments, deployments, uses_meta=1)) as server:
        client = Client(server)
        try:
            for number in range(services):
                used = [service_name(other) for other in range(services) if other != number]
                service = Service(name=service_name(number), used_services=[*used, f"services/{META}"])
                await client.services.UpdateService(UpdateServiceRequest(service=service, update_mask=_MASK))
            yield client
        finally:
            await client.channel.close()


def spread(services: int, processes: int, registries: int) -> Sequence[Sequence[tuple[str, str]]]:
    """Service and region of so many registries in each process: all services, in one region after the other."""
    total = processes * registries
    places = [(service_id(number % services), REGIONS[number // services]) for number in range(total)]
    return [places[number::processes] for number in range(processes)]
