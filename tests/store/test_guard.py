"""Rules over several resources, and two writers that could break one together."""

from __future__ import annotations

import asyncio

import pytest

from goten.meta.v1.descriptors import SERVICE
from goten.refusals import Refused, precondition
from goten.storage import Storage
from goten.store import Store, Transaction
from tests.store.scene import LateTail, running, service, shown, write

OPEN = "on call"


async def leave(store: Store, id: str, *, guarded: bool) -> None:
    """Takes one of several off call. The rule: at least one has to be on call."""

    async def body(transaction: Transaction) -> None:
        others = [found for found in await transaction.list(SERVICE) if found.display_name == OPEN]
        await asyncio.sleep(0)
        if len(others) < 2:
            raise precondition("ONE_ON_CALL", id, "nobody else is on call")
        transaction.put(SERVICE, service(id, "off"))

    await store.transact(body, guarded=guarded)


async def add_crowd(store: Store) -> None:
    """So many others that lists are not compared any more."""
    await write(store, *(service(f"x{number:03}", "off") for number in range(100)))


def on_call(store: Store) -> int:
    return sum(1 for name in shown(store).values() if name == OPEN)


async def race(store: Store, other: Store, *, guarded: bool) -> list[BaseException | None]:
    await write(store, service("a", OPEN), service("b", OPEN))
    await add_crowd(store)
    leaving = (leave(store, "a", guarded=guarded), leave(other, "b", guarded=guarded))
    return list(await asyncio.gather(*leaving, return_exceptions=True))


async def test_two_writers_break_a_rule_together_without_the_guard(storage: Storage) -> None:
    async with running(storage) as store:
        assert await race(store, store, guarded=False) == [None, None]
        assert on_call(store) == 0


async def test_two_writers_cannot_break_a_rule_together_with_it(storage: Storage) -> None:
    async with running(storage) as store:
        results = await race(store, store, guarded=True)
        assert on_call(store) == 1
        assert [type(result) for result in results].count(Refused) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_nor_can_two_processes(storage: Storage, late: bool) -> None:
    """What the one has not been told of yet by its tail does not matter."""
    async with running(storage) as store, running(LateTail(storage) if late else storage) as other:
        results = await race(store, other, guarded=True)
        assert on_call(store) == 1
        assert [type(result) for result in results].count(Refused) == 1


async def test_a_phantom_fails_a_guarded_transaction(storage: Storage) -> None:
    """Both may create if there is none yet; lists do not show what comes, the guard does."""

    async def create(store: Store, id: str) -> None:
        async def body(transaction: Transaction) -> None:
            there = await transaction.list(SERVICE)
            await asyncio.sleep(0)
            if not there:
                transaction.put(SERVICE, service(id))

        await store.transact(body, guarded=True)

    async with running(storage) as store, running(storage) as other:
        await asyncio.gather(create(store, "a"), create(other, "b"))
        await other.reached(store.revision)
        assert store.count(SERVICE) == 1


async def test_guarded_writers_take_turns_so_that_none_is_in_vain(storage: Storage) -> None:
    attempts = 0

    async with running(storage) as store:
        await write(store, service("a", "0"))

        async def add(transaction: Transaction) -> None:
            nonlocal attempts
            attempts += 1
            found = await transaction.get(SERVICE, "services/a")
            await asyncio.sleep(0)
            assert found is not None
            transaction.put(SERVICE, service("a", str(int(found.display_name) + 1)))

        await asyncio.gather(*(store.transact(add, guarded=True) for _ in range(64)))
        assert shown(store) == {"a": "64"}
        assert attempts == 64


async def test_a_guarded_transaction_without_writes_does_not_disturb_others(storage: Storage) -> None:
    async with running(storage) as store:
        await write(store, service("a"))

        async def look(transaction: Transaction) -> int:
            return len(await transaction.list(SERVICE))

        before = store.revision
        assert await store.transact(look, guarded=True) == (1, before)
        assert store.revision == before
