"""Storages by the text that a command line or a configuration has for them."""

from __future__ import annotations

from pathlib import Path

from goten.storage.interface import Storage
from goten.storage.memory import MemoryStorage
from goten.storage.sqlite import SqliteStorage

_HINT = "write sqlite:PATH for a file, or memory: for a storage that ends with the process"


class StorageLocationError(ValueError):
    """A text that names no storage."""

    def __init__(self, text: str, reason: str, hint: str) -> None:
        super().__init__(text, reason, hint)
        self.text = text
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.text!r}: {self.reason}; {self.hint}"


def open_storage(text: str) -> Storage:
    """The storage that `sqlite:PATH` or `memory:` names, not started. Raises StorageLocationError.

    In a path, `~` stands for the home directory. A relative path is relative to the current directory at this moment.
    """
    kind, colon, rest = text.partition(":")
    if not colon or kind not in ("sqlite", "memory"):
        raise StorageLocationError(text, "names no storage", _HINT)
    if kind == "memory":
        if rest:
            raise StorageLocationError(text, "nothing can follow memory:", _HINT)
        return MemoryStorage()
    if not rest or "\0" in rest:
        raise StorageLocationError(text, "the path is missing" if not rest else "a path has no such character", _HINT)
    if rest == ":memory:":
        raise StorageLocationError(text, "is no file", _HINT)
    return SqliteStorage(Path(rest).expanduser())
