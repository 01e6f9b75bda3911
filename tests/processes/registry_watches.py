"""Watches of all that Meta has, which have to see everything once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from goten.channels import StaticChannelProvider
from goten.descriptors import Descriptor
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.methods import WATCH_DEPLOYMENTS, WATCH_REGIONS, WATCH_RESOURCES, WATCH_SERVICES
from goten.methods import MethodDescriptor
from goten.watch import Anomalies, BackoffPolicy, Reset, Watcher, WatchEvent, WatchTiming, copy_message
from tests.processes.conftest import QUICK_OPTIONS
from tests.processes.meta_process import DEADLINE
from tests.processes.registry import Seen
from tests.processes.waiting import until

WATCHED: list[tuple[MethodDescriptor[Any, Any], Descriptor[Any, Any]]] = [
    (WATCH_REGIONS, REGION),
    (WATCH_SERVICES, SERVICE),
    (WATCH_DEPLOYMENTS, DEPLOYMENT),
    (WATCH_RESOURCES, RESOURCE),
]
TIMING = WatchTiming(backoff=BackoffPolicy(first=0.02, limit=0.2))


class Watching:
    """A watch of a type, which has to see each change once, in order, and no reset."""

    def __init__(
        self, channels: StaticChannelProvider, method: MethodDescriptor[Any, Any], descriptor: Descriptor[Any, Any]
    ) -> None:
        self.descriptor = descriptor
        self._known: dict[str, Any] = {}
        self._versions: set[str] = set()
        self.watcher = Watcher(channels, method, descriptor, keep=copy_message, listener=self._hear, timing=TIMING)

    def _hear(self, event: WatchEvent[Any]) -> None:
        assert not isinstance(event, Reset), event
        for name, new in {**event.added, **event.changed}.items():
            assert (name in self._known) == (name in event.changed), f"{name} comes as new twice"
            assert new.metadata.resource_version not in self._versions, f"{name} comes twice as it was before"
            self._versions.add(new.metadata.resource_version)
            self._known[name] = new
        for name in event.removed:
            del self._known[name]

    async def becomes(self, resources: list[Any]) -> None:
        expected = {each.name: each for each in resources}
        await until(lambda: self.watcher.view == expected, f"the watch of {self.descriptor} has all", DEADLINE)
        assert self._known == expected
        assert self.watcher.anomalies == Anomalies()


@asynccontextmanager
async def watching(address: str) -> AsyncIterator[list[Watching]]:
    """Watches of all types, which are current."""
    async with (
        StaticChannelProvider({"meta.goten.com": address}, options=QUICK_OPTIONS) as channels,
        AsyncExitStack() as stack,
    ):
        watches = [Watching(channels, *watched) for watched in WATCHED]
        for watch in watches:
            await stack.enter_async_context(watch.watcher)
            await watch.watcher.wait_current(DEADLINE)
        yield watches


async def become(watches: list[Watching], seen: Seen) -> None:
    """Returns when they have what was seen."""
    for watch in watches:
        await watch.becomes(seen.all(watch.descriptor))
