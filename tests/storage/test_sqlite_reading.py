"""What the embedded storage has in memory of its file is never seen to differ from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from goten.storage import Compare, Delete, Put, SqliteStorage, StorageUnavailable

LARGE = b"x" * 100_000


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[SqliteStorage]:
    storage = SqliteStorage(tmp_path / "read.db")
    await storage.start()
    yield storage
    await storage.stop()


@pytest.mark.parametrize("value", [b"small", LARGE])
async def test_what_was_read_before_is_read_anew_after_a_change(storage: SqliteStorage, value: bytes) -> None:
    """STORAGE-6: What is acknowledged is seen by whoever reads after that."""
    assert await storage.get("a") is None
    for revision in (1, 2):
        await storage.commit((), [Put("a", value + bytes([revision]))])
        item = await storage.get("a")
        assert item is not None
        assert (item.value, item.mod_revision) == (value + bytes([revision]), revision)
    await storage.commit((), [Delete("a")])
    assert await storage.get("a") is None


async def test_comparisons_see_what_was_read_before_change(storage: SqliteStorage) -> None:
    """STORAGE-3: A comparison is with the state that the transaction finds."""
    assert await storage.get("a") is None
    assert await storage.commit([Compare("a", 0)], [Put("a", b"1")]) == 1
    assert await storage.commit([Compare("a", 0)], [Put("a", b"2")]) is None
    assert await storage.get("a") is not None
    assert await storage.commit([Compare("a", 1)], [Put("a", b"2")]) == 2


async def test_reads_never_go_back_while_writes_are_under_way(storage: SqliteStorage) -> None:
    """STORAGE-6: Not to a state before one that was seen, in whatever way it was read."""
    await storage.commit((), [Put("a", b"0")])
    seen = 1

    async def look() -> None:
        nonlocal seen
        while seen < 40:
            got = await storage.get("a")
            assert got is not None
            assert got.mod_revision >= seen
            [found] = (await storage.range("a")).items
            assert found.mod_revision >= got.mod_revision
            seen = found.mod_revision
            await asyncio.sleep(0)

    looking = asyncio.ensure_future(look())
    for number in range(40):
        await storage.commit((), [Put("a", str(number).encode())])
    await looking


async def test_a_change_that_failed_leaves_what_was_there(tmp_path: Path) -> None:
    """STORAGE-12: No room for a write: what is read is what the file has."""
    storage = SqliteStorage(tmp_path / "full.db", max_bytes=200_000)
    await storage.start()
    await storage.commit((), [Put("a", b"1")])
    with pytest.raises(StorageUnavailable):
        await storage.commit((), [Put("a", b"2"), Put("b", b"x" * 500_000)])
    item = await storage.get("a")
    assert item is not None
    assert item.value == b"1"
    assert await storage.get("b") is None
    await storage.stop()
