"""What a store holds and tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from goten.storage import Event

if TYPE_CHECKING:
    from google.protobuf.message import Message


class Entry(NamedTuple):
    """A resource in memory. `message` is shared: it is never changed. `data` is what is stored of it."""

    name: str
    message: Message
    create_revision: int
    mod_revision: int
    data: bytes


class ResourceEvent(NamedTuple):
    """What a transaction did to one resource. Messages are shared: they are never changed.

    `before` is None for a creation, `after` for a deletion. `before_known` is False where the change was made before
    this process began to look: then `before` is None, and the resource may have been there. `time`, in seconds since
    1970, never falls from one event of a store to the next.
    """

    revision: int
    time: float
    name: str
    before: Message | None
    after: Message | None
    before_known: bool


class Applied(NamedTuple):
    """What has just come into memory: whole transactions, up to `revision`.

    `events` are in the order of revisions, by the type of the resource; `records` are changes of keys that are no
    resource's.
    """

    revision: int
    events: Mapping[str, Sequence[ResourceEvent]]
    records: Sequence[Event]


Listener: TypeAlias = Callable[[Applied], None]
