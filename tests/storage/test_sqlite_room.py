"""A disk that is full, and what compaction gives back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from goten.storage import Put, SqliteStorage, StorageUnavailable
from tests.storage.children import LIMIT, start_child
from tests.storage.following import following


def rows_of_log(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM log").fetchone()
    return int(count)


async def test_a_full_disk_fails_writes_and_loses_nothing(tmp_path: Path) -> None:
    """STORAGE-6, STORAGE-12: those that were written together fail together; it goes on when there is room."""
    storage = SqliteStorage(tmp_path / "some.db", max_bytes=400_000)
    await storage.start()

    async def write(number: int) -> int | None:
        return await storage.commit([], [Put(f"{number}", bytes(10_000))])

    async with following(storage, 0) as live:
        with pytest.raises(StorageUnavailable, match="there is no room for the change") as caught:
            await asyncio.gather(*(write(number) for number in range(100)))
        assert not caught.value.uncertain
        written = 0
        while written < 100:
            try:
                assert await write(written) == written + 1
            except StorageUnavailable:
                break
            written += 1
        assert 10 < written < 100
        before = await storage.range("")
        together = await asyncio.gather(*(write(number) for number in range(100, 110)), return_exceptions=True)
        assert {type(answer) for answer in together} == {StorageUnavailable}
        assert await storage.range("") == before
        assert before.revision == live.revision == written
        await storage.compact(written)
        assert await write(200) == written + 1
        await live.reached(written + 1)
    assert [event.key for event in live.events] == [*map(str, range(written)), "200"]
    await storage.stop()


async def test_a_disk_that_refuses_a_write_loses_nothing(tmp_path: Path, repo: Path) -> None:
    """STORAGE-6, STORAGE-12: whether the one that it refused is there after a crash is uncertain, and said so."""
    path = tmp_path / "some.db"
    with start_child(repo, "fill", path) as child:
        said, _ = child.communicate()
    written, uncertain, reason, more = said.splitlines()
    assert 0 < int(written) < LIMIT // 10_000
    assert uncertain == "True"
    assert reason.startswith("the disk refused a read or a write")
    assert more == "100"
    storage = SqliteStorage(path)
    await storage.start()
    found = await storage.range("")
    assert found.revision == len(found.items) == int(written) + 100
    await storage.stop()


async def test_compaction_makes_room_in_the_file(tmp_path: Path) -> None:
    """STORAGE-8: the log takes no more than what is not forgotten, and the file does not grow on."""
    path = tmp_path / "some.db"
    storage = SqliteStorage(path)
    await storage.start()
    sizes = []
    for _ in range(6):
        for _ in range(20):
            await storage.commit([], [Put(f"{part}", bytes(100)) for part in range(100)])
        await storage.compact((await storage.status()).revision - 1)
        assert rows_of_log(path) == 100
        with closing(sqlite3.connect(path)) as connection:
            sizes += connection.execute("PRAGMA page_count").fetchone()
    assert sizes[-1] == sizes[1]
    await storage.stop()


async def test_compaction_finishes_what_a_crash_left(tmp_path: Path) -> None:
    """STORAGE-8: what is forgotten is refused from its first moment, and goes bit by bit."""
    path = tmp_path / "some.db"
    storage = SqliteStorage(path)
    await storage.start()
    for _ in range(20):
        await storage.commit([], [Put(f"{part}", bytes(100)) for part in range(100)])
    compacting = asyncio.create_task(storage.compact(15))
    for _ in range(100_000):
        if (await storage.status()).compacted:
            break
        await asyncio.sleep(0)
    compacting.cancel()
    await asyncio.gather(compacting, return_exceptions=True)
    await storage.stop()
    assert 500 < rows_of_log(path) <= 2000
    await storage.start()
    assert await storage.status() == (20, 15)
    await storage.compact(0)
    assert rows_of_log(path) == 500
    await storage.stop()
