"""What every backend delivers of what changes, and forgets."""

from __future__ import annotations

import asyncio

import pytest

from goten.storage import Batch, Compacted, Delete, Event, Put, Storage, StorageUnavailable
from tests.storage.backends import SOLE_WRITERS
from tests.storage.following import Following, following


async def put(storage: Storage, key: str, value: bytes = b"") -> int:
    revision = await storage.commit([], [Put(key, value)])
    assert revision is not None
    return revision


async def test_changes_come_with_what_they_did(storage: Storage) -> None:
    """STORAGE-7: to a value, or to none; the revision of creation is 0 where the key was taken away."""
    start = (await storage.status()).revision
    async with following(storage, start) as live:
        created = await put(storage, "a", b"1")
        changed = await storage.commit([], [Put("a", b"2"), Put("b", b"")])
        deleted = await storage.commit([], [Delete("a"), Delete("missing")])
        assert (changed, deleted) == (created + 1, created + 2)
        await live.reached(created + 2)
        async with following(storage, start) as late:
            await late.reached(created + 2)
    assert live.events == late.events
    assert late.events == [
        Event(created, "a", b"1", created),
        Event(created + 1, "a", b"2", created),
        Event(created + 1, "b", b"", created + 1),
        Event(created + 2, "a", None, 0),
    ]


async def test_what_did_nothing_is_not_delivered(storage: Storage) -> None:
    """STORAGE-7: every batch has a change."""
    start = await put(storage, "a")
    async with following(storage, start) as live:
        await storage.commit([], [Delete("b")])
        await storage.commit([], [])
        last = await put(storage, "b")
        await live.reached(last)
    assert [event.key for event in live.events] == ["b"]


async def test_a_watch_begins_after_any_revision(storage: Storage) -> None:
    """STORAGE-7: also one that is yet to come."""
    revisions = [await put(storage, f"{number}") for number in range(5)]
    async with following(storage, revisions[2]) as late, following(storage, revisions[-1] + 2) as early:
        revisions += [await put(storage, f"{number}") for number in range(5, 10)]
        await late.reached(revisions[-1])
        await early.reached(revisions[-1])
    assert [event.key for event in late.events] == ["3", "4", "5", "6", "7", "8", "9"]
    assert [event.key for event in early.events] == ["7", "8", "9"]


async def test_a_sole_writer_delivers_before_it_answers(storage: Storage, backend: str) -> None:
    """STORAGE-6."""
    if backend not in SOLE_WRITERS:
        return
    start = await put(storage, "a")
    async with following(storage, start) as live:

        async def writer(number: int) -> None:
            for count in range(20):
                revision = await put(storage, f"{number}/{count}")
                assert live.revision >= revision

        await asyncio.gather(*(writer(number) for number in range(8)))
    assert len(live.events) == 160


async def test_catching_up_goes_over_into_following(storage: Storage) -> None:
    """STORAGE-7: no gap and nothing twice, while others write all the time, wherever watches begin."""
    start = (await storage.status()).revision
    value = bytes(3000)
    for number in range(300):
        await storage.commit([], [Put(f"{number}/{part}", value) for part in range(4)])
    last = 0

    async def writer(number: int) -> None:
        nonlocal last
        for count in range(60):
            last = max(last, await put(storage, f"w{number}/{count}"))

    writers = [asyncio.create_task(writer(number)) for number in range(4)]
    found: list[Following] = []
    for after in range(start, start + 300, 23):
        async with following(storage, after) as one:
            await one.reached(start + 310)
            found.append(one)
            await asyncio.sleep(0)
    async with following(storage, start) as whole:
        await asyncio.gather(*writers)
        await whole.reached(last)
    assert sorted({event.revision for event in whole.events}) == list(range(start + 1, last + 1))
    assert len(whole.events) == 300 * 4 + 240
    for one in found:
        expected = [event for event in whole.events if event.revision > one.batches[0].events[0].revision - 1]
        assert one.events == expected[: len(one.events)]


async def test_what_deliver_raises_ends_its_own_watch(storage: Storage) -> None:
    """STORAGE-7: and neither the write nor another watch."""
    start = await put(storage, "a")

    def deliver(batch: Batch) -> None:
        raise ZeroDivisionError

    failing = asyncio.create_task(storage.watch(start, deliver))
    async with following(storage, start) as live:
        last = await put(storage, "b")
        await live.reached(last)
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(failing, 20)
        catching_up = asyncio.create_task(storage.watch(start, deliver))
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(catching_up, 20)
        await live.reached(await put(storage, "c"))


