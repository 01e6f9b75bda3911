"""What every backend does alike with a transaction: its limits, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from goten.storage.errors import TransactionTooLarge
from goten.storage.interface import MAX_BYTES, MAX_OPERATIONS, Change, Compare, Event, Put
from goten.storage.keys import key_size

ABSENT: Final = (0, 0)

Revisions: TypeAlias = Callable[[str], tuple[int, int]]
"""Of a key: the revisions that created it and changed it last; ABSENT where there is no such key."""


def check_transaction(compares: Sequence[Compare], changes: Sequence[Change]) -> None:
    """Raises TransactionTooLarge beyond the limits, ValueError for what is no transaction (STORAGE-3, STORAGE-4)."""
    for operations in (compares, changes):
        if len(operations) > MAX_OPERATIONS:
            raise TransactionTooLarge("operations", len(operations), MAX_OPERATIONS)
    size = 0
    for compare in compares:
        size += key_size(compare.key)
    for change in changes:
        size += key_size(change.key)
        if type(change) is Put:
            size += len(change.value)
    if size > MAX_BYTES:
        raise TransactionTooLarge("bytes", size, MAX_BYTES)
    if len(changes) > 1:
        _check_distinct(changes)


def evaluate(
    compares: Sequence[Compare], changes: Sequence[Change], revisions: Revisions, revision: int
) -> list[Event] | None:
    """What a transaction does if it gets `revision`; empty if it does nothing, None if a comparison fails."""
    for key, mod_revision in compares:
        if revisions(key)[1] != mod_revision:
            return None
    events = []
    for change in changes:
        created = revisions(change.key)[0]
        if type(change) is Put:
            events.append(Event(revision, change.key, change.value, created or revision))
        elif created:
            events.append(Event(revision, change.key, None, 0))
    return events


def _check_distinct(changes: Sequence[Change]) -> None:
    seen = set()
    for change in changes:
        if change.key in seen:
            raise ValueError(f"a transaction changes the key {change.key!r} twice")
        seen.add(change.key)
