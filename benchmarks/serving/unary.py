"""Get and Create, beside an echo that answers the same bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.serving.bare import method_file
from benchmarks.serving.both import Both, Client, Place, raw
from benchmarks.serving.names import CONTROL_REGION, deployment_name, resource_name, service_id, service_name
from benchmarks.serving.registry import Contents, new_resource
from benchmarks.serving.rounds import Outcome, alternate, seconds_each
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import CreateDeploymentRequest
from goten.meta.v1.resource_service_pb2 import CreateResourceRequest, GetResourceRequest
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import CreateServiceRequest, GetServiceRequest
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

_API: Final = "/goten.meta.v1.{}Service/{}{}"
_RESOURCES: Final = 20
_REGIONS: Final = 20


class Calls(NamedTuple):
    """So many calls make a round, of which so many are taken on each side."""

    calls: int
    rounds: int
    services: int = 100


def _method(verb: str, kind: str) -> str:
    return _API.format(kind, verb, kind)


async def get(place: Place, size: Calls, in_flight: int) -> Outcome:
    """Seconds per GetResource or GetService, half of each."""
    requests = [_get_request(number, size.services) for number in range(size.calls)]

    async def record(meta: Client, folder: Path) -> tuple[str, Sequence[Path]]:
        files = []
        for kind, request in zip(("Service", "Resource"), requests, strict=False):
            method = _method("Get", kind)
            files.append(method_file(folder, method))
            files[-1].write_bytes(await raw(meta, method, request))
        return "echo", files

    contents = Contents(size.services, resources=_RESOURCES)
    async with place.both(contents, record) as both:
        value, floor = (partial(seconds_each, _get(client), requests, in_flight) for client in (both.meta, both.bare))
        return both.outcome(await alternate(value, floor, size.rounds))


def _get_request(number: int, services: int) -> GetServiceRequest | GetResourceRequest:
    service = number // 2 % services
    if number % 2:
        return GetResourceRequest(name=resource_name(service, number // 2 // services % _RESOURCES))
    return GetServiceRequest(name=service_name(service))


def _get(client: Client) -> Callable[[Any], Awaitable[Any]]:
    of_service, of_resource = client.services.GetService, client.resources.GetResource

    def call(request: Any) -> Awaitable[Any]:
        return of_service(request) if type(request) is GetServiceRequest else of_resource(request)

    return call


async def create_resources(place: Place, size: Calls, in_flight: int) -> Outcome:
    def request(number: int) -> CreateResourceRequest:
        return CreateResourceRequest(resource=new_resource(resource_name(number % size.services, number)))

    contents = Contents(size.services)
    return await _create(place, size, in_flight, contents, "Resource", request, lambda client: client.resources)


async def create_services(place: Place, size: Calls, in_flight: int) -> Outcome:
    policy = MultiRegionPolicy(enabled_regions=[CONTROL_REGION], default_control_region=CONTROL_REGION)

    def request(number: int) -> CreateServiceRequest:
        name, domain = service_name(size.services + number), service_id(size.services + number)
        service = Service(name=name, multi_region_policy=policy, all_versions=["v1"], global_domain=domain)
        return CreateServiceRequest(service=service)

    contents = Contents(size.services)
    return await _create(place, size, in_flight, contents, "Service", request, lambda client: client.services)


async def create_deployments(place: Place, size: Calls, in_flight: int) -> Outcome:
    """A service has one Deployment in a region: all services get one in the first region, then in the second one."""

    def request(number: int) -> CreateDeploymentRequest:
        region, service = divmod(number, size.services)
        return CreateDeploymentRequest(deployment=Deployment(name=deployment_name(service, region)))

    contents = Contents(size.services, regions=_REGIONS)
    return await _create(place, size, in_flight, contents, "Deployment", request, lambda client: client.deployments)


async def _create(
    place: Place,
    size: Calls,
    in_flight: int,
    contents: Contents,
    kind: str,
    request: Callable[[int], Any],
    stub_of: Callable[[Client], Any],
) -> Outcome:
    """Seconds per creation. `request` makes one for each number from 0 on; all are of new names."""
    numbers = count()
    method = _method("Create", kind)

    async def record(meta: Client, folder: Path) -> tuple[str, Sequence[Path]]:
        file = method_file(folder, method)
        file.write_bytes(await raw(meta, method, request(next(numbers))))
        return "echo", [file]

    async def measure(both: Both, client: Client) -> float:
        requests = [request(next(numbers)) for _ in range(size.calls)]
        return await seconds_each(getattr(stub_of(client), f"Create{kind}"), requests, in_flight)

    async with place.both(contents, record) as both:
        value, floor = partial(measure, both, both.meta), partial(measure, both, both.bare)
        return both.outcome(await alternate(value, floor, size.rounds))
