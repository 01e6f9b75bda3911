"""The controller: FANOUT-1 to FANOUT-6 and FANOUT-8."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1.descriptors import DEPLOYMENT, RESOURCE
from goten.meta_server.controller import ControllerStatus
from goten.meta_server.fanout.chunks import MOST_BYTES, MOST_OPERATIONS, Write, chunked
from goten.meta_server.fanout.records import PENDING
from goten.storage import MemoryStorage, Put, StorageUnavailable
from goten.store import Transaction
from goten.store.keys import GUARD
from goten.watch import LoopClock
from tests.meta.storages import Flaky, Held
from tests.meta.world import META, deployment, resource, service, world, wrong_services


async def rest(turns: int = 100) -> None:
    """Lets everything that can go on go on."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_what_a_write_leaves() -> None:
    """FANOUT-1."""
    async with world() as registry:
        await registry.save(service("bb"))
        await registry.save(service("cc"))
        await registry.controller.stop()
        for message, left in (
            (service("aa", imports=["bb"], uses=["cc", "xx"]), {"bb", "cc"}),
            (service("aa", uses=["bb"]), {"aa", "cc"}),
            (service("dd"), None),
        ):
            with pytest.raises(StorageUnavailable) as caught:
                await registry.save(message)
            assert caught.value.uncertain, "it is written all the same"
            assert registry.get(message.name).used_services == message.used_services
            assert registry.pending()[-1:] == [left or {"aa", "cc"}]
        with pytest.raises(StorageUnavailable):
            await registry.delete("services/aa")
        assert registry.pending()[-1] == {"aa", "bb"}


async def test_a_write_waits_for_what_follows_from_it() -> None:
    """FANOUT-2: one that changes nothing waits too, for the Service and for those that it imports or uses."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service("bb"))
        await registry.save(deployment("bb"))
        await registry.save(service("aa"))
        storage.open.clear()
        first = asyncio.create_task(registry.save(service("aa", uses=["bb"])))
        await rest()
        assert registry.get("services/aa").used_services == ["services/bb"]
        again = asyncio.create_task(registry.save(service("aa", uses=["bb"])))
        used = asyncio.create_task(registry.save(service("bb", display_name="B")))
        other = asyncio.create_task(registry.save(service("cc")))
        await rest()
        assert other.done()
        assert [task.done() for task in (first, again, used)] == [False] * 3
        storage.open.set()
        await asyncio.gather(first, again, used, other)
        assert wrong_services(registry) == {}


async def test_a_write_waits_for_what_it_no_longer_knows() -> None:
    """FANOUT-2."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service("bb"))
        await registry.save(service("aa", uses=["bb"]))
        for act in (registry.save(service("aa")), registry.delete("services/aa")):
            storage.open.clear()
            task = asyncio.create_task(act)
            await rest()
            assert not task.done()
            storage.open.set()
            await task
            assert wrong_services(registry) == {}


async def test_nobody_waits_for_younger_records() -> None:
    """FANOUT-2."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service("bb"))
        before = registry.store.revision
        storage.open.clear()
        task = asyncio.create_task(registry.save(service("aa", uses=["bb"])))
        await rest()
        await registry.controller.settled({"aa", "bb"}, before)
        await registry.controller.settled({"cc"}, registry.store.revision)
        assert not task.done()
        storage.open.set()
        await task


async def test_many_writes_one_value() -> None:
    """FANOUT-3: each write is acknowledged, and the Service and its followers are written once or twice."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service(META))
        await registry.save(deployment(META))
        await registry.save(resource(META))
        storage.open.clear()
        writes = [asyncio.create_task(registry.save(service(f"s{number}", uses=[META]))) for number in range(200)]
        await rest(10_000)
        assert len(registry.pending()) == 200
        storage.committed.clear()
        storage.open.set()
        await asyncio.gather(*writes)
        assert wrong_services(registry) == {}
        puts = Counter(change.key for _, changes in storage.committed for change in changes if isinstance(change, Put))
        assert len(puts) == 3
        assert {*puts.values()} <= {1, 2}


