"""Starting: what was there before, also what changes meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import pytest

from goten.meta.v1.descriptors import REGION, SERVICE
from goten.storage import Batch, Compacted, Delete, Put, Storage, StorageUnavailable
from goten.store import ResourceEvent, Store, Transaction
from tests.store.scene import Around, ManualClock, SmallPages, delete, running, service, shown, until, write


def key(id: str) -> str:
    return f"r/{SERVICE.type}/services/{id}"


def stored(id: str, display_name: str = "") -> Put:
    return Put(key(id), service(id, display_name).SerializeToString())


async def test_everything_is_there_after_a_restart(storage: Storage) -> None:
    async with running(storage) as store:
        created = await write(store, service("a", "1"), service("b"))
        changed = await write(store, service("a", "2"))
        await delete(store, "b")
        before = store.revision
    async with running(storage) as store:
        entry = store.get(SERVICE, "services/a")
        assert entry is not None
        assert entry[:4] == ("services/a", service("a", "2"), created, changed)
        assert shown(store) == {"a": "2"}
        assert store.revision > before
        assert await write(store, service("c")) == store.revision


async def test_history_from_before_the_restart_is_there(storage: Storage) -> None:
    async with running(storage) as store:
        begin = store.revision
        await write(store, service("a", "1"), service("b"))
        await write(store, service("a", "2"))
        await delete(store, "b")
        await write(store, service("b", "again"))
        events = list(store.events_after(SERVICE, begin))
    async with running(storage) as store:
        assert untimed(store.events_after(SERVICE, begin)) == untimed(events)
        assert store.history_start == 0


def untimed(events: Iterable[ResourceEvent]) -> list[ResourceEvent]:
    return [event._replace(time=0.0) for event in events]


async def test_where_history_begins_what_was_before_may_be_unknown(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a", "1"), service("b", "1"))
        await write(store, service("x"))
        after = store.revision
        await write(store, service("a", "2"))
        await delete(store, "b")
        await write(store, service("a", "3"))
        await write(store, service("c", "1"))
    # The start of the next one is a revision as well.
    async with running(storage, history=5) as store:
        assert store.history_start == after
        events = store.events_after(SERVICE, after)
        assert [(event.name, event.before, event.after, event.before_known) for event in events] == [
            ("services/a", None, service("a", "2"), False),
            ("services/b", None, None, False),
            ("services/a", service("a", "2"), service("a", "3"), True),
            ("services/c", None, service("c", "1"), True),
        ]
        assert shown(store) == {"a": "3", "c": "1", "x": ""}


async def test_history_reaches_no_further_back_than_the_storage_does(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))
        compacted = await write(store, service("b"))
        await write(store, service("c"))
        await storage.compact(compacted)
    async with running(storage) as store:
        assert store.history_start == compacted
        assert [event.name for event in store.events_after(SERVICE, compacted)] == ["services/c"]
        with pytest.raises(Compacted):
            store.events_after(SERVICE, compacted - 1)


async def test_what_changes_between_the_pages_comes_out_right(storage: Storage) -> None:
    """Keys of pages already read, of pages yet to come, created, changed, deleted, and back again."""
    await storage.commit([], [stored(id, "old") for id in "abcdefghmnopq"])

    def happenings() -> Iterator[Callable[[], Awaitable[Any]]]:
        yield lambda: storage.commit([], [stored("a", "new"), stored("g", "new"), Delete(key("b")), Delete(key("h"))])
        yield lambda: storage.commit([], [stored("0", "new"), stored("b", "again"), stored("h", "again")])
        yield lambda: storage.commit([], [Delete(key("0")), Delete(key("g")), stored("a", "newer")])
        yield lambda: storage.commit([], [stored("z", "new"), stored("d", "new"), Put("i/late", b"1")])
        yield lambda: storage.commit([], [Delete(key("h")), Put("i/late", b"2")])

    expected = dict.fromkeys("cefmnopq", "old") | {"a": "newer", "b": "again", "d": "new", "z": "new"}
    async with running(SmallPages(storage, happenings())) as store:
        assert shown(store) == expected
        record = store.record("i/late")
        assert record is not None
        assert record.value == b"2"
        assert store.revision == (await storage.status()).revision
        for number in (1, 2, 3, 4):
            assert _rebuilt(store, number) == expected
        late = [event for event in store.events_after(SERVICE, 1) if event.name == "services/h"]
        assert [(event.before, event.after) for event in late] == [
            (service("h", "old"), None),
            (None, service("h", "again")),
            (service("h", "again"), None),
        ]


def _rebuilt(store: Store, after: int) -> dict[str, str]:
    """What the present services are, from the events after a revision and what those leave alone."""
    events = store.events_after(SERVICE, after)
    latest = {event.name: event.after for event in events}
    found = {f"services/{id}": service(id, name) for id, name in shown(store).items() if f"services/{id}" not in latest}
    found |= {name: message for name, message in latest.items() if message is not None}  # type: ignore[misc]
    return {name.removeprefix("services/"): message.display_name for name, message in sorted(found.items())}


class CompactsOnce(Around):
    """Is compacted by somebody else between the first look at it and the watch."""

    def __init__(self, inner: Storage, times: int) -> None:
        super().__init__(inner)
        self.times = times

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        if self.times:
            self.times -= 1
            await self.inner.commit([], [stored("later", str(self.times))])
            await self.inner.compact((await self.inner.status()).revision)
        await self.inner.watch(after, deliver)


async def test_a_compaction_during_the_start_costs_only_history(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))
        await write(store, service("b"))
    async with running(CompactsOnce(storage, times=3), clock=ManualClock()) as store:
        await until(lambda: shown(store) == {"a": "", "b": "", "later": "0"})
        assert await write(store, service("c")) == store.revision


async def test_endless_compactions_fail_the_start_with_the_reason(storage: Storage) -> None:
    store = Store(CompactsOnce(storage, times=1_000), [SERVICE], clock=ManualClock())
    await store.start()
    failure = await asyncio.wait_for(store.wait_failed(), 10)
    assert "forgotten faster than they can be read" in failure.reason
    await store.stop()


async def test_what_cannot_be_read_is_left_out_and_reported_once(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    await storage.commit([], [stored("a"), Put(key("bad"), b"\xff\xff\xff")])
    await storage.commit([], [Put("r/other.example.com/Thing/things/1", b"x"), Put("r/other.example.com/Thing/2", b"")])
    await storage.commit([], [Put("r/strange", b"x"), Put("r/", b"x")])
    with caplog.at_level(logging.WARNING, "goten.store"):
        async with running(storage) as store:
            assert shown(store) == {"a": ""}
            await storage.commit([], [Put(key("bad"), b"\xff\xff\xff\xff"), Put("r/other.example.com/Thing/3", b"x")])
            await write(store, service("b"))
            assert shown(store) == {"a": "", "b": ""}
    reported = [(record.__dict__["event"], record.__dict__["subject"]) for record in caplog.records]
    assert sorted(reported) == [
        ("resource-type-unknown", "other.example.com/Thing"),
        ("resource-type-unknown", "r/"),
        ("resource-type-unknown", "r/strange"),
        ("resource-unreadable", key("bad")),
    ]


async def test_a_resource_that_cannot_be_read_any_more_is_gone(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a", "1"))
        before = store.revision
        broken = await storage.commit([], [Put(key("a"), b"\xff\xff\xff")])
        assert broken is not None
        await store.reached(broken)
        assert shown(store) == {}
        (event,) = store.events_after(SERVICE, before)
        assert (event.before, event.after) == (service("a", "1"), None)


async def test_a_store_is_started_once(storage: Storage) -> None:
    store = Store(storage, [SERVICE, REGION])
    with pytest.raises(StorageUnavailable, match="not started"):
        store.get(SERVICE, "services/a")
    await store.start()
    await store.stop()
    await store.stop()
    with pytest.raises(StorageUnavailable, match="stopped"):
        store.get(SERVICE, "services/a")
    with pytest.raises(RuntimeError, match="make another one"):
        await store.start()


async def test_a_cancelled_start_leaves_nothing_running(storage: Storage) -> None:
    class NeverReads(Around):
        async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Any:
            if limit:
                await asyncio.Event().wait()
            return await self.inner.range(prefix, after=after)

    store = Store(NeverReads(storage), [SERVICE])
    task = asyncio.create_task(store.start())
    await until(lambda: len(asyncio.all_tasks()) == 4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(asyncio.all_tasks()) == 1


async def test_nothing_keeps_running_after_stop(storage: Storage) -> None:
    before = asyncio.all_tasks()
    async with running(storage) as store:
        assert await store.transact(_nothing)
    assert asyncio.all_tasks() == before


async def _nothing(transaction: Transaction) -> None:
    await transaction.get(SERVICE, "services/a")


@pytest.mark.full
async def test_a_hundred_thousand_resources_are_loaded_in_seconds(storage: Storage) -> None:
    for start in range(0, 100_000, 125):
        await storage.commit([], [stored(f"s{start + number:06}") for number in range(125)])
    loop = asyncio.get_running_loop()
    begin = loop.time()
    async with running(storage) as store:
        assert loop.time() - begin < 10
        assert store.count(SERVICE) == 100_000
