"""The backends under test. Another one is an item of BACKENDS, and passes the whole contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from goten.storage import MemoryStorage, SqliteStorage, Storage

Opener: TypeAlias = Callable[[], Storage]
"""A storage that is not started. All that one opener makes, one after another, have the same content."""


def _memory(folder: Path) -> Opener:
    storage = MemoryStorage()
    return lambda: storage


def _sqlite(folder: Path) -> Opener:
    return lambda: SqliteStorage(folder / "contract.db")


BACKENDS: Final[Mapping[str, Callable[[Path], Opener]]] = {"memory": _memory, "sqlite": _sqlite}
"""By name: what gives an empty storage of its own, given a folder of its own."""
SOLE_WRITERS: Final = frozenset({"memory", "sqlite"})
"""Those that are the only ones to write what they hold, and so deliver before they answer."""
