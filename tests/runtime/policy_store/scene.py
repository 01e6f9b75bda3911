"""A running PolicyStore with a clock and a network that the test holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from identity.proto.v1 import organization_service_pb2
from identity_example_com.v1 import descriptors as identity
from identity_example_com.v1.service import SERVICE as IDENTITY

from goten.policy import Policy
from goten.policy_sources import imported_source
from goten.policy_store import PolicyStore, PolicyStoreOptions, SourceStatus
from goten.services import ServiceDescriptor
from goten.watch import BackoffPolicy, WatchTiming
from tests.runtime.policy_store.network import Call, Network, Stream
from tests.runtime.policy_store.services import GET, GET_ORGANIZATION, HALLS, LIST, ROOMS, WATCH, project, watched
from tests.runtime.watch.fakes import HandClock, settle

T = TypeVar("T")

TIMING = WatchTiming(
    silence=60, lost_sync=3600, healthy=30, backoff=BackoffPolicy(first=1, factor=2, limit=10, jitter=0)
)


def options(**changes: Any) -> PolicyStoreOptions:
    return PolicyStoreOptions(**{"watch": TIMING, **changes})


class Scene:
    """A store, and everything around it."""

    def __init__(self, service: ServiceDescriptor, **changes: Any) -> None:
        self.clock = HandClock()
        self.network = Network()
        self.store = PolicyStore(
            service, self.network, options=options(**changes), clock=self.clock, random=lambda: 0.0
        )
        self._asking: set[asyncio.Task[Any]] = set()

    async def ask(self, name: Any) -> Policy | None:
        """An answer that comes without I/O."""
        return await in_turn(self.store.policy_for(name))

    async def asking(self, name: Any) -> asyncio.Task[Policy | None]:
        """A question that waits for a fetch."""
        task = asyncio.create_task(self.store.policy_for(name))
        self._asking.add(task)
        await settle()
        return task

    @property
    def status(self) -> SourceStatus:
        (status,) = self.store.sources
        return status

    @property
    def state(self) -> str:
        return self.status.feed.state

    async def close(self) -> None:
        """Nothing is left that runs or sleeps."""
        await self.store.stop()
        await asyncio.gather(*self._asking, return_exceptions=True)
        assert self.clock.sleeping == []
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


class Watching(Scene):
    """Rooms, governed by projects, which are watched. The projects p1 and p2 exist."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(ROOMS, **changes)
        self.store.add(imported_source(IDENTITY, identity.PROJECT))

    async def start(self) -> None:
        starting = asyncio.create_task(self.store.start())
        await settle()
        await self.stream.send(watched(project("projects/p1", "eu"), project("projects/p2", "us"), token="t1"))
        await starting

    @property
    def stream(self) -> Stream:
        return self.network.streams[WATCH][-1]

    @property
    def gets(self) -> list[Call]:
        return self.network.calls[GET]


class Polling(Scene):
    """Halls, governed by organizations, which are listed. `listed` is what there is, on pages of two."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(HALLS, **{"poll_interval": 30.0, **changes})
        self.store.add(imported_source(IDENTITY, identity.ORGANIZATION))
        self.listed: list[Any] = []
        self.network.script[LIST] = self._list

    def _list(self, request: Any) -> Any:
        start = int(request.page_token or 0)
        more = str(start + 2) if start + 2 < len(self.listed) else ""
        return organization_service_pb2.ListOrganizationsResponse(
            organizations=self.listed[start : start + 2], next_page_token=more
        )

    @property
    def lists(self) -> list[Call]:
        return self.network.calls[LIST]

    @property
    def gets(self) -> list[Call]:
        return self.network.calls[GET_ORGANIZATION]


async def in_turn(answer: Awaitable[T]) -> T:
    """What an awaitable returns that needs no turn of the event loop."""
    steps = answer.__await__()
    try:
        next(steps)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("it waits for something")
