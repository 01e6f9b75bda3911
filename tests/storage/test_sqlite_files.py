"""The file of the embedded storage: made, migrated, refused."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from goten.storage import Compacted, KeyValue, Put, SqliteStorage, StorageUnavailable
from tests.storage.following import following

APPLICATION_ID = 0x676F7465


async def refused(path: Path) -> StorageUnavailable:
    """The error of a storage that cannot be started: it names the file, and can be stopped and started again."""
    storage = SqliteStorage(path)
    with pytest.raises(StorageUnavailable) as caught:
        await storage.start()
    with pytest.raises(StorageUnavailable, match="not open"):
        await storage.status()
    await storage.stop()
    assert caught.value.subject == str(path)
    assert caught.value.hint
    return caught.value


async def fill(path: Path, count: int = 300) -> None:
    storage = SqliteStorage(path)
    await storage.start()
    for number in range(count // 100):
        await storage.commit([], [Put(f"{number}/{part}", b"%d" % part * 100) for part in range(100)])
    await storage.stop()


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if not file.name.endswith("-lock")}


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


async def test_a_file_is_made_with_its_marks(tmp_path: Path) -> None:
    """STORAGE-11."""
    path = tmp_path / "new.db"
    await fill(path)
    assert query(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(path, "PRAGMA user_version") == [(2,)]
    assert query(path, "PRAGMA journal_mode") == [("wal",)]
    assert set(contents(tmp_path)) == {"new.db"}


async def test_what_a_crash_left_of_making_a_file_is_no_hindrance(tmp_path: Path) -> None:
    """STORAGE-11."""
    (tmp_path / "new.db-new").write_bytes(b"half")
    await fill(tmp_path / "new.db")
    assert set(contents(tmp_path)) == {"new.db"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"SQLite format 3\0", "no SQLite database"),
        (b"# notes\n" * 1000, "no SQLite database"),
    ],
)
async def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """STORAGE-11: and stays as it is."""
    path = tmp_path / "some.db"
    path.write_bytes(content)
    assert reason in (await refused(path)).reason
    assert contents(tmp_path) == {"some.db": content}


async def test_another_applications_database_is_refused(tmp_path: Path) -> None:
    """STORAGE-11: and stays as it is, changes in its WAL included."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE kv (key TEXT)")
        connection.commit()
        (tmp_path / "copy").mkdir()
        for file in ("other.db", "other.db-wal"):
            shutil.copy(tmp_path / file, tmp_path / "copy")
    before = contents(tmp_path / "copy")
    assert before["other.db-wal"]
    assert "another application" in (await refused(tmp_path / "copy" / "other.db")).reason
    assert contents(tmp_path / "copy") == before


@pytest.mark.parametrize("in_wal", [False, True])
async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path, in_wal: bool) -> None:
    """STORAGE-11: and stays as it is, also where its version is in the WAL still."""
    path = tmp_path / "copy" / "newer.db"
    path.parent.mkdir()
    await fill(tmp_path / "newer.db")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection:
        connection.execute("PRAGMA user_version = 3")
        if in_wal:
            shutil.copy(tmp_path / "newer.db-wal", path.parent)
            shutil.copy(tmp_path / "newer.db", path)
    if not in_wal:
        shutil.copy(tmp_path / "newer.db", path)
    before = contents(path.parent)
    error = await refused(path)
    assert error.reason == "it has version 3, and this program knows versions up to 2"
    after = contents(path.parent)
    assert {name: after[name] for name in before} == before


async def test_a_file_of_version_1_is_migrated(tmp_path: Path) -> None:
    """STORAGE-11: it had no log, so that what changed until then cannot be watched."""
    path, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            PRAGMA user_version = 1;
            CREATE TABLE kv (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL,
                             create_revision INTEGER NOT NULL, mod_revision INTEGER NOT NULL);
            CREATE TABLE state (revision INTEGER NOT NULL);
            INSERT INTO kv VALUES ('a', x'00ff', 3, 41), ('b', x'', 7, 7);
            INSERT INTO state VALUES (42);
            """
        )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    storage = SqliteStorage(path)
    await storage.start()
    assert await storage.range("") == (42, [KeyValue("a", b"\x00\xff", 3, 41), KeyValue("b", b"", 7, 7)], False)
    assert await storage.status() == (42, 42)
    with pytest.raises(Compacted):
        await storage.watch(41, lambda batch: None)
    async with following(storage, 42) as live:
        assert await storage.commit([], [Put("a", b"new")]) == 43
        await live.reached(43)
    assert await storage.get("a") == KeyValue("a", b"new", 3, 43)
    await storage.stop()
    assert query(path, "PRAGMA user_version") == [(2,)]
    await fill(fresh)
    statement = "SELECT name, replace(replace(sql, ' ', ''), char(10), '') FROM sqlite_schema ORDER BY name"
    assert query(path, statement) == query(fresh, statement)


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def overwrite(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = b"\xa5" * 20_000
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [truncate, overwrite])
async def test_a_damaged_file_is_refused(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    """STORAGE-12: and nothing more of it is lost; a copy in its place works at once."""
    path = tmp_path / "damaged.db"
    await fill(path, 3000)
    shutil.copy(path, tmp_path / "backup")
    damage(path)
    before = contents(tmp_path)
    for _ in range(2):
        error = await refused(path)
        assert error.reason.startswith("it is damaged")
        assert "backup" in error.hint
        after = contents(tmp_path)
        assert {name: after[name] for name in before} == before
    shutil.copy(tmp_path / "backup", path)
    storage = SqliteStorage(path)
    await storage.start()
    assert len((await storage.range("")).items) == 3000
    await storage.stop()


async def test_damage_that_shows_later_is_an_error_too(tmp_path: Path) -> None:
    """STORAGE-12."""
    path = tmp_path / "damaged.db"
    await fill(path, 3000)
    storage = SqliteStorage(path)
    await storage.start()
    overwrite(path)
    with pytest.raises(StorageUnavailable, match="it is damaged"):
        await storage.range("")
    await storage.stop()


async def test_changes_without_their_file_are_not_lost(tmp_path: Path) -> None:
    """STORAGE-12: a new file beside the WAL of an old one would swallow them."""
    (tmp_path / "gone.db-wal").write_bytes(b"changes")
    assert "it is missing" in (await refused(tmp_path / "gone.db")).reason
    assert contents(tmp_path) == {"gone.db-wal": b"changes"}


async def test_a_place_for_no_file_is_refused(tmp_path: Path) -> None:
    """STORAGE-12."""
    assert (await refused(tmp_path / "no" / "folder.db")).reason == "its folder is missing"
    assert (await refused(tmp_path)).reason == "it is a folder"


async def test_a_start_that_is_cancelled_leaves_nothing_open(tmp_path: Path) -> None:
    """STORAGE-9: wherever it was."""
    path = tmp_path / "some.db"
    for turns in range(8):
        storage = SqliteStorage(path)
        starting = asyncio.create_task(storage.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await storage.stop()
        await fill(path)
