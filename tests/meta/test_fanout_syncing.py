"""`metadata.syncing` follows the policy of Meta's own Service: FANOUT-9."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from goten.descriptors import Descriptor, MessageT, NameT
from goten.meta.v1.descriptors import RESOURCE
from goten.meta.v1.region_pb2 import Region
from goten.storage import MemoryStorage
from goten.store_middleware import SaveContext
from tests.meta.storages import Failing
from tests.meta.test_fanout_crashes import events_after, run_until_it_fails
from tests.meta.world import META, TYPES, World, deployment, resource, service, world

OWN = f"services/{META}"
FOLLOWERS = 150
"""So many that they take several transactions."""


async def prepared() -> MemoryStorage:
    storage = MemoryStorage()
    async with world(storage) as registry:
        await registry.save(service(META, regions=["r1"]))
        await registry.save(service("bb", regions=["r1"]))
        await registry.save(deployment("bb", "r1"))
        for number in range(FOLLOWERS):
            await registry.save(resource("bb", f"Thing{chr(97 + number // 26)}{chr(97 + number % 26)}"))
    return storage


def syncings(registry: World) -> Counter[tuple[str, ...]]:
    """How many resources have each: the owner, then all regions."""
    stored = [message for descriptor in TYPES for message in registry.all(descriptor)]
    found = [message.metadata.syncing for message in stored]
    return Counter((syncing.owning_region, *syncing.regions) for syncing in found)


async def change_policy(registry: World) -> object:
    return await registry.save(service(META, regions=["r2", "r1"]))


async def test_everything_has_it_when_the_change_is_acknowledged() -> None:
    """FANOUT-9."""
    async with world(await prepared(), regions=()) as registry:
        everything = syncings(registry)[("r1", "r1")]
        assert everything == FOLLOWERS + 6
        generation = registry.get("services/bb").metadata.generation
        await change_policy(registry)
        assert syncings(registry) == {("r2", "r1", "r2"): everything}
        assert registry.get("services/bb").metadata.generation == generation
        assert registry.pending() == []


async def test_a_change_of_something_else_touches_nothing() -> None:
    """FANOUT-9."""
    async with world(await prepared(), regions=()) as registry:
        before = registry.store.revision
        await registry.change(OWN, lambda stored: setattr(stored, "display_name", "Meta"))
        assert registry.store.revision == before + 1


async def test_what_a_deleted_predecessor_left_is_made_right() -> None:
    """FANOUT-9: its regions are not those of the Service that comes next."""
    async with world(await prepared(), regions=()) as registry:
        await change_policy(registry)
        await registry.delete(OWN)
        await registry.save(service(META, regions=["r1"]))
        assert [*syncings(registry)] == [("r1", "r1")]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_another_process_finishes(after: bool) -> None:
    """FANOUT-7, FANOUT-9: whichever commit the process ends at; nothing is written twice."""
    for commits in range(100):
        storage = await prepared()
        first = (await storage.status()).revision
        failing = Failing(storage, commits=commits + 1, after=after)  # The first one is that of the store's start.
        finished = await run_until_it_fails(failing, change_policy)
        async with world(storage, regions=()) as registry:
            await registry.idle()
            assert registry.pending() == []
            expected = ("r1", "r1") if registry.get(OWN).multi_region_policy.enabled_regions == ["r1"] else None
            assert [*syncings(registry)] == [expected or ("r2", "r1", "r2")]
        written = [event.key for event in await events_after(storage, first) if event.key.startswith("r/")]
        assert {*Counter(key for key in written if not key.endswith(OWN)).values()} <= {1}
        if finished:
            assert commits > 2
            return
    raise AssertionError("it takes too many transactions")


class Held:
    """A middleware in front, which holds a save of a Resource as long as nobody lets it go."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.let_go = asyncio.Event()

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if descriptor.type == RESOURCE.type:
            self.reached.set()
            await self.let_go.wait()
        return new


async def test_a_write_that_the_change_overtakes() -> None:
    """FANOUT-9: its policy was read before the change, and it is committed after it."""
    held = Held()
    async with world(await prepared(), regions=(), front=[held]) as registry:
        late = asyncio.create_task(registry.save(resource("bb", "Late")))
        await held.reached.wait()
        await change_policy(registry)
        held.let_go.set()
        await late
        assert [*syncings(registry)] == [("r2", "r1", "r2")]


async def test_a_start_looks_at_everything() -> None:
    """FANOUT-9: what earlier releases left, or was imported."""
    storage = await prepared()
    async with world(storage, regions=(), controller=False) as registry:
        await registry.write_past_the_rules(service(META, regions=["r1", "r3"]), Region(name="regions/Old_One"))
    async with world(storage, regions=()) as registry:
        for _ in range(100):
            await asyncio.sleep(0)
        assert [*syncings(registry)] == [("r1", "r1", "r3")]
