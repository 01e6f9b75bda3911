"""Transactions: what they see, when they fail, and how they are tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc
import pytest

from goten.meta.v1.descriptors import REGION, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.refusals import Refused, precondition
from goten.storage import (
    MAX_OPERATIONS,
    Change,
    Compare,
    KeyValue,
    MemoryStorage,
    Put,
    Storage,
    StorageUnavailable,
    TransactionTooLarge,
)
from goten.store import Store, Transaction
from tests.store.scene import Around, LateTail, ManualClock, delete, running, service, shown, write

A = "services/a"


class Meddler:
    """Changes things from outside while a transaction runs, a number of times."""

    def __init__(self, store: Store, times: int) -> None:
        self.calls = 0
        self._store = store
        self._times = times

    async def change(self, *ids: str) -> None:
        self.calls += 1
        if self.calls <= self._times:
            await write(self._store, *(service(id, f"meddled {self.calls}") for id in ids))


async def test_a_transaction_sees_its_own_writes(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a", "old"), service("b"), service("d"))

        async def body(transaction: Transaction) -> list[str]:
            transaction.put(SERVICE, service("c"))
            transaction.put(SERVICE, service("a", "new"))
            transaction.delete(SERVICE, "services/b")
            found = await transaction.get(SERVICE, A)
            assert found is not None
            assert found.display_name == "new"
            assert await transaction.get(SERVICE, "services/b") is None
            transaction.put_record("i/x", b"1")
            assert await transaction.get_record("i/x") == b"1"
            transaction.delete_record("i/x")
            assert await transaction.get_record("i/x") is None
            assert [found.name for found in await transaction.list(SERVICE, "services/c")] == ["services/c"]
            return [f"{found.name} {found.display_name}" for found in await transaction.list(SERVICE)]

        result, revision = await store.transact(body)
        assert result == ["services/a new", "services/c ", "services/d "]
        assert store.revision == revision
        assert shown(store) == {"a": "new", "c": "", "d": ""}


async def test_nothing_of_a_transaction_is_written_when_its_body_fails(storage: Storage) -> None:
    async with running(storage) as store:
        before = store.revision

        async def body(transaction: Transaction) -> None:
            transaction.put(SERVICE, service("a"))
            raise precondition("TEST", A, "no")

        with pytest.raises(Refused, match="no"):
            await store.transact(body)
        assert store.revision == before
        assert shown(store) == {}


async def test_a_transaction_is_tried_again_when_what_it_read_was_changed(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, service("a", "1"))
        meddler = Meddler(store, times=3)

        async def body(transaction: Transaction) -> None:
            found = await transaction.get(SERVICE, A)
            assert found is not None
            await meddler.change("a")
            transaction.put(SERVICE, service("a", f"{found.display_name} seen"))

        await store.transact(body)
        assert meddler.calls == 4
        assert shown(store) == {"a": "meddled 3 seen"}


async def test_a_resource_that_was_not_there_must_not_come(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        meddler = Meddler(store, times=1)

        async def body(transaction: Transaction) -> bool:
            found = await transaction.get(SERVICE, A)
            await meddler.change("a")
            if found is None:
                transaction.put(SERVICE, service("a", "mine"))
            return found is None

        created, _ = await store.transact(body)
        assert not created
        assert shown(store) == {"a": "meddled 1"}


async def test_records_that_were_read_count_as_well(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:

        async def count(transaction: Transaction) -> None:
            transaction.put_record("i/n", b"%d" % (int(await transaction.get_record("i/n") or b"0") + 1))

        async def slow_count(transaction: Transaction) -> None:
            number = int(await transaction.get_record("i/n") or b"0")
            if number == 0:
                await store.transact(count)
            transaction.put_record("i/n", b"%d" % (number + 1))

        await store.transact(slow_count)
        record = store.record("i/n")
        assert record is not None
        assert record.value == b"2"


@pytest.mark.parametrize("kept", [3, 64])
async def test_what_was_listed_counts_where_it_is_little(storage: Storage, kept: int) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, *(service(f"s{number:03}") for number in range(kept)))
        meddler = Meddler(store, times=1)
        attempts = await attempts_after_list(store, meddler)
        assert attempts == 2


async def test_what_was_listed_does_not_count_where_it_is_much(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, *(service(f"s{number:03}") for number in range(65)))
        meddler = Meddler(store, times=1)
        assert await attempts_after_list(store, meddler) == 1


async def attempts_after_list(store: Store, meddler: Meddler) -> int:
    """Attempts of a transaction that lists all services, while one of them is changed."""

    async def body(transaction: Transaction) -> None:
        await transaction.list(SERVICE)
        await meddler.change("s001")
        transaction.put(SERVICE, service("other"))

    await store.transact(body)
    return meddler.calls


async def test_what_was_read_stays_so_in_the_transaction(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, service("a", "1"), service("b", "1"))
        meddler = Meddler(store, times=1)
        seen: list[tuple[str, str, str]] = []

        async def body(transaction: Transaction) -> None:
            got = await transaction.get(SERVICE, A)
            await meddler.change("a", "b")
            again = await transaction.get(SERVICE, A)
            listed = (await transaction.list(SERVICE))[0]
            assert got is not None
            assert again is not None
            seen.append((got.display_name, again.display_name, listed.display_name))
            transaction.put(SERVICE, service("c"))

        await store.transact(body)
        assert seen == [("1", "1", "1"), ("meddled 1", "meddled 1", "meddled 1")]


async def test_what_was_listed_and_then_got_is_the_same(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, *(service(f"s{number:03}", "1") for number in range(65)))
        meddler = Meddler(store, times=1)
        seen: list[str] = []

        async def body(transaction: Transaction) -> None:
            await transaction.list(SERVICE)
            await meddler.change("s001")
            got = await transaction.get(SERVICE, "services/s001")
            assert got is not None
            seen.append(got.display_name)
            transaction.put(SERVICE, service("other"))

        await store.transact(body)
        assert seen == ["1", "meddled 1"]


async def test_the_revision_of_what_was_read(storage: Storage) -> None:
    async with running(storage) as store:
        revision = await write(store, service("a"), service("b"))

        async def body(transaction: Transaction) -> None:
            await transaction.get(SERVICE, A)
            await transaction.get(SERVICE, "services/c")
            await transaction.list(SERVICE, "services/b")
            assert transaction.revision_of(SERVICE, A) == revision
            assert transaction.revision_of(SERVICE, "services/b") == revision
            assert transaction.revision_of(SERVICE, "services/c") == 0
            with pytest.raises(LookupError):
                transaction.revision_of(REGION, "regions/eu")

        await store.transact(body)


async def test_a_refusal_that_is_based_on_a_state_that_never_was_is_not_given(storage: Storage) -> None:
    """Two services always have the same display name; a reader in between must not say that they differ."""
    async with running(storage, clock=ManualClock()) as store:
        await write(store, service("a", "1"), service("b", "1"))
        meddler = Meddler(store, times=1)

        async def body(transaction: Transaction) -> str:
            first = await transaction.get(SERVICE, A)
            await meddler.change("a", "b")
            second = await transaction.get(SERVICE, "services/b")
            assert first is not None
            assert second is not None
            if first.display_name != second.display_name:
                raise precondition("DIFFERENT", A, "they differ")
            return first.display_name

        assert (await store.transact(body))[0] == "meddled 1"
        assert meddler.calls == 2


async def test_reading_alone_is_of_one_moment_and_writes_nothing(storage: Storage) -> None:
    async with running(storage, clock=ManualClock()) as store:
        await write(store, service("a", "1"), service("b", "1"))
        meddler = Meddler(store, times=1)

        async def body(transaction: Transaction) -> list[str]:
            first = await transaction.get(SERVICE, A)
            await meddler.change("a", "b")
            second = await transaction.get(SERVICE, "services/b")
            return [found.display_name for found in (first, second) if found is not None]

        result, revision = await store.transact(body)
        assert result == ["meddled 1", "meddled 1"]
        assert revision == store.revision
        assert (await storage.status()).revision == revision


async def test_a_single_read_does_not_go_to_the_storage_again(storage: Storage) -> None:
    around = Counting(storage)
    async with running(around) as store:
        await write(store, service("a"))
        around.commits = 0

        async def body(transaction: Transaction) -> bool:
            return await transaction.get(SERVICE, A) is not None

        assert await store.transact(body) == (True, store.revision)
        assert around.commits == 0


async def test_a_write_reads_nothing_but_memory(storage: Storage) -> None:
    around = Counting(storage)
    async with running(around) as store:
        await write(store, service("a"))
        around.gets = around.commits = 0

        async def body(transaction: Transaction) -> None:
            assert await transaction.get(SERVICE, A) is not None
            assert await transaction.get(SERVICE, "services/b") is None
            transaction.put(SERVICE, service("b"))

        await store.transact(body)
        assert (around.gets, around.commits) == (0, 1)


async def test_nobody_is_refused_by_what_memory_does_not_know_yet(storage: Storage) -> None:
    """Another process has written, and this one was not told: it reads the storage before it says no."""
    async with running(storage) as other, running(LateTail(storage)) as store:
        await write(other, service("a"))
        assert store.get(SERVICE, A) is None
        attempts = []

        async def body(transaction: Transaction) -> str:
            found = await transaction.get(SERVICE, A)
            attempts.append(found is not None)
            if found is None:
                raise Refused(grpc.StatusCode.NOT_FOUND, "not there")
            return found.name

        assert (await store.transact(body))[0] == A
        assert attempts == [False, True]


class Counting(Around):
    commits = gets = 0

    async def get(self, key: str) -> KeyValue | None:
        self.gets += 1
        return await self.inner.get(key)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        self.commits += 1
        return await self.inner.commit(compares, changes)


async def test_who_never_gets_through_is_told_so(storage: Storage) -> None:
    clock = ManualClock()
    async with running(storage, clock=clock) as store:
        await write(store, service("a"))
        meddler = Meddler(store, times=1_000)

        async def body(transaction: Transaction) -> None:
            await transaction.get(SERVICE, A)
            await meddler.change("a")
            transaction.put(SERVICE, service("a", "mine"))

        with pytest.raises(Refused, match="try again") as refused:
            await store.transact(body)
        assert refused.value.code is grpc.StatusCode.ABORTED
        assert meddler.calls <= 100
        assert len(clock.slept) == meddler.calls - 1
        assert max(clock.slept) <= 0.1
        assert len(set(clock.slept)) > 10


async def test_many_writers_of_one_resource_all_get_through(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a", "0"))

        async def add(transaction: Transaction) -> None:
            found = await transaction.get(SERVICE, A)
            assert found is not None
            await asyncio.sleep(0)
            transaction.put(SERVICE, service("a", str(int(found.display_name) + 1)))

        await asyncio.gather(*(store.transact(add) for _ in range(32)))
        assert shown(store) == {"a": "32"}


async def test_a_transaction_has_limits(storage: Storage) -> None:
    async with running(storage) as store:
        before = store.revision
        with pytest.raises(TransactionTooLarge):
            await write(store, *(service(f"s{number}") for number in range(MAX_OPERATIONS + 1)))

        async def read_much(transaction: Transaction) -> None:
            for number in range(MAX_OPERATIONS + 1):
                await transaction.get(SERVICE, f"services/s{number}")
            transaction.put(SERVICE, service("a"))

        with pytest.raises(TransactionTooLarge):
            await store.transact(read_much)
        assert store.revision == before


async def test_what_was_only_listed_never_makes_a_transaction_too_large(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, *(service(f"s{number:03}") for number in range(60)))

        async def body(transaction: Transaction) -> None:
            for number in range(MAX_OPERATIONS - 2):
                await transaction.get(SERVICE, f"services/other{number}")
            await transaction.list(SERVICE)
            transaction.put(SERVICE, service("a"))

        await store.transact(body, guarded=True)
        assert store.count(SERVICE) == 61


async def test_messages_without_a_name_and_foreign_records_are_refused(storage: Storage) -> None:
    async with running(storage) as store:

        async def nameless(transaction: Transaction) -> None:
            transaction.put(SERVICE, Service())

        async def foreign(transaction: Transaction) -> None:
            transaction.put_record("r/x", b"")

        with pytest.raises(ValueError, match="without a name"):
            await store.transact(nameless)
        with pytest.raises(ValueError, match="'r/x' is no key of a record"):
            await store.transact(foreign)


async def test_what_goes_in_may_be_changed_until_the_body_returns_and_not_after(storage: Storage) -> None:
    async with running(storage) as store:
        message = service("a", "1")

        async def body(transaction: Transaction) -> None:
            transaction.put(SERVICE, message)
            message.display_name = "2"

        await store.transact(body)
        message.display_name = "3"
        assert shown(store) == {"a": "2"}


async def test_stored_bytes_do_not_depend_on_the_order_of_maps(storage: Storage) -> None:
    async with running(storage) as store:
        first, second = service("a"), service("a")
        labels = [(f"k{number}", "v") for number in range(20)]
        first.metadata.labels.update(labels)
        second.metadata.labels.update(reversed(labels))
        await write(store, first)
        one = await storage.get("r/meta.goten.com/Service/services/a")
        await write(store, second)
        other = await storage.get("r/meta.goten.com/Service/services/a")
        assert one is not None
        assert other is not None
        assert one.value == other.value


class Uncertain(Around):
    """Does what it is asked, and then says that it does not know."""

    broken = False

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        revision = await self.inner.commit(compares, changes)
        if self.broken:
            raise StorageUnavailable("it", "lost", "wait", uncertain=True)
        return revision


async def test_an_uncertain_outcome_is_passed_on_and_not_tried_again(storage: Storage) -> None:
    around = Uncertain(storage)
    async with running(around) as store:
        around.broken = True
        before = store.revision
        with pytest.raises(StorageUnavailable) as unavailable:
            await write(store, service("a"))
        assert unavailable.value.uncertain
        await store.reached(before + 1)
        assert store.revision == before + 1
        assert shown(store) == {"a": ""}


class Held(Around):
    """Keeps commits back until it is told to go on."""

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.held = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        self.held.set()
        await self.go_on.wait()
        return await self.inner.commit(compares, changes)


@pytest.mark.parametrize("guarded", [False, True])
async def test_a_cancelled_transaction_leaves_nothing_behind(storage: Storage, guarded: bool) -> None:
    around = Held(storage)
    async with running(around) as store:
        around.go_on.clear()
        around.held.clear()

        async def body(transaction: Transaction) -> None:
            transaction.put(SERVICE, service("a"))

        task = asyncio.create_task(store.transact(body, guarded=guarded))
        waiting = asyncio.create_task(store.transact(body, guarded=guarded))
        await around.held.wait()
        task.cancel()
        waiting.cancel()
        for cancelled in (task, waiting):
            with pytest.raises(asyncio.CancelledError):
                await cancelled
        assert shown(store) == {}
        around.go_on.set()
        await store.transact(body, guarded=True)
        assert shown(store) == {"a": ""}


async def test_a_body_that_is_cancelled_writes_nothing(storage: Storage) -> None:
    async with running(storage) as store:
        started = asyncio.Event()

        async def body(transaction: Transaction) -> None:
            transaction.put(SERVICE, service("a"))
            started.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(store.transact(body, guarded=True))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert shown(store) == {}
        await store.transact(_writes_a, guarded=True)
        assert shown(store) == {"a": ""}


async def _writes_a(transaction: Transaction) -> None:
    transaction.put(SERVICE, service("a"))


async def test_what_cannot_be_read_is_an_error_of_its_own_and_can_be_replaced(storage: Storage) -> None:
    await storage.commit([], [Put("r/meta.goten.com/Service/services/a", b"\xff\xff\xff")])
    async with running(storage) as store:
        await write(store, service("b"))

        async def get(transaction: Transaction) -> Service | None:
            return await transaction.get(SERVICE, A)

        async def everything(transaction: Transaction) -> list[str]:
            return [found.name for found in await transaction.list(SERVICE)]

        with pytest.raises(Refused, match="cannot be read") as refused:
            await store.transact(get)
        assert refused.value.code is grpc.StatusCode.DATA_LOSS
        assert (await store.transact(everything))[0] == ["services/b"]
        await write(store, service("a", "repaired"))
        found = (await store.transact(get))[0]
        assert found is not None
        assert found.display_name == "repaired"


async def test_reads_are_those_of_the_storage_and_not_of_memory() -> None:
    """Another process of the same storage has written what the tail has not brought yet."""
    storage = MemoryStorage()
    await storage.start()
    async with running(storage) as store, running(LateTail(storage)) as late:
        await write(store, service("a", "new"))
        assert shown(late) == {}

        async def body(transaction: Transaction) -> str:
            found = await transaction.get(SERVICE, A)
            listed = await transaction.list(SERVICE)
            assert listed == [found]
            return "" if found is None else found.display_name

        result, revision = await late.transact(body)
        assert result == "new"
        assert late.revision >= revision
        assert shown(late) == {"a": "new"}
        await delete(store, "a")
        assert (await late.transact(_count))[0] == 0


async def _count(transaction: Transaction) -> int:
    return len(await transaction.list(SERVICE))
