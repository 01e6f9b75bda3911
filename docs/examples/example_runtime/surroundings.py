"""What an example service needs to know of its surroundings, and what it says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from goten.channels import ChannelProvider
from goten.env_registry import Changes, DeploymentChange, Snapshot, Subscription
from goten.meta.v1.deployment_pb2 import Deployment
from goten.service_policies import ServicePolicies
from goten.store import Store
from goten.watch.clock import first_of


class Surroundings(ChannelProvider, ServicePolicies, Protocol):
    """An EnvRegistry is one."""

    def subscribe(
        self, *, services: Collection[str] | None = None, regions: Collection[str] | None = None
    ) -> Subscription: ...

    async def wait_failed(self) -> None: ...

    async def stop(self, *, disable: bool = False) -> None: ...


async def follow(surroundings: Surroundings, store: Store) -> None:
    """Prints which deployments come and go, for as long as the process can go on.

    Raises EnvRegistryError and StorageUnavailable: what ends it.
    """
    await first_of(_show(surroundings), surroundings.wait_failed(), _failure_of(store))


async def _show(surroundings: Surroundings) -> None:
    shown = Deployments()
    async with surroundings.subscribe() as subscription:
        async for news in subscription:
            for line in shown.take(news):
                print(line, flush=True)


async def _failure_of(store: Store) -> None:
    raise await store.wait_failed()


class Deployments:
    """The deployments in sight, as lines for people: `devices.example.com: us-west2 at 127.0.0.1:9002`, and `gone`."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}

    def take(self, news: Snapshot | Changes) -> Iterator[str]:
        """The lines for what is new."""
        if isinstance(news, Snapshot):
            for name in [name for name in self._places if name not in news.deployments]:
                yield from self._set(name, None)
            for name, deployment in sorted(news.deployments.items()):
                yield from self._set(name, deployment)
        else:
            for change in news.changes:
                if isinstance(change, DeploymentChange):
                    yield from self._set(change.name, change.after)

    def _set(self, name: str, deployment: Deployment | None) -> Iterator[str]:
        in_service = deployment is not None and not deployment.is_disabled
        place = deployment.public_domain if deployment is not None and in_service else ""
        before = self._places.pop(name, "")
        if place:
            self._places[name] = place
        if place != before:
            _, domain, _, region = name.split("/")
            yield f"{domain}: {region} at {place}" if place else f"{domain}: {region} gone"
