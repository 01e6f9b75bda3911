"""Typed resources over a storage: a view in memory, transactions, and the latest history."""

from __future__ import annotations

from goten.store.decoding import NotStored
from goten.store.holders import HolderVersion, StoreHolders
from goten.store.model import Applied, Entry, Listener, ResourceEvent
from goten.store.store import Store
from goten.store.transaction import Transaction

__all__ = [
    "Applied",
    "Entry",
    "HolderVersion",
    "Listener",
    "NotStored",
    "ResourceEvent",
    "Store",
    "StoreHolders",
    "Transaction",
]
