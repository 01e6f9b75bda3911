"""A storage that stops telling of changes, and a tail that lost its place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from goten.meta.v1.descriptors import REGION, SERVICE
from goten.storage import Compacted, MemoryStorage, Storage, StorageUnavailable
from goten.store import Applied, Store, Transaction
from tests.store.scene import Breakable, ManualClock, Mirror, delete, region, running, service, shown, write


async def put_a(transaction: Transaction) -> None:
    transaction.put(SERVICE, service("a"))


READS: list[Callable[[Store], Any]] = [
    lambda store: store.get(SERVICE, "services/a"),
    lambda store: store.entries(SERVICE),
    lambda store: store.names(SERVICE),
    lambda store: store.count(SERVICE),
    lambda store: store.events_after(SERVICE, 0),
    lambda store: store.record("i/guard"),
    lambda store: store.records("i/"),
    lambda store: store.epoch_at(1),
    lambda store: store.accepts("x", 1),
]
CALLS: list[Callable[[Store], Awaitable[Any]]] = [
    lambda store: store.reached(1),
    lambda store: store.transact(put_a),
    lambda store: store.transact(put_a, guarded=True),
    lambda store: store.compact(1),
]


async def test_a_store_whose_tail_ended_refuses_everything_with_the_reason(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    around = Breakable(storage)
    async with running(around) as store:
        await write(store, service("a"))
        owner = asyncio.create_task(store.wait_failed())
        with caplog.at_level(logging.ERROR, "goten.store"):
            await around.break_with(StorageUnavailable("disk", "gone", "find it"))
        assert (await owner).reason == "gone"
        for read in READS:
            with pytest.raises(StorageUnavailable, match="disk: gone; find it"):
                read(store)
        for call in CALLS:
            with pytest.raises(StorageUnavailable, match="disk: gone; find it") as unavailable:
                await call(store)
            assert not unavailable.value.uncertain
        assert [record.__dict__["event"] for record in caplog.records] == ["store-failed"]


async def test_who_waits_is_told(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around) as store:
        waiting = asyncio.create_task(store.reached(store.revision + 1))
        await asyncio.sleep(0)
        await around.break_with(StorageUnavailable("disk", "gone", "find it"))
        with pytest.raises(StorageUnavailable, match="gone"):
            await waiting


async def test_what_was_committed_while_the_tail_ended_is_uncertain(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around) as store:

        async def body(transaction: Transaction) -> None:
            await put_a(transaction)
            await around.break_with(StorageUnavailable("disk", "gone", "find it"))

        with pytest.raises(StorageUnavailable) as unavailable:
            await store.transact(body)
        assert unavailable.value.uncertain
    async with running(storage) as store:
        assert shown(store) == {"a": ""}


async def test_stopping_ends_who_waits(storage: Storage) -> None:
    store = Store(storage, [SERVICE])
    await store.start()
    waiting = asyncio.create_task(store.reached(store.revision + 1))
    await asyncio.sleep(0)
    await store.stop()
    with pytest.raises(StorageUnavailable, match="stopped"):
        await waiting


async def test_who_gives_up_waiting_is_forgotten(storage: Storage) -> None:
    async with running(storage) as store:
        waiting = asyncio.create_task(store.reached(store.revision + 1))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await write(store, service("a"))


async def test_a_listener_that_raises_fails_the_store(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    async with running(storage) as store:

        def broken(_: Applied) -> None:
            raise ZeroDivisionError("secret")

        store.attach(broken)
        with caplog.at_level(logging.ERROR, "goten.store"):
            await asyncio.gather(write(store, service("a")), return_exceptions=True)
            failure = await asyncio.wait_for(store.wait_failed(), 10)
        assert "ZeroDivisionError" in failure.reason
        assert "secret" not in str(failure)
        assert isinstance(failure.__cause__, ZeroDivisionError)
        with pytest.raises(StorageUnavailable):
            store.count(SERVICE)


async def test_a_storage_that_cannot_be_read_fails_the_start(storage: Storage) -> None:
    await storage.stop()
    store = Store(storage, [SERVICE])
    with pytest.raises(StorageUnavailable):
        await store.start()
    await store.stop()


async def test_a_storage_that_stops_fails_the_store(storage: Storage) -> None:
    async with running(storage) as store:
        await asyncio.sleep(0)
        await storage.stop()
        await asyncio.wait_for(store.wait_failed(), 10)
        with pytest.raises(StorageUnavailable):
            store.count(SERVICE)


async def test_a_tail_that_lost_its_place_tells_the_difference(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around, clock=ManualClock()) as store, running(storage) as other:
        await write(store, service("kept", "1"), service("changed", "1"), service("gone", "1"), service("back", "1"))
        mirror = Mirror(store)
        lost_at = store.revision
        around.deaf = True
        await write(other, service("changed", "2"), region("eu"))
        await delete(other, "gone", "back")
        last = await write(other, service("new", "1"), service("back", "2"))
        await other.transact(put_record, guarded=True)
        assert shown(store)["changed"] == "1"
        waiting = asyncio.create_task(store.reached(last))
        around.deaf = False
        await around.break_with(Compacted(lost_at, last))
        await waiting
        assert shown(store) == shown(other) == {"back": "2", "changed": "2", "kept": "1", "new": "1"}
        assert store.count(REGION) == 1
        assert store.records("i/") == other.records("i/")
        assert mirror.services == {f"services/{id}": service(id, name) for id, name in shown(store).items()}
        (applied,) = mirror.told
        assert {event.name: event.revision for event in applied.events[SERVICE.type]} == {
            "services/changed": lost_at + 1,
            "services/back": last,
            "services/new": last,
            "services/gone": store.revision,
        }
        assert {record.key for record in applied.records} == {"i/guard", "i/x"}


async def put_record(transaction: Transaction) -> None:
    transaction.put_record("i/x", b"1")


async def test_after_that_history_begins_anew_and_goes_on(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around, clock=ManualClock()) as store, running(storage) as other:
        before = await write(store, service("a", "1"))
        around.deaf = True
        await write(other, service("a", "2"))
        around.deaf = False
        await around.break_with(Compacted(before, before + 1))
        await store.reached(other.revision)
        assert store.history_start == store.revision
        with pytest.raises(Compacted):
            store.events_after(SERVICE, before)
        await around.begun.wait()
        next_one = await write(store, service("a", "3"))
        (event,) = store.events_after(SERVICE, store.history_start)
        assert (event.revision, event.before, event.after) == (next_one, service("a", "2"), service("a", "3"))


async def test_tokens_outlive_a_tail_that_lost_its_place(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around, clock=ManualClock()) as store:
        revision = await write(store, service("a"))
        epoch = store.epoch_at(revision)
        await around.break_with(Compacted(revision, revision + 1))
        await write(store, service("b"))
        assert store.accepts(epoch, revision)
        assert store.epoch_at(store.revision) == epoch


async def test_a_tail_that_missed_nothing_after_all_keeps_its_history(storage: Storage) -> None:
    around = Breakable(storage)
    async with running(around, clock=ManualClock()) as store:
        before = await write(store, service("a", "1"))
        mirror = Mirror(store)
        start = store.history_start
        await around.break_with(Compacted(before, before + 1))
        await around.begun.wait()
        assert store.history_start == start
        assert mirror.told == []
        await write(store, service("a", "2"))
        assert len(mirror.told) == 1


async def test_a_storage_that_goes_back_under_a_running_store_fails_it(storage: Storage) -> None:
    """The history of what comes then is another one; only a start begins another epoch."""
    older = MemoryStorage()
    await older.start()
    around = Breakable(storage)
    async with running(around, clock=ManualClock()) as store:
        revision = await write(store, service("a", "1"))
        around.inner = older
        await around.break_with(Compacted(revision, revision + 1))
        failure = await store.wait_failed()
        assert failure.reason == f"the storage was at revision {revision}, and is at 0 now"
