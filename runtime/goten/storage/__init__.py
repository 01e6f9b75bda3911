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
    "Put",
    "Range",
    "Status",
    "Storage",
    "StorageError",
    "StorageUnavailable",
    "TransactionTooLarge",
]
