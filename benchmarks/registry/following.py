"""In a client process: subscribers of registries, and readers of bare streams, that note when changes reach them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

from benchmarks.registry.connecting import connect
from benchmarks.registry.registries import registration, timed_registry
from benchmarks.registry.snapshots import DECODERS
from goten.env_registry import Changes, Subscription
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment

_WATCH: Final = methods.WATCH_DEPLOYMENTS.path


class _Arrivals:
    """When change number 1, 2 and so on had reached all readers of this process."""

    def __init__(self, readers: int) -> None:
        self._readers = readers
        self._counts: dict[int, int] = {}
        self._times: dict[int, asyncio.Future[float]] = {}

    def note(self, number: int) -> None:
        count = self._counts[number] = self._counts.get(number, 0) + 1
        if count == self._readers:
            self._time(number).set_result(time.monotonic())

    async def answer(self, line: str) -> float:
        """For the number of a change: the time."""
        return await self._time(int(line))

    def _time(self, number: int) -> asyncio.Future[float]:
        if number not in self._times:
            self._times[number] = asyncio.get_running_loop().create_future()
        return self._times[number]


async def followers(settings: Mapping[str, Any], stack: AsyncExitStack) -> Callable[[str], Awaitable[float]]:
    """Registries in `places`, pairs of a service and a region, with a subscriber each.

    Change number n is one that sets `local_network_id` of the deployment `watched` to n.
    """
    arrivals = _Arrivals(len(settings["places"]))
    group = await stack.enter_async_context(asyncio.TaskGroup())
    for service, region in settings["places"]:
        made = timed_registry(registration(service), region, settings["address"])
        timed, _ = await stack.enter_async_context(made)
        await timed.start()
        group.create_task(_follow(timed.registry.subscribe(), settings["watched"], arrivals))
    return arrivals.answer


async def _follow(subscription: Subscription, watched: str, arrivals: _Arrivals) -> None:
    async for told in subscription:
        if isinstance(told, Changes):
            for change in told.changes:
                if change.name == watched and isinstance(change.after, Deployment):
                    arrivals.note(int(change.after.local_network_id))


async def bare_followers(settings: Mapping[str, Any], stack: AsyncExitStack) -> Callable[[str], Awaitable[float]]:
    """So many `streams`, each of whose responses, after the first one, is a change."""
    arrivals = _Arrivals(settings["streams"])
    group = await stack.enter_async_context(asyncio.TaskGroup())
    for _ in range(settings["streams"]):
        channel = connect(settings["address"])
        stack.push_async_callback(channel.close)
        opened = asyncio.Event()
        group.create_task(_read(channel, arrivals, opened))
        await opened.wait()
    return arrivals.answer


async def _read(channel: Any, arrivals: _Arrivals, opened: asyncio.Event) -> None:
    decode = DECODERS[_WATCH]
    responses: AsyncIterator[bytes] = channel.unary_stream(_WATCH)(b"")
    number = 0
    async for response in responses:
        decode(response)
        if number:
            arrivals.note(number)
        number += 1
        opened.set()
