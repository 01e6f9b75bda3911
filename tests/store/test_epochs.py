"""Which history a revision belongs to: what resume tokens stand on (FEED-7)."""

from __future__ import annotations

import asyncio
from random import Random

from goten.meta.v1.descriptors import SERVICE
from goten.storage import Batch, Change, Delete, Event, MemoryStorage, Put, Storage
from goten.store import Store
from tests.store.scene import running, service, write


async def empty() -> MemoryStorage:
    storage = MemoryStorage()
    await storage.start()
    return storage


async def restored(storage: Storage) -> MemoryStorage:
    """Another storage that holds what the first one does, with the same revisions, from its first transaction on."""
    events: list[Event] = []
    reached = asyncio.Event()
    target = (await storage.status()).revision

    def take(batch: Batch) -> None:
        events.extend(batch.events)
        if batch.revision >= target:
            reached.set()

    following = asyncio.create_task(storage.watch(0, take))
    await asyncio.wait_for(reached.wait(), 10)
    following.cancel()
    await asyncio.wait([following])
    copy = await empty()
    for revision in range(1, target + 1):
        changes: list[Change] = [
            Delete(event.key) if event.value is None else Put(event.key, event.value)
            for event in events
            if event.revision == revision
        ]
        assert await copy.commit([], changes) == revision
    return copy


async def test_every_start_begins_an_epoch_and_earlier_ones_stay_valid(storage: Storage) -> None:
    places: list[tuple[str, int]] = []
    ids = set()
    for number in range(4):
        async with running(storage) as store:
            ids.add(store.id)
            places.append((store.epoch_at(store.revision), store.revision))
            await write(store, service(f"s{number}"))
            places.append((store.epoch_at(store.revision), store.revision))
            assert all(store.accepts(epoch, revision) for epoch, revision in places)
    assert len(ids) == 1
    assert ids != {""}
    assert len({epoch for epoch, _ in places}) == 4


async def test_what_is_accepted(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))
        old, revision = store.epoch_at(store.revision), store.revision
    async with running(storage) as store:
        new = store.epoch_at(store.revision)
        assert store.accepts(old, revision)
        assert store.accepts(new, store.revision)
        assert not store.accepts(new, revision)
        assert not store.accepts(old, store.revision)
        assert not store.accepts(new, store.revision + 1)
        assert not store.accepts("other", revision)
        assert not store.accepts("", revision)
        assert not store.accepts("", 0)
        assert store.epoch_at(0) == ""


async def test_another_storage_accepts_nothing(storage: Storage) -> None:
    async with running(storage) as store, running(await empty()) as other:
        await write(store, service("a"))
        await write(other, service("a"))
        assert store.id != other.id
        assert not other.accepts(store.epoch_at(store.revision), store.revision)


async def test_a_restored_backup_does_not_accept_what_came_after_it(storage: Storage) -> None:
    async with running(storage) as store:
        for number in range(10):
            await write(store, service(f"s{number}"))
        copy = await restored(storage)
        common = store.revision
        for number in range(10):
            await write(store, service(f"s{number}", "later"))
        epoch = store.epoch_at(common)
        async with running(copy) as backup:
            for number in range(20):
                await write(backup, service(f"s{number}", "another history"))
            assert backup.id == store.id
            assert backup.revision > store.revision
            assert backup.accepts(epoch, common)
            for revision in range(common + 1, store.revision + 1):
                assert not backup.accepts(store.epoch_at(revision), revision)
                assert not store.accepts(backup.epoch_at(revision), revision)
            assert backup.events_after(SERVICE, common - 1)[0].revision == common
    await copy.stop()


async def test_stores_that_share_a_storage_accept_what_any_of_them_gave_out(storage: Storage) -> None:
    async with running(storage) as store, running(storage) as other:
        revision = await write(store, service("a"))
        await other.reached(revision)
        assert store.epoch_at(revision) == other.epoch_at(revision)
        assert other.accepts(store.epoch_at(revision), revision)


async def test_stores_may_start_at_the_same_moment(storage: Storage) -> None:
    stores = [Store(storage, [SERVICE]) for _ in range(5)]
    await asyncio.gather(*(store.start() for store in stores))
    assert len({store.id for store in stores}) == 1
    last = max(store.revision for store in stores)
    for store in stores:
        await store.reached(last)
    assert len({store.epoch_at(last) for store in stores}) == 1
    assert len(stores[0].records("i/epochs/")) == 5
    for store in stores:
        await store.stop()


async def test_epochs_of_which_nothing_is_known_are_dropped(storage: Storage) -> None:
    epochs: list[tuple[str, int]] = []
    for number in range(5):
        async with running(storage) as store:
            await write(store, service(f"s{number}"))
            epochs.append((store.epoch_at(store.revision), store.revision))
    await storage.compact(epochs[4][1] - 2)
    async with running(storage) as store:
        # The last but one is in force at the revision up to which was compacted: its changes are known from there.
        assert [record.value.decode() for record in store.records("i/epochs/")][:2] == [epochs[3][0], epochs[4][0]]
        assert store.accepts(*epochs[3])
        assert not store.accepts(*epochs[2])


async def test_the_number_of_epochs_is_bounded(storage: Storage) -> None:
    for start in range(0, 1_200, 100):
        changes = [Put(f"i/epochs/old{number}", b"x%d" % number) for number in range(start, start + 100)]
        await storage.commit([], changes)
    kept = []
    for _ in range(3):
        async with running(storage) as store:
            kept.append(len(store.records("i/epochs/")))
    assert kept == [1_101, 1_002, 1_001]


async def test_ids_come_from_the_given_randomness() -> None:
    ids = []
    for seed in (1, 1, 2):
        async with running(await empty(), random=Random(seed)) as store:
            ids.append((store.id, store.epoch_at(store.revision)))
    assert ids[0] == ids[1] != ids[2]
