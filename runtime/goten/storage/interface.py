"""What a storage has to do: keys with revisions, transactions that compare, and following what changes.

The interface is narrow on purpose, and its limits are those of etcd, so that any backend can keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias

MAX_OPERATIONS: Final = 128
"""So many comparisons, and so many changes, a transaction may have."""
MAX_BYTES: Final = 1_500_000
"""So many bytes the keys and values of a transaction may have together."""


class KeyValue(NamedTuple):
    """A key as it is stored. Revisions are those of the transactions that created it and changed it last."""

    key: str
    value: bytes
    create_revision: int
    mod_revision: int


class Compare(NamedTuple):
    """A transaction goes ahead only if the key was last changed at `mod_revision`; 0: if there is no such key."""

    key: str
    mod_revision: int


class Put(NamedTuple):
    key: str
    value: bytes


class Delete(NamedTuple):
    """Takes the key away, if it is there."""

    key: str


Change: TypeAlias = Put | Delete


class Range(NamedTuple):
    """Keys in the order of code points (and of UTF-8 bytes), all as of `revision`; `more`: the limit cut them."""

    revision: int
    items: Sequence[KeyValue]
    more: bool


class Event(NamedTuple):
    """What a transaction did to one key. `value` is None, and `create_revision` 0, where it took it away."""

    revision: int
    key: str
    value: bytes | None
    create_revision: int


class Batch(NamedTuple):
    """Consecutive transactions, each of them whole, up to `revision`; events are in the order of revisions."""

    revision: int
    events: Sequence[Event]


class Status(NamedTuple):
    """`revision` is that of the last transaction, 0 in a new storage. Changes up to `compacted` are forgotten."""

    revision: int
    compacted: int


class Storage(Protocol):
    """A backend. One owner starts it, uses it on one event loop, and stops it.

    All but `start` raise StorageUnavailable when the backend cannot be used now.
    """

    async def start(self) -> None:
        """Opens it. Raises StorageUnavailable with the reason where it cannot be."""
        ...

    async def stop(self) -> None:
        """Finishes what was begun, and closes; can be called again, and after a failed start."""
        ...

    async def status(self) -> Status: ...

    async def get(self, key: str) -> KeyValue | None:
        """The key as of the last acknowledged transaction, or a later one."""
        ...

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        """The keys that begin with `prefix` and come after the key `after`, at most `limit` of them (0: all).

        Pages of a range may differ in their revision.
        """
        ...

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        """One transaction: all of `changes` at a revision of their own, if every one of `compares` holds.

        Answers the revision when the transaction is durable, None when a comparison failed. Without changes, the
        answer is the revision at which the comparisons held; so it is where the changes do nothing. Raises
        TransactionTooLarge, and ValueError for an impossible key or one that is changed twice, before anything is done.
        Cancelling stops the waiting and not the transaction.
        """
        ...

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        """Delivers what was changed after a revision, in order and without a gap, until it is cancelled.

        `deliver` is called on the event loop and must be quick. A backend that shares the process with its only writer
        delivers a transaction before `commit` answers. Raises Compacted where the changes after `after` are not all
        known any more; what `deliver` raises ends the watch.
        """
        ...

    async def compact(self, revision: int) -> None:
        """Forgets changes up to a revision, or all where it is yet to come. What is stored stays."""
        ...
