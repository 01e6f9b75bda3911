"""Events and bursts of them to many watchers, beside a bare fan-out; and what open watches cost in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.serving.bare import PUBLISH, method_file
from benchmarks.serving.both import Both, Client, Place
from benchmarks.serving.names import resource_name
from benchmarks.serving.recording import write_messages
from benchmarks.serving.registry import Contents, new_resource
from benchmarks.serving.rounds import Outcome, alternate, seconds_each, seconds_of
from benchmarks.serving.watchers import Question, Watchers, same_question
from goten.meta.v1.resource_service_pb2 import CreateResourceRequest, WatchResourcesRequest, WatchResourcesResponse

_WATCH: Final = "/goten.meta.v1.ResourceService/WatchResources"
_CONTENTS: Final = Contents(10, resources=1)
_RECORDED: Final = 1
"""Number of the resource by which an event was recorded; those after it are free."""
_IN_FLIGHT: Final = 64
_WARM: Final = 100
_QUIET: Final = 0.3
"""Seconds in which nothing happens, so that what was before is over."""


class Watched(NamedTuple):
    """So many watchers are told of so many events in each round."""

    watchers: int
    events: int
    rounds: int


class _Creating:
    """Creates resources that were not there; each is an event to all who watch. It begins with the number `first`."""

    def __init__(self, meta: Client, first: int) -> None:
        self._create = meta.resources.CreateResource
        self._numbers = count(first)

    async def __call__(self, events: int) -> None:
        numbers = [next(self._numbers) for _ in range(events)]
        names = [resource_name(number % _CONTENTS.services, number) for number in numbers]
        requests = [CreateResourceRequest(resource=new_resource(name)) for name in names]
        await seconds_each(self._create, requests, min(_IN_FLIGHT, events))


async def events(place: Place, size: Watched) -> Outcome:
    """Seconds from the call that makes events happen until every watcher was told of all of them."""
    async with _both(place) as (both, told, bare):
        create = _Creating(both.meta, _RECORDED + 1)
        publish: Any = both.bare.channel.unary_unary(PUBLISH)
        await told.open(size.watchers)
        await bare.open(size.watchers)
        value = partial(told.told, size.events, partial(create, size.events))
        floor = partial(bare.told, size.events, partial(publish, str(size.events).encode()))
        return both.outcome(
            await alternate(partial(_after_a_while, value), partial(_after_a_while, floor), size.rounds)
        )


async def _after_a_while(work: Callable[[], Awaitable[None]]) -> float:
    await asyncio.sleep(_QUIET)
    return await seconds_of(work())


async def memory(place: Place, watchers: int, question: Question = same_question) -> Outcome:
    """Bytes by which a server grows for each watcher that is open."""

    async with _both(place) as (both, told, bare):
        value = await _growth(told, both.meta, watchers, question)
        floor = await _growth(bare, both.bare, watchers, question)
        return both.outcome((value, floor))


async def _growth(watchers: Watchers, client: Client, count: int, question: Question) -> float:
    """The first ones do not count: with them come connections, and what a server has only once."""
    await watchers.open(_WARM, question)
    await asyncio.sleep(_QUIET)
    before = client.server.resident_bytes()
    await watchers.open(count, question)
    await asyncio.sleep(_QUIET)
    return (client.server.resident_bytes() - before) / count


@asynccontextmanager
async def _both(place: Place) -> AsyncIterator[tuple[Both, Watchers, Watchers]]:
    """With watchers of each; none is open yet."""
    async with AsyncExitStack() as stack:
        both = await stack.enter_async_context(place.both(_CONTENTS, _record))
        told, bare = Watchers(both.meta), Watchers(both.bare)
        stack.push_async_callback(told.close)
        stack.push_async_callback(bare.close)
        yield both, told, bare


async def _record(meta: Client, folder: Path) -> tuple[str, Sequence[Path]]:
    """Two responses of a watch: the one that says that it is current, and one that tells of an event."""
    call: Any = meta.channel.unary_stream(_WATCH, request_serializer=WatchResourcesRequest.SerializeToString)
    responses = call(same_question(0))
    kept: list[bytes] = []
    async for data in responses:
        response = WatchResourcesResponse.FromString(data)
        if response.is_current and not kept:
            kept.append(data)
            await _Creating(meta, _RECORDED)(1)
        elif kept and response.resource_changes:
            kept.append(data)
            break
    responses.cancel()
    return "fan-out", [write_messages(method_file(folder, _WATCH), kept)]
