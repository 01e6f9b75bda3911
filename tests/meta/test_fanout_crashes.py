"""A crash between any two steps of a fan-out: FANOUT-7."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from goten.meta.v1.descriptors import SERVICE
from goten.storage import Event, MemoryStorage, Storage, StorageUnavailable
from tests.meta.broken import broken_rules
from tests.meta.storages import Failing, Preempted
from tests.meta.world import TYPES, World, deployment, resource, service, world, wrong_services

FOLLOWERS = 150
"""So many that they take several transactions."""


async def prepared() -> MemoryStorage:
    storage = MemoryStorage()
    async with world(storage) as registry:
        await registry.save(service("cc", regions=["r1", "r2"]))
        await registry.save(service("bb", regions=["r1", "r2"], uses=["cc"]))
        for name in ("bb", "cc"):
            await registry.save(deployment(name, "r1"))
            await registry.save(deployment(name, "r2"))
        for number in range(FOLLOWERS):
            await registry.save(resource("bb", f"Thing{chr(97 + number // 26)}{chr(97 + number % 26)}"))
    return storage


async def events_after(storage: Storage, revision: int) -> list[Event]:
    events: list[Event] = []
    watch = asyncio.create_task(storage.watch(revision, lambda batch: events.extend(batch.events)))
    await asyncio.sleep(0)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    return events


ACTS: dict[str, Callable[[World], Awaitable[object]]] = {
    "create": lambda registry: registry.save(service("aa", imports=["bb"], uses=["cc"])),
    "change": lambda registry: registry.save(service("bb", regions=["r1", "r2"])),
    "delete": lambda registry: registry.delete("services/bb"),
    "delete a deployment": lambda registry: registry.delete("services/bb/deployments/r2"),
}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
async def test_another_process_finishes(act: Callable[[World], Awaitable[object]], after: bool) -> None:
    """FANOUT-7: whichever commit the process ends at, before it or after it is durable; nothing is done twice."""
    for commits in range(100):
        storage = await prepared()
        first = (await storage.status()).revision
        failing = Failing(storage, commits=commits + 1, after=after)  # The first one is that of the store's start.
        finished = await run_until_it_fails(failing, act)
        async with world(storage, regions=()) as registry:
            await registry.idle()
            assert broken_rules(registry) == []
            assert registry.pending() == []
        resources = [event for event in await events_after(storage, first) if event.key.startswith("r/")]
        changed = Counter(event.key for event in resources if not event.key.startswith(f"r/{SERVICE.type}/"))
        assert {*changed.values()} <= {1}
        if finished:
            assert commits >= 1
            return
    raise AssertionError("it takes too many transactions")


async def run_until_it_fails(storage: Failing, act: Callable[[World], Awaitable[object]]) -> bool:
    """Whether the act was acknowledged. The process ends as soon as its storage is gone."""
    dying = World(storage)
    await dying.start()
    task = asyncio.ensure_future(act(dying))
    gone = asyncio.create_task(storage.failed.wait())
    await asyncio.wait([task, gone], return_when=asyncio.FIRST_COMPLETED)
    await dying.stop()
    gone.cancel()
    result, _ = await asyncio.gather(task, gone, return_exceptions=True)
    assert not isinstance(result, BaseException) or isinstance(result, StorageUnavailable)
    return not isinstance(result, StorageUnavailable)


async def test_a_start_looks_at_all_services() -> None:
    """FANOUT-7: what was imported, or written by something else, becomes right."""
    storage = await prepared()
    async with world(storage, controller=False) as registry:
        stale = deployment("cc", "r1")
        stale.metadata.services.allowed_services.append("zz")
        await registry.write_past_the_rules(service("aa", uses=["cc"]), stale)
        assert wrong_services(registry) != {}
    async with world(storage, regions=()) as registry:
        await registry.idle()
        for _ in range(100):
            await asyncio.sleep(0)
        assert wrong_services(registry) == {}


async def test_a_start_without_work_writes_nothing() -> None:
    """FANOUT-7."""
    storage = await prepared()
    first = (await storage.status()).revision
    async with world(storage, regions=()):
        for _ in range(100):
            await asyncio.sleep(0)
    assert [event for event in await events_after(storage, first) if event.key.startswith("r/")] == []


async def test_two_processes_write_nothing_twice() -> None:
    """FANOUT-7: one of them hears of every change a little later."""
    storage = await prepared()
    first = (await storage.status()).revision
    async with world(storage, regions=()) as one, world(Preempted(storage, lag=3), regions=()) as other:
        await asyncio.gather(one.save(service("aa", imports=["bb"])), other.save(service("dd", uses=["bb"])))
        await asyncio.gather(one.idle(), other.idle())
        assert wrong_services(one) == {}
    values: dict[str, list[bytes]] = {}
    for event in await events_after(storage, first):
        if event.key.startswith("r/") and event.value is not None:
            descriptor = next(each for each in TYPES if event.key.startswith(f"r/{each.type}/"))
            stored: Any = descriptor.message.FromString(event.value)
            values.setdefault(event.key, []).append(stored.metadata.services.SerializeToString())
    assert len(values) > FOLLOWERS
    assert all(len({*written}) == len(written) for written in values.values())
