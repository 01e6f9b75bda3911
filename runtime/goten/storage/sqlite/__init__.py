"""The embedded storage: one SQLite file, which one process has open (STORAGE-10)."""

from __future__ import annotations

from goten.storage.sqlite.storage import SqliteStorage

__all__ = ["SqliteStorage"]
