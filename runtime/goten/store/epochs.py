"""Epochs: which history a revision belongs to (FEED-7).

Every start of a store begins an epoch, at the revision of the record that says so. Where a storage was set back to an
older state, revisions come a second time, but in another epoch.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

from goten.storage import Change, Compare, Delete, KeyValue, Put, Storage, StorageUnavailable
from goten.store.keys import EPOCHS, STORE_ID

_MAX_KEPT: Final = 1_000
_MAX_DROPPED_AT_ONCE: Final = 100
_ATTEMPTS: Final = 50


class Epochs:
    """The epochs that a storage knows, as their records say."""

    def __init__(self, records: Iterable[KeyValue]) -> None:
        ordered = sorted((record.create_revision, record.value.decode(errors="replace")) for record in records)
        self._firsts = [first for first, _ in ordered]
        self._ids = [id for _, id in ordered]

    def at(self, revision: int) -> str:
        """The epoch in force at a revision; empty where that is not known any more."""
        place = bisect_right(self._firsts, revision)
        return self._ids[place - 1] if place else ""


async def begin_epoch(storage: Storage, random: Random) -> None:
    """Adds an epoch; gives the storage its id where it has none; drops what cannot matter any more.

    Raises StorageUnavailable.
    """
    for _ in range(_ATTEMPTS):
        status = await storage.status()
        kept = (await storage.range(EPOCHS)).items
        key = f"{EPOCHS}{status.revision + 1:020}"
        compares = [Compare(key, 0)]
        changes: list[Change] = [Put(key, _new_id(random))]
        if await storage.get(STORE_ID) is None:
            compares.append(Compare(STORE_ID, 0))
            changes.append(Put(STORE_ID, _new_id(random)))
        changes += [Delete(dropped) for dropped in _outdated(kept, status.compacted)[:_MAX_DROPPED_AT_ONCE]]
        if await storage.commit(compares, changes) is not None:
            return
    raise StorageUnavailable("the store", "others start at the same time, again and again", "start one after the other")


def _outdated(records: Sequence[KeyValue], compacted: int) -> list[str]:
    """The keys of the epochs of which no change is known any more, and of the oldest ones beyond a bound."""
    ordered = sorted(records, key=lambda record: record.create_revision)
    ended = sum(1 for following in ordered[1:] if following.create_revision <= compacted)
    return [record.key for record in ordered[: max(ended, len(ordered) - _MAX_KEPT)]]


def _new_id(random: Random) -> bytes:
    return f"{random.getrandbits(96):024x}".encode()
