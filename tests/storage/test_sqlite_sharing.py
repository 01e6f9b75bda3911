"""Whoever else has the file open."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from goten.storage import KeyValue, Put, SqliteStorage, StorageUnavailable
from tests.storage.children import start_child

NOBODY = 65534


async def test_a_second_storage_on_a_file_is_refused(tmp_path: Path) -> None:
    """STORAGE-10: in the same process too, under whatever name; it can be opened when the first is stopped."""
    path, link = tmp_path / "some.db", tmp_path / "link.db"
    link.symlink_to(path)
    first, second = SqliteStorage(path), SqliteStorage(link)
    await first.start()
    for other in (second, SqliteStorage(path)):
        with pytest.raises(StorageUnavailable, match=f"^{path}: process {os.getpid()} has it open; end that process"):
            await other.start()
        await other.stop()
    assert await first.commit([], [Put("a", b"")]) == 1
    await first.stop()
    await second.start()
    assert await second.get("a") == KeyValue("a", b"", 1, 1)
    await second.stop()


async def test_a_second_process_on_a_file_is_refused_until_the_first_is_gone(tmp_path: Path, repo: Path) -> None:
    """STORAGE-10: also where it was killed."""
    path = tmp_path / "some.db"
    storage = SqliteStorage(path)
    for end in ("stop", "kill"):
        with start_child(repo, "hold", path) as child:
            assert child.stdout is not None
            assert child.stdin is not None
            assert child.stdout.readline() == "open\n"
            with pytest.raises(StorageUnavailable, match=f"^{path}: process {child.pid} has it open; "):
                await storage.start()
            if end == "kill":
                child.kill()
            child.stdin.close()
        await storage.start()
        await storage.stop()


async def test_another_programs_lock_fails_a_write_and_nothing_else(tmp_path: Path) -> None:
    """STORAGE-12: once it is gone, writing goes on."""
    path = tmp_path / "some.db"
    storage = SqliteStorage(path, lock_timeout=0.05)
    await storage.start()
    await storage.commit([], [Put("a", b"1")])
    with closing(sqlite3.connect(path, isolation_level=None)) as program:
        program.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="another program holds it locked") as caught:
            await storage.commit([], [Put("a", b"2")])
        assert not caught.value.uncertain
        assert await storage.get("a") == KeyValue("a", b"1", 1, 1)
        program.execute("ROLLBACK")
        assert await storage.commit([], [Put("a", b"2")]) == 2
        # A backup is a read.
        with closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
            program.backup(backup)
    await storage.stop()
    copy = SqliteStorage(tmp_path / "backup.db")
    await copy.start()
    assert await copy.get("a") == KeyValue("a", b"2", 1, 2)
    await copy.stop()


async def test_a_file_that_is_locked_for_good_cannot_be_opened(tmp_path: Path) -> None:
    """STORAGE-12."""
    path = tmp_path / "some.db"
    storage = SqliteStorage(path, lock_timeout=0.05)
    await storage.start()
    await storage.stop()
    with closing(sqlite3.connect(path, isolation_level=None)) as program:
        program.execute("PRAGMA locking_mode = EXCLUSIVE")
        program.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageUnavailable, match="another program holds it locked"):
            await storage.start()
    await storage.start()
    await storage.stop()


@pytest.fixture(params=[0o444, 0o666], ids=["file", "folder"])
def read_only(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A path whose file, or whose folder, nobody but root may write."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "some.db"
    asyncio.run(make(path))
    path.chmod(request.param)
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def make(path: Path) -> None:
    storage = SqliteStorage(path)
    await storage.start()
    await storage.stop()


def test_a_file_that_cannot_be_written_is_refused(read_only: Path, repo: Path) -> None:
    """STORAGE-12: and so is a folder in which its WAL cannot be made."""
    before = read_only.read_bytes()
    with start_child(repo, "write", read_only, os.getuid() or NOBODY) as child:
        said, _ = child.communicate()
    assert said == "it cannot be written (Permission denied)\n"
    assert read_only.read_bytes() == before
