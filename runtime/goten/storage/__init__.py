"""Storages: where resources are kept, behind one narrow interface (spec/protocol/storage.md)."""

from __future__ import annotations

from goten.storage.errors import Compacted, StorageError, StorageUnavailable, TransactionTooLarge
from goten.storage.interface import (
    MAX_BYTES,
    MAX_OPERATIONS,
    Batch,
    Change,
    Compare,
    Delete,
    Event,
    KeyValue,
    Put,
    Range,
    Status,
    Storage,
)
from goten.storage.locations import StorageLocationError, open_storage
from goten.storage.memory import MemoryStorage
from goten.storage.sqlite import SqliteStorage

__all__ = [
    "MAX_BYTES",
    "MAX_OPERATIONS",
    "Batch",
    "Change",
    "Compacted",
    "Compare",
    "Delete",
    "Event",
    "KeyValue",
    "MemoryStorage",
    "Put",
    "Range",
    "SqliteStorage",
    "Status",
    "Storage",
    "StorageError",
    "StorageLocationError",
    "StorageUnavailable",
    "TransactionTooLarge",
    "open_storage",
]
