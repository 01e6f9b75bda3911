"""Many writers at once, and some that do not wait."""

from __future__ import annotations

import asyncio
from random import Random

from goten.storage import Change, Compare, Put, Storage
from tests.storage.following import following
from tests.storage.model import Model


async def count_up(storage: Storage, key: str) -> None:
    """Adds one to the number at a key, whoever else does too."""
    while True:
        found = await storage.get(key)
        number = int(found.value) if found else 0
        revision = found.mod_revision if found else 0
        if await storage.commit([Compare(key, revision)], [Put(key, b"%d" % (number + 1))]) is not None:
            return


async def test_no_update_is_lost_between_64_writers(storage: Storage) -> None:
    """STORAGE-3: every answer counts once, whoever wrote together with whom."""

    async def writer(number: int) -> None:
        for _ in range(10):
            await count_up(storage, f"shared/{number % 8}")
            await count_up(storage, f"own/{number}")

    await asyncio.gather(*(writer(number) for number in range(64)))
    assert [item.value for item in (await storage.range("shared/")).items] == [b"80"] * 8
    assert [item.value for item in (await storage.range("own/")).items] == [b"10"] * 64


async def test_every_answer_is_the_revision_of_that_transaction(storage: Storage) -> None:
    """STORAGE-5: revisions grow by one, and the log and what is stored agree."""
    start = (await storage.status()).revision
    answers: dict[str, int] = {}

    async def writer(number: int) -> None:
        for count in range(15):
            key = f"{number}/{count}"
            revision = await storage.commit([Compare(key, 0)], [Put(key, b""), Put(f"{number}", b"%d" % count)])
            assert revision is not None
            answers[key] = revision

    async with following(storage, start) as live:
        await asyncio.gather(*(writer(number) for number in range(32)))
        await live.reached(start + 32 * 15)
    assert sorted(answers.values()) == list(range(start + 1, start + 1 + 32 * 15))
    assert {event.key: event.revision for event in live.events if "/" in event.key} == answers
    model = Model()
    for event in live.events:
        model.apply(event)
    assert model.range() == list((await storage.range("")).items)


async def test_who_stops_waiting_stops_nothing_else(storage: Storage) -> None:
    """STORAGE-3: a transaction whose caller is cancelled is done or not done; all others are as ever."""
    random = Random(4)
    start = (await storage.status()).revision

    async def writer(number: int) -> int | None:
        return await storage.commit([], [Put(f"{number}/a", b""), Put(f"{number}/b", b"")])

    async with following(storage, start) as live:
        tasks = [asyncio.create_task(writer(number)) for number in range(200)]
        for _ in range(60):
            random.choice(tasks).cancel()
            if random.random() < 0.3:
                await asyncio.sleep(0)
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        last = await storage.commit([], [Put("last", b"")])
        assert last is not None
        await live.reached(last)
    cancelled = {number for number, answer in enumerate(answers) if isinstance(answer, asyncio.CancelledError)}
    assert cancelled
    revisions = {event.key: event.revision for event in live.events}
    assert sorted(set(revisions.values())) == list(range(start + 1, last + 1))
    for number, answer in enumerate(answers):
        assert revisions.get(f"{number}/a") == revisions.get(f"{number}/b")
        if number not in cancelled:
            assert revisions[f"{number}/a"] == answer


async def test_any_number_can_be_committed_at_once(storage: Storage) -> None:
    """STORAGE-3: many transactions, large ones, and such that depend on those before them."""
    first = await storage.commit([], [Put("chain", b"")])
    assert first is not None
    large: list[Change] = [Put(f"large/{part}", bytes(11_000)) for part in range(128)]
    chain = (storage.commit([Compare("chain", first + number)], [Put("chain", b"")]) for number in range(700))
    answers = await asyncio.gather(*chain, *(storage.commit([], large) for _ in range(8)))
    assert list(answers) == [first + number for number in range(1, 709)]
    late = [storage.commit([Compare("chain", first)], [Put("chain", b"")]) for _ in range(3)]
    assert await asyncio.gather(*late) == [None] * 3