async def test_one_watch_can_cancel_another(storage: Storage) -> None:
    """STORAGE-7."""
    start = await put(storage, "a")
    tasks: list[asyncio.Task[None]] = []

    def deliver(batch: Batch) -> None:
        for task in tasks:
            task.cancel()

    tasks += [asyncio.create_task(storage.watch(start, deliver)) for _ in range(3)]
    await asyncio.sleep(0)
    await put(storage, "b")
    done, _ = await asyncio.wait(tasks, timeout=20)
    assert len(done) == 3
    assert all(task.cancelled() for task in done)


async def test_stop_ends_watches(storage: Storage) -> None:
    """STORAGE-9: after what was committed before it was delivered."""
    start = await put(storage, "a")
    async with following(storage, start) as live:
        writes = [asyncio.create_task(put(storage, f"{number}")) for number in range(10)]
        await asyncio.sleep(0)
        await storage.stop()
        last = max(await asyncio.gather(*writes))
        assert live.revision == last
        assert live.task is not None
        with pytest.raises(StorageUnavailable, match="not open"):
            await asyncio.wait_for(live.task, 20)


async def test_what_is_forgotten_cannot_be_watched(storage: Storage) -> None:
    """STORAGE-8: what is stored stays, and so does what came later."""
    start = (await storage.status()).revision
    revisions = [await put(storage, f"{number}", b"x") for number in range(6)]
    before = await storage.range("")
    await storage.compact(revisions[2])
    assert await storage.status() == (revisions[5], revisions[2])
    assert await storage.range("") == before
    for after in (start, revisions[0], revisions[1]):
        with pytest.raises(Compacted) as caught:
            await storage.watch(after, lambda batch: None)
        assert (caught.value.revision, caught.value.compacted) == (after, revisions[2])
    async with following(storage, revisions[2]) as late:
        await late.reached(revisions[5])
    assert [event.key for event in late.events] == ["3", "4", "5"]


async def test_compaction_does_not_go_back_nor_into_the_future(storage: Storage) -> None:
    """STORAGE-8."""
    revisions = [await put(storage, f"{number}") for number in range(4)]
    for revision, compacted in ((revisions[1], 1), (revisions[0], 1), (revisions[1], 1), (revisions[3] + 1000, 3)):
        await storage.compact(revision)
        assert await storage.status() == (revisions[3], revisions[compacted])
    async with following(storage, revisions[3]) as live:
        last = await put(storage, "x")
        assert last == revisions[3] + 1
        await live.reached(last)
    assert [event.key for event in live.events] == ["x"]


async def test_compaction_hinders_neither_writers_nor_watches(storage: Storage) -> None:
    """STORAGE-8."""
    start = (await storage.status()).revision
    for number in range(40):
        await storage.commit([], [Put(f"{number}/{part}", b"x") for part in range(100)])
    async with following(storage, start) as live:
        await live.reached(start + 40)

        async def writer(number: int) -> int:
            return max([await put(storage, f"w{number}/{count}") for count in range(25)])

        *written, _ = await asyncio.gather(*(writer(number) for number in range(4)), storage.compact(start + 40))
        last = max(revision for revision in written if revision is not None)
        await live.reached(last)
        async with following(storage, start + 40) as late:
            await late.reached(last)
    assert sorted({event.revision for event in live.events}) == list(range(start + 1, last + 1))
    assert late.events == live.events[4000:]


async def test_a_watch_that_is_overtaken_by_compaction_says_so(storage: Storage) -> None:
    """STORAGE-8: a watch that still reads what is forgotten now ends; it has no gap."""
    start = (await storage.status()).revision
    for number in range(40):
        await storage.commit([], [Put(f"{number}/{part}", bytes(100)) for part in range(100)])
    async with following(storage, start) as late:
        assert late.revision < start + 40
        await storage.compact(start + 40)
        # On a busy machine it may have been quicker than the compaction.
        if late.revision < start + 40:
            with pytest.raises(Compacted):
                await late.reached(start + 41)
    assert sorted({event.revision for event in late.events}) == list(range(start + 1, late.revision + 1))
