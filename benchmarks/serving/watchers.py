"""Many watchers of resources in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from benchmarks.serving.both import Client
from goten.meta.v1.resource_service_pb2 import WatchResourcesRequest
from goten.types.watch_type_pb2 import STATELESS

_CONNECTIONS: Final = 4
_WITHIN: Final = 300.0

Question: TypeAlias = Callable[[int], WatchResourcesRequest]
"""What the watcher with a number asks for."""


def same_question(number: int) -> WatchResourcesRequest:
    return WatchResourcesRequest(type=STATELESS)


def own_question(number: int) -> WatchResourcesRequest:
    """With a filter that no other watcher has, and that everything fits."""
    return WatchResourcesRequest(type=STATELESS, filter=f'plural_name != "Nothing{number}"')


class Watchers:
    """Streams of one server, spread over a few connections of their own. It owns a task for each."""

    def __init__(self, client: Client) -> None:
        self._clients = [Client(client.server) for _ in range(_CONNECTIONS)]
        self._tasks: list[asyncio.Task[None]] = []
        self._awaited = 0
        self._told: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self, count: int, question: Question = same_question) -> None:
        """Returns when so many more of them are current."""
        first = len(self._tasks)
        self._expect(count)
        for number in range(first, first + count):
            stub = self._clients[number % _CONNECTIONS].resources
            follow = self._follow(stub.WatchResources(question(number)))
            self._tasks.append(asyncio.create_task(follow, name=f"watcher {number}"))
        await self._all_told()

    async def told(self, events: int, trigger: Callable[[], Any]) -> None:
        """Makes so many events happen by `trigger`; returns when everyone was told of all of them."""
        self._expect(events * len(self._tasks))
        triggered = asyncio.ensure_future(trigger())
        try:
            await self._all_told()
        finally:
            await triggered

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.channel.close()

    def _expect(self, notes: int) -> None:
        self._awaited = notes
        self._told = asyncio.get_running_loop().create_future()

    async def _all_told(self) -> None:
        async with asyncio.timeout(_WITHIN):
            await self._told

    async def _follow(self, responses: Any) -> None:
        is_current = False
        try:
            async for response in responses:
                if is_current:
                    self._note(len(response.resource_changes))
                elif response.is_current:
                    is_current = True
                    self._note(1)
        except Exception as error:
            if not self._told.done():
                self._told.set_exception(error)

    def _note(self, count: int) -> None:
        self._awaited -= count
        if not self._awaited and not self._told.done():
            self._told.set_result(None)
