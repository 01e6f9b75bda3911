"""Writes of Services that many others have to follow, before they are acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from typing import Final, NamedTuple

from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks.serving.both import Client, Place
from benchmarks.serving.names import CONTROL_REGION, service_id, service_name
from benchmarks.serving.registry import Contents
from benchmarks.serving.rounds import Outcome, alternate, seconds_of
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import CreateServiceRequest, UpdateServiceRequest
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

_META: Final = "services/meta.goten.com"


class Followed(NamedTuple):
    """A Service has so many followers of each type; or so many Services use Meta."""

    services: int
    deployments: int
    resources: int
    rounds: int


async def followers(place: Place, size: Followed) -> Outcome:
    """Seconds for a write that changes whom a Service is relevant for, and for one of its display name."""
    numbers = count()
    contents = Contents(size.services, regions=size.deployments, deployments=size.deployments, resources=size.resources)

    async with place.meta(contents) as server:
        client = Client(server)

        async def update(path: str) -> float:
            number = next(numbers)
            used = [service_name(1 + number // 2 % (size.services - 1))] if number % 4 < 2 else []
            service = Service(name=service_name(0), used_services=used, display_name=f"Service {number:06}")
            request = UpdateServiceRequest(service=service, update_mask=FieldMask(paths=[path]))
            return await seconds_of(client.services.UpdateService(request))

        amounts = await alternate(partial(update, "used_services"), partial(update, "display_name"), size.rounds)
        await client.channel.close()
        return Outcome(*amounts, server.peak_mb(), server.peak_mb())


async def users(place: Place, size: Followed) -> Outcome:
    """Seconds for the creation of a Service that uses Meta, as so many do, and of one that uses nothing."""
    numbers = count(size.services)
    async with place.meta(Contents(size.services, uses_meta=1)) as server:
        client = Client(server)
        policy = MultiRegionPolicy(enabled_regions=[CONTROL_REGION], default_control_region=CONTROL_REGION)

        async def create(used: Sequence[str]) -> float:
            number = next(numbers)
            service = Service(
                name=service_name(number),
                multi_region_policy=policy,
                all_versions=["v1"],
                global_domain=service_id(number),
                used_services=used,
            )
            return await seconds_of(client.services.CreateService(CreateServiceRequest(service=service)))

        amounts = await alternate(partial(create, [_META]), partial(create, []), size.rounds)
        await client.channel.close()
        return Outcome(*amounts, server.peak_mb(), server.peak_mb())
