"""Forgetting what is old."""

from __future__ import annotations

import asyncio
import logging

import pytest

from goten.meta.v1.descriptors import SERVICE
from goten.storage import Compacted, Storage, StorageUnavailable
from goten.store import Store
from tests.store.scene import Around, running, service, shown, until, write


async def test_compaction_forgets_history_and_no_resource(storage: Storage) -> None:
    async with running(storage) as store:
        revisions = [await write(store, service(f"s{number}")) for number in range(5)]
        await store.compact(revisions[2])
        assert store.history_start == revisions[2]
        assert (await storage.status()).compacted == revisions[2]
        assert [event.revision for event in store.events_after(SERVICE, revisions[2])] == revisions[3:]
        with pytest.raises(Compacted):
            store.events_after(SERVICE, revisions[1])
        assert store.count(SERVICE) == 5
        await store.compact(revisions[0])
        assert store.history_start == revisions[2]


async def test_more_than_there_is_cannot_be_forgotten(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))
        await store.compact(store.revision + 1_000)
        assert store.history_start == store.revision == (await storage.status()).compacted
        assert await write(store, service("b")) == store.revision
        assert len(store.events_after(SERVICE, store.history_start)) == 1


async def settled(storage: Storage, compacted: int) -> int:
    """Waits until the storage is compacted up to a revision, and answers up to which one it is."""
    now = 0
    async with asyncio.timeout(10):
        while now < compacted:
            await asyncio.sleep(0.001)
            now = (await storage.status()).compacted
    return now


async def test_old_revisions_are_forgotten_of_their_own_accord(storage: Storage) -> None:
    async with running(storage, retention=50) as store:
        for number in range(200):
            await write(store, service("a", str(number)))
            await asyncio.sleep(0)
        compacted = await settled(storage, store.revision - 56)
        assert compacted <= store.revision - 50
        assert shown(store) == {"a": "199"}


async def test_what_piled_up_is_forgotten_after_the_start(storage: Storage) -> None:
    async with running(storage, retention=None) as store:
        for number in range(100):
            await write(store, service("a", str(number)))
    assert (await storage.status()).compacted == 0
    async with running(storage, retention=10) as store:
        assert await settled(storage, store.revision - 12) == store.revision - 10


async def test_everything_is_kept_where_that_is_wanted(storage: Storage) -> None:
    async with running(storage, retention=None) as store:
        for number in range(100):
            await write(store, service("a", str(number)))
        await asyncio.sleep(0.01)
        assert (await storage.status()).compacted == 0


class CompactionSteps(Around):
    """Notes the steps, and fails some."""

    failing = False

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.steps: list[int] = []

    async def compact(self, revision: int) -> None:
        self.steps.append(revision)
        if self.failing:
            raise StorageUnavailable("it", "busy", "wait")
        await self.inner.compact(revision)


async def test_much_is_forgotten_in_steps(storage: Storage) -> None:
    around = CompactionSteps(storage)
    async with running(around, retention=None) as store:
        for start in range(0, 12_000, 100):
            await asyncio.gather(*(write(store, service(f"s{number}", str(start))) for number in range(100)))
        await store.compact(store.revision)
        assert len(around.steps) == 3
        assert max(step - before for before, step in zip([0, *around.steps], around.steps, strict=False)) <= 5_000


async def test_a_failed_compaction_is_reported_and_tried_again_later(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    around = CompactionSteps(storage)
    around.failing = True
    async with running(around, retention=20) as store:
        with caplog.at_level(logging.WARNING, "goten.store"):
            await fill(store, 30)
            await until(lambda: bool(around.steps))
        assert [record.__dict__["event"] for record in caplog.records] == ["compaction-failed"] * len(around.steps)
        with pytest.raises(StorageUnavailable, match="busy"):
            await store.compact(1)
        around.failing = False
        await fill(store, 30)
        assert await settled(storage, store.revision - 23) <= store.revision - 20


async def fill(store: Store, number: int) -> None:
    for place in range(number):
        await write(store, service("a", str(place)))
        await asyncio.sleep(0)
