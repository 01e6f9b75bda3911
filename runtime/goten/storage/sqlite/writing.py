"""The one connection that writes. All of it is called in one thread."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from goten.storage.errors import StorageUnavailable
from goten.storage.interface import Event
from goten.storage.sqlite.failures import speaking_of
from goten.storage.sqlite.files import Limits, connect_writer, prepare_file
from goten.storage.sqlite.locking import FileLock
from goten.storage.sqlite.schema import LOG_STRIDE

_FORGOTTEN_AT_ONCE: Final = 500


class Writer:
    """Has the file open and locked from `open` to `close`."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._lock: FileLock | None = None
        self._connection: sqlite3.Connection | None = None

    def open(self) -> None:
        """Raises StorageUnavailable; what was opened until then, `close` closes."""
        path = self._path
        if path.is_dir() or not path.parent.is_dir():
            what = "it is a folder" if path.is_dir() else "its folder is missing"
            raise StorageUnavailable(str(path), what, "name a file in a folder that is there")
        try:
            self._lock = FileLock(path)
            prepare_file(path, self._limits)
        except OSError as error:
            raise StorageUnavailable(
                str(path),
                f"it cannot be written ({os.strerror(error.errno or 0)})",
                "give this user the right to write the file and its folder",
            ) from error
        with speaking_of(path):
            self._connection = connect_writer(path, self._limits)

    def close(self) -> None:
        """Can be called again. The last connection to close empties the WAL."""
        connection, self._connection = self._connection, None
        lock, self._lock = self._lock, None
        if connection is not None:
            connection.close()
        if lock is not None:
            lock.release()

    def append(self, events: Sequence[Event]) -> None:
        """Makes transactions durable, all or none.

        It is a single statement: each one waits for the event loop's thread twice, by up to 5 ms, while that is busy.
        """
        values: list[object] = []
        revision = number = 0
        for event in events:
            number = number + 1 if event.revision == revision else 0
            revision = event.revision
            values += (revision * LOG_STRIDE + number, event.key, event.value, event.create_revision)
        with speaking_of(self._path, writing=True):
            self._execute(_insertion(len(events)), values)

    def set_compacted(self, revision: int) -> None:
        with speaking_of(self._path):
            self._execute("UPDATE state SET compacted = max(compacted, ?)", (revision,))

    def forget_some(self) -> bool:
        """Takes some rows that are compacted out of the log; whether there may be more."""
        with speaking_of(self._path):
            deleted = self._execute(
                """
                DELETE FROM log WHERE position IN (
                    SELECT position FROM log WHERE position < (SELECT compacted + 1 FROM state) * ?
                    ORDER BY position LIMIT ?
                )
                """,
                (LOG_STRIDE, _FORGOTTEN_AT_ONCE),
            ).rowcount
        return deleted == _FORGOTTEN_AT_ONCE

    def _execute(self, statement: str, values: Sequence[object]) -> sqlite3.Cursor:
        if self._connection is None:
            raise StorageUnavailable(str(self._path), "it is not open", "it serves between start and stop")
        return self._connection.execute(statement, values)


@lru_cache(maxsize=1024)
def _insertion(rows: int) -> str:
    return "INSERT INTO log VALUES (?,?,?,?)" + ",(?,?,?,?)" * (rows - 1)
