"""What goes into the watch machine and what comes out of it: plain data, without protobuf, gRPC or time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

ItemT = TypeVar("ItemT")

Change: TypeAlias = tuple[str, ItemT | None]
"""A resource by name, and how it is now; None: it left the watched collection. The name is empty where the server gave
none. Plain tuples: a snapshot may have a million of them."""

NO_SIZE = -1
"""The `snapshot_size` of a response that says nothing about the size; every negative one means this (WATCH-8)."""


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Response(NamedTuple, Generic[ItemT]):
    """A response of a STATELESS watch."""

    changes: tuple[Change[ItemT], ...] = ()
    is_current: bool = False
    resume_token: str = ""
    snapshot_size: int = NO_SIZE
    is_soft_reset: bool = False
    is_hard_reset: bool = False


class ResetReason(StrEnum):
    """Why what was received does not count as a start any more, so that a whole snapshot must follow."""

    HARD_RESET = "hard_reset"
    """The server said so (WATCH-6)."""
    NO_TOKEN = "no_token"
    """The stream ended, and the last boundary with changes had no resume token (WATCH-3)."""
    TOKEN_REFUSED = "token_refused"
    """The server answered the resume token with an error that a retry cannot heal (WATCH-11)."""
    SIZE_MISMATCH = "size_mismatch"
    """The server counts another number of resources (WATCH-8)."""
    SYNC_LOST = "sync_lost"
    """The watch was not current for too long (WATCH-13)."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The next boundary comes from a snapshot. What is known stays, as stale, until then."""

    reason: ResetReason


class Applied(NamedTuple, Generic[ItemT]):
    """A boundary: everything that the server had stored when it sent it is applied, at once (WATCH-2).

    Holds only what differs for someone who saw every event before. All four maps are by resource name.
    """

    added: Mapping[str, ItemT] = _NOTHING
    """Were not known."""
    changed: Mapping[str, ItemT] = _NOTHING
    """Were known, and are now different."""
    removed: Mapping[str, ItemT] = _NOTHING
    """Are gone; as they were known last."""
    before: Mapping[str, ItemT] = _NOTHING
    """What those in `changed` were."""
    snapshot: bool = False
    """Worked out from a snapshot of everything."""

    @property
    def is_bookmark(self) -> bool:
        """Whether nothing differs: the boundary only confirms what is known."""
        return not (self.added or self.changed or self.removed)


WatchEvent: TypeAlias = Applied[ItemT] | Reset


@dataclass(frozen=True, slots=True)
class Reopen:
    """Leave the stream, if it is still there, and open another with the machine's token."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fail:
    """Give up: no other stream would do better."""

    reason: str


class Step(NamedTuple, Generic[ItemT]):
    """What follows from a response: events in order, and what to do with the stream; None: read on."""

    events: tuple[WatchEvent[ItemT], ...] = ()
    action: Reopen | Fail | None = None


class Ending(NamedTuple, Generic[ItemT]):
    """What follows from the end of a stream: events in order, and whether there is another one."""

    events: tuple[WatchEvent[ItemT], ...]
    action: Reopen | Fail


@dataclass(slots=True)
class Anomalies:
    """How often a server did what the protocol does not allow, and the machine went on (WATCH-18)."""

    nameless: int = 0
    """Changes without a resource, or of one without a name: ignored."""
    removed_in_snapshot: int = 0
    boundaries_without_token: int = 0
    size_mismatches: int = 0
