"""SQLite's errors in the words of the interface (STORAGE-12)."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from goten.storage.errors import StorageUnavailable

_WORDS: Final = {
    sqlite3.SQLITE_FULL: (
        "there is no room for the change",
        "free space on the disk, or raise the limit of the file; writing goes on as soon as there is room",
    ),
    sqlite3.SQLITE_IOERR: ("the disk refused a read or a write", "see to the disk; what was acknowledged is kept"),
    sqlite3.SQLITE_BUSY: ("another program holds it locked", "end what that program does with the file"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", "give this user the right to write the file and its folder"),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "give this user the right to write the file and its folder"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "keep a copy of it, and put a backup in its place"),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "keep a copy of it, and put a backup in its place"),
}


def unavailable(path: Path, error: sqlite3.Error, *, writing: bool = False) -> StorageUnavailable:
    """What a failure of SQLite means. A transaction whose write the disk refused may turn up after a crash."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if _NO_TEXT in str(error):
        code = sqlite3.SQLITE_CORRUPT
    reason, hint = _WORDS.get(code, ("SQLite failed", "see its message"))
    return StorageUnavailable(
        str(path), f"{reason} ({error})", hint, uncertain=writing and code == sqlite3.SQLITE_IOERR
    )


_NO_TEXT: Final = "Could not decode to UTF-8"
"""What Python says of a text in the file that is none: this program writes only UTF-8."""


class speaking_of:
    """Failures of SQLite inside become StorageUnavailable. No generator: every read passes here."""

    __slots__ = ("_path", "_writing")

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        self._path = path
        self._writing = writing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise unavailable(self._path, error, writing=self._writing) from error
        if isinstance(error, UnicodeDecodeError):
            # The message of an error named something in the file that is no text.
            raise unavailable(self._path, sqlite3.DatabaseError(_NO_TEXT)) from error
