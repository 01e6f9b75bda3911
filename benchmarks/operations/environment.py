"""What an EnvRegistry costs in its own process: lookups, subscribers, and what it keeps of each deployment.

Its Meta is in this process, and has everything ready, as bytes.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.operations.replay import ReplayedChannels
from benchmarks.operations.timing import awaited_seconds_each, seconds_each
from goten.env_registry import DeploymentChange, EnvRegistry, EnvRegistryOptions
from goten.env_registry.declaration import Declaration, declare
from goten.env_registry.environment import Environment
from goten.env_registry.subscriptions import Subscriptions
from goten.meta.v1 import methods
from goten.meta.v1.deployment_change_pb2 import DeploymentChange as DeploymentMoved
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2 import WatchDeploymentsResponse
from goten.meta.v1.resource_service_pb2 import ListResourcesResponse
from goten.meta.v1.service_change_pb2 import ServiceChange as ServiceMoved
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import WatchServicesResponse
from goten.registration import ServiceRegistration
from goten.types.meta_pb2 import Meta

SERVICES: Final = 1000
REGIONS: Final = 20
READERS: Final = 1000
_PER_RESPONSE: Final = 200
_OWN: Final = ServiceRegistration(domain="own.example.com", generation=1, versions=("v1",), imports=(), resources=())
_REGION: Final = "us-west2"


def domain(number: int) -> str:
    return f"s{number:06}.example.com"


def region(number: int) -> str:
    return f"region{number:02}"


def deployment(service: int, number: int) -> Deployment:
    """With all that Meta adds, but `metadata.services`, which a registry does not ask for."""
    metadata = Meta(
        uuid=f"{service:08}-0000-4000-8000-{number:012}", generation=1, resource_version=f"{service:010}{number:06}"
    )
    metadata.create_time.FromSeconds(1_700_000_000)
    metadata.update_time.FromSeconds(1_700_000_000)
    metadata.syncing.owning_region = _REGION
    metadata.syncing.regions.extend([_REGION])
    return Deployment(
        name=f"services/{domain(service)}/deployments/{region(number)}",
        service_name=f"services/{domain(service)}",
        region=f"regions/{region(number)}",
        public_domain=f"{region(number)}.{domain(service)}",
        current_version="v1",
        metadata=metadata,
    )


def deployments(services: int = SERVICES) -> Iterator[Deployment]:
    return (deployment(service, number) for service in range(services) for number in range(REGIONS))


class _MetaInProcess:
    """A channel. What the registry declares is stored already, so it writes nothing but its confirmation."""

    def __init__(self, declared: Declaration, streams: Mapping[str, Iterable[bytes]]) -> None:
        self._answers = {
            methods.GET_SERVICE.path: declared.service,
            methods.UPDATE_SERVICE.path: declared.service,
            methods.GET_DEPLOYMENT.path: declared.deployment,
            methods.LIST_RESOURCES.path: ListResourcesResponse(resources=declared.resources),
        }
        self._streams = ReplayedChannels(streams, otherwise=b"")

    def unary_unary(self, path: str, **_: Any) -> Callable[..., Any]:
        async def call(request: Any, **_: Any) -> bytes:
            return self._answers[path].SerializeToString()

        return call

    def unary_stream(self, path: str, **options: Any) -> Any:
        return self._streams.unary_stream(path, **options)


def _services_watch(services: Iterable[Service]) -> Iterator[bytes]:
    changes = [ServiceMoved(current=ServiceMoved.Current(service=service)) for service in services]
    yield WatchServicesResponse(
        service_changes=changes, is_current=True, resume_token="token", snapshot_size=-1
    ).SerializeToString()


def _deployments_watch(deployments: Iterable[Deployment]) -> Iterator[bytes]:
    """Responses are made when they are asked for, so that nobody keeps them."""
    iterator = iter(deployments)
    while part := [*itertools.islice(iterator, _PER_RESPONSE)]:
        changes = [DeploymentMoved(current=DeploymentMoved.Current(deployment=deployment)) for deployment in part]
        yield WatchDeploymentsResponse(deployment_changes=changes, snapshot_size=-1).SerializeToString()
    yield WatchDeploymentsResponse(is_current=True, resume_token="token", snapshot_size=-1).SerializeToString()


@asynccontextmanager
async def _registry(services: int) -> AsyncIterator[EnvRegistry]:
    """One that is ready; it knows `SERVICES` services beside its own, and the deployments of so many of them."""
    options = EnvRegistryOptions(region=_REGION, jitter=0.0)
    declared = declare(_OWN, options)
    others = [Service(name=f"services/{domain(number)}", all_versions=["v1"]) for number in range(SERVICES)]
    streams = {
        methods.WATCH_SERVICES.path: _services_watch([declared.service, *others]),
        methods.WATCH_DEPLOYMENTS.path: _deployments_watch(
            itertools.chain([declared.deployment], deployments(services))
        ),
    }
    async with EnvRegistry(_OWN, options, meta_channel=_MetaInProcess(declared, streams)) as registry:
        assert len([*registry.environment.all_deployments()]) == services * REGIONS + 1
        yield registry


def _run(work: Callable[[EnvRegistry], float]) -> float:
    async def run() -> float:
        async with _registry(SERVICES) as registry:
            return work(registry)

    return asyncio.run(run())


def _fresh_domains() -> list[str]:
    """Names as requests bring them: strings that nobody has hashed yet."""
    return [(text := domain(number))[:1] + text[1:] for number in range(SERVICES)]


def _fresh_places() -> list[tuple[str, str]]:
    regions = [region(number % REGIONS) for number in range(SERVICES)]
    return [(domain, text[:1] + text[1:]) for domain, text in zip(_fresh_domains(), regions, strict=True)]


def deployment_seconds() -> float:
    """`environment.deployment` by domain and region."""

    def work(registry: EnvRegistry) -> float:
        environment = registry.environment

        def turn(places: list[tuple[str, str]]) -> None:
            for domain, region in places:
                environment.deployment(domain, region)

        return seconds_each(_fresh_places, turn, SERVICES)

    return _run(work)


def service_seconds() -> float:
    """`environment.service` by domain."""

    def work(registry: EnvRegistry) -> float:
        environment = registry.environment

        def turn(domains: list[str]) -> None:
            for domain in domains:
                environment.service(domain)

        return seconds_each(_fresh_domains, turn, SERVICES)

    return _run(work)


def asked_deployment_seconds() -> float:
    """`registry.environment.deployment`, which asks whether the registry is ready each time."""

    def work(registry: EnvRegistry) -> float:
        def turn(places: list[tuple[str, str]]) -> None:
            for domain, region in places:
                registry.environment.deployment(domain, region)

        return seconds_each(_fresh_places, turn, SERVICES)

    return _run(work)


def channel_seconds() -> float:
    """`channel` by domain, version and region, of endpoints that are dialled already."""

    def work(registry: EnvRegistry) -> float:
        def turn(places: list[tuple[str, str]]) -> None:
            channel = registry.channel
            for domain, region in places:
                channel(domain, "v1", region)

        turn(_fresh_places())
        return seconds_each(_fresh_places, turn, SERVICES)

    return _run(work)


def get_seconds() -> float:
    """The floor of a lookup: one `dict.get` by domain."""
    known = {domain(number): number for number in range(SERVICES)}

    def turn(domains: list[str]) -> None:
        get = known.get
        for domain in domains:
            get(domain)

    return seconds_each(_fresh_domains, turn, SERVICES)


class _Readers:
    """Tasks that read; `all_told` ends when each of them has read one item more."""

    def __init__(self, items: Iterable[AsyncIterator[Any]]) -> None:
        self._left = 0
        self._done: asyncio.Future[None] | None = None
        self._tasks = [asyncio.create_task(self._read(each)) for each in items]

    async def _read(self, items: AsyncIterator[Any]) -> None:
        async for _ in items:
            self._left -= 1
            if self._left == 0 and self._done is not None:
                self._done.set_result(None)

    def expect(self) -> asyncio.Future[None]:
        self._left = len(self._tasks)
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def publish_seconds() -> float:
    """From an event to the moment when all subscribers have read it."""
    return asyncio.run(_publish_seconds())


async def _publish_seconds() -> float:
    known, subscriptions = deployment(0, 0), Subscriptions()
    changes, environment = (DeploymentChange(known.name, known, known),), Environment()
    made = [subscriptions.make(None, None) for _ in range(READERS)]
    readers = _Readers(made)
    snapshot = readers.expect()
    for subscription in made:
        subscriptions.attach(subscription, environment)
    await snapshot

    async def turn(told: asyncio.Future[None]) -> None:
        subscriptions.publish(changes, environment)
        await told

    seconds = await awaited_seconds_each(readers.expect, turn, 1)
    await readers.close()
    return seconds


class _Queue:
    """A deque, and the future that its reader waits for."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._woken: asyncio.Future[None] | None = None

    def put(self, item: Any) -> None:
        self._items.append(item)
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def __aiter__(self) -> _Queue:
        return self

    async def __anext__(self) -> Any:
        while not self._items:
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
        return self._items.popleft()


def fan_out_seconds() -> float:
    """The floor of publishing: each reader has a deque and a future."""
    return asyncio.run(_fan_out_seconds())


async def _fan_out_seconds() -> float:
    queues = [_Queue() for _ in range(READERS)]
    readers = _Readers(queues)
    await asyncio.sleep(0)

    async def turn(told: asyncio.Future[None]) -> None:
        for queue in queues:
            queue.put(None)
        await told

    seconds = await awaited_seconds_each(readers.expect, turn, 1)
    await readers.close()
    return seconds


def known_deployment_bytes() -> float:
    """By how much the process grows for each deployment that a registry knows."""
    return asyncio.run(_known_deployment_bytes())


async def _known_deployment_bytes() -> float:
    async with _registry(1):
        before = _resident()
        async with _registry(SERVICES):
            return (_resident() - before) / (SERVICES * REGIONS)


def deployment_message_bytes() -> float:
    """The floor of knowing: the same with a dict of the messages, each decoded by itself."""
    known = _decoded(1)
    before = _resident()
    known = _decoded(SERVICES)
    return (_resident() - before) / len(known)


def _decoded(services: int) -> dict[str, Deployment]:
    return {each.name: Deployment.FromString(each.SerializeToString()) for each in deployments(services)}


def _resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