async def test_transactions_of_the_controller_are_small() -> None:
    """FANOUT-4."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service("bb"))
        users = [f"{'a-long-name-of-a-service'}{number}" for number in range(600)]
        for number in range(0, 600, 100):
            await registry.write_past_the_rules(*(service(user, uses=["bb"]) for user in users[number : number + 100]))
        await registry.save(deployment("bb"))
        names = [f"Thing{first}{second}" for first in "abcdefghijkl" for second in "abcdefghijklmnopqrstuvwxyz"]
        for name in names:
            await registry.save(resource("bb", name))
        storage.committed.clear()
        await registry.save(service("aa", uses=["bb"]))
        assert wrong_services(registry) == {f"services/{user}": [] for user in users}
    guarded = [GUARD in [change.key for change in changes] for _, changes in storage.committed]
    by_controller = [each for each, rule in zip(storage.committed, guarded, strict=True) if not rule]
    assert len(by_controller) > len(names) / 100 + 1
    for compares, changes in by_controller:
        assert max(len(compares), len(changes)) <= 100
        assert sum(len(change.key) + len(change.value) for change in changes if isinstance(change, Put)) <= 1_000_000


writes = st.builds(
    Write,
    st.sampled_from(["aa", "bb", "cc"]),
    st.one_of(st.none(), st.tuples(st.sampled_from([DEPLOYMENT, RESOURCE]), st.text(max_size=3))),
    st.integers(0, 2 * MOST_BYTES),
)


@given(st.lists(writes, max_size=400), st.lists(st.text(max_size=5), unique=True, max_size=300))
def test_chunks(todo: list[Write], records: list[str]) -> None:
    """FANOUT-4, FANOUT-7: records come last."""
    chunks = chunked(todo, records)
    assert [write for chunk in chunks for write in chunk.writes] == todo
    assert [record for chunk in chunks for record in chunk.records] == records
    for chunk in chunks:
        assert 0 < chunk.operations <= MOST_OPERATIONS
        assert chunk.size <= MOST_BYTES or len(chunk.writes) == 1
        assert chunk.services == {write.service for write in chunk.writes}
    with_records = [place for place, chunk in enumerate(chunks) if chunk.records]
    with_writes = [place for place, chunk in enumerate(chunks) if chunk.writes]
    assert not with_records or not with_writes or with_records[0] >= with_writes[-1]


async def test_the_controller_passes_no_rule() -> None:
    """FANOUT-4: what is stored may be older than a rule."""
    async with world() as registry:
        await registry.save(service("bb"))
        old = deployment("bb", "Old_Region", public_domain="not an endpoint")
        await registry.write_past_the_rules(old, service("dd", regions=["gone"]))
        await registry.save(service("aa", uses=["bb", "dd"]))
        assert [*registry.get(old.name).metadata.services.allowed_services] == ["aa", "bb"]
        assert [*registry.get("services/dd").metadata.services.allowed_services] == ["aa", "dd"]


async def test_what_follows_is_stamped() -> None:
    """FANOUT-5, META-10: a new resource version, no new generation."""
    async with world(now=lambda: 1_900_000_000.0) as registry:
        await registry.save(service("bb"))
        await registry.save(deployment("bb"))
        before = registry.get("services/bb/deployments/r1").metadata
        await registry.save(service("aa", uses=["bb"]))
        after = registry.get("services/bb/deployments/r1").metadata
        assert after.update_time.seconds == 1_900_000_000
        assert after.resource_version != before.resource_version
        assert (after.generation, after.create_time, after.uuid) == (1, before.create_time, before.uuid)


class ManualClock(LoopClock):
    """Pauses end when the test says so."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.go = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.go.wait()
        self.go.clear()


async def test_lag_and_failures_can_be_seen() -> None:
    """FANOUT-8."""
    storage = Flaky(MemoryStorage())
    await storage.inner.start()
    clock = ManualClock()
    times = [1000.0]
    async with world(storage, clock=clock, now=lambda: times[0]) as registry:
        await registry.save(service("bb"))
        assert registry.controller.status == ControllerStatus(0, 0.0, 0, "")
        storage.failures = 3
        task = asyncio.create_task(registry.save(service("aa", uses=["bb"])))
        for failures in (1, 2, 3):
            await rest()
            times[0] += 10
            seen = registry.controller.status
            assert (seen.pending, seen.oldest_age, seen.failures) == (1, 10.0 * failures, failures)
            assert "it is full" in seen.last_error
            assert not task.done()
            clock.go.set()
        await task
        assert registry.controller.status == ControllerStatus(0, 0.0, 0, "")
        assert clock.pauses[0] < clock.pauses[-1]
        assert wrong_services(registry) == {}


async def test_a_record_that_cannot_be_read_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """FANOUT-8."""

    async def leave(transaction: Transaction) -> None:
        for number, value in enumerate((b"", b"{}", b"[]", b"\xff", b'{"services": 1, "time": 1}', b"null")):
            transaction.put_record(f"{PENDING}{number}", value)

    async with world() as registry:
        await registry.store.transact(leave)
        await registry.save(service("bb"))
        await registry.save(service("aa", uses=["bb"]))
        assert wrong_services(registry) == {}
        assert registry.controller.status.pending == 0
    assert len(caplog.records) == 6


async def test_a_controller_that_stops_leaves_nobody_waiting() -> None:
    """FANOUT-8: what is written is stored, and another process goes on with it."""
    storage = Held(MemoryStorage())
    await storage.inner.start()
    async with world(storage) as registry:
        await registry.save(service("bb"))
        storage.open.clear()
        task = asyncio.create_task(registry.save(service("aa", uses=["bb"])))
        await rest()
        await registry.controller.stop()
        with pytest.raises(StorageUnavailable, match="does not run"):
            await task
        storage.open.set()
        await registry.controller.start()
        await registry.idle()
        assert wrong_services(registry) == {}
        with pytest.raises(RuntimeError):
            await registry.controller.start()
