"""Opening the file: what is there must be ours and whole, else nothing of it is touched (STORAGE-11, STORAGE-12)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from goten.storage.errors import StorageUnavailable
from goten.storage.sqlite.failures import speaking_of
from goten.storage.sqlite.schema import APPLICATION_ID, VERSION, migrate, version_of

# As SQLite documents the header of its files.
_MAGIC: Final = b"SQLite format 3\0"
_HEADER_SIZE: Final = 100
_VERSION_OFFSET: Final = 60
_APPLICATION_OFFSET: Final = 68

# Pages of 4 KiB: so many are copied from the WAL into the file at a time.
_CHECKPOINT_PAGES: Final = 4000
_WAL_BYTES: Final = 64 << 20
_CACHE_KIB: Final = 16 << 10
_STATEMENTS: Final = 64

# SQLite lets a column hold any type, so its own check finds nothing wrong with such.
_MISTYPED: Final = """
    SELECT 1 FROM kv WHERE typeof(key) <> 'text' OR typeof(value) <> 'blob'
        OR typeof(create_revision) <> 'integer' OR typeof(mod_revision) <> 'integer'
    UNION ALL
    SELECT 1 FROM log WHERE typeof(key) <> 'text' OR typeof(value) NOT IN ('blob', 'null')
        OR typeof(create_revision) <> 'integer'
    LIMIT 1
"""


class Limits(NamedTuple):
    """`lock_timeout`: seconds to wait for another program's lock. `max_bytes`: the file grows no further."""

    lock_timeout: float
    max_bytes: int | None


def prepare_file(path: Path, limits: Limits) -> None:
    """Makes the file if there is none; else makes sure that it is ours and whole."""
    if not path.exists():
        _create(path)
        return
    _check_header(path)
    with speaking_of(path):
        _check_content(path, limits.lock_timeout)


def connect_writer(path: Path, limits: Limits) -> sqlite3.Connection:
    """For the only one that writes. Brings the tables to this version."""
    connection = _connect(path, "rw", limits.lock_timeout)
    try:
        _set_up_writer(connection, path, limits)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up_writer(connection: sqlite3.Connection, path: Path, limits: Limits) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StorageUnavailable(str(path), "its file system cannot hold a WAL", "choose a file on a local disk")
    # The WAL is on the disk before a commit returns; on macOS that takes a stronger call.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    if limits.max_bytes is not None:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute(f"PRAGMA max_page_count = {max(1, limits.max_bytes // page_size)}")


def connect_reader(path: Path, limits: Limits) -> sqlite3.Connection:
    """For the event loop."""
    # It waits on the event loop, if at all.
    connection = _connect(path, "rw", min(limits.lock_timeout, 0.1))
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _connect(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=timeout, isolation_level=None, cached_statements=_STATEMENTS
    )


def _create(path: Path) -> None:
    """The file appears whole, with its tables: a crash leaves none that looks like something else."""
    if (left := Path(f"{path}-wal")).exists():
        raise StorageUnavailable(
            str(path), f"it is missing, but {left.name} is there with changes", "put the file back, or move that away"
        )
    new = Path(f"{path}-new")
    for left in (new, Path(f"{new}-journal")):
        left.unlink(missing_ok=True)
    with speaking_of(path), closing(_connect(new, "rwc", 0)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection)
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _check_header(path: Path) -> None:
    """By the bytes alone: merely opening another application's database with SQLite could change it."""
    with path.open("r+b") as file:
        header = file.read(_HEADER_SIZE)
    if len(header) < _HEADER_SIZE or not header.startswith(_MAGIC):
        reason = "it is no SQLite database" if header else "it is empty"
        raise StorageUnavailable(str(path), reason, "choose another file, or put a backup in its place")
    if int.from_bytes(header[_APPLICATION_OFFSET : _APPLICATION_OFFSET + 4]) != APPLICATION_ID:
        raise StorageUnavailable(str(path), "it is another application's database", "choose another file")
    _check_version(path, int.from_bytes(header[_VERSION_OFFSET : _VERSION_OFFSET + 4]))


def _check_version(path: Path, version: int) -> None:
    if version > VERSION:
        raise StorageUnavailable(
            str(path), f"it has version {version}, and this program knows versions up to {VERSION}", "use a newer one"
        )


def _check_content(path: Path, timeout: float) -> None:
    """Without the right to write, so that of a damaged file nothing more is lost."""
    with closing(_connect(path, "ro", timeout)) as connection:
        _check_version(path, version_of(connection))
        # What is damaged may be a name that the finding tells.
        connection.text_factory = lambda text: text.decode(errors="replace")
        (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if finding == "ok" and version_of(connection) == VERSION and connection.execute(_MISTYPED).fetchone():
            finding = "values of another type than was written"
    if finding != "ok":
        # The finding may have lines; the last one tells what is wrong.
        raise StorageUnavailable(
            str(path),
            f"it is damaged ({finding.splitlines()[-1]})",
            "keep a copy of it, and put a backup in its place",
        )
