"""Dividing a fan-out into transactions that every storage takes (FANOUT-4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from goten.descriptors import Descriptor

MOST_OPERATIONS: Final = 100
MOST_BYTES: Final = 1_000_000


class Write(NamedTuple):
    """Something that is behind: a Service itself (`follower` None), or a follower of it."""

    service: str
    """Id of the Service."""
    follower: tuple[Descriptor[Any, Any], str] | None
    """Type and name."""
    size: int
    """Bytes that it will have."""


@dataclass(slots=True)
class Chunk:
    """What one transaction writes, and which records it takes away."""

    writes: list[Write] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    records: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def operations(self) -> int:
        """Comparisons: each of the Services, of their followers, and of the records."""
        followers = sum(write.follower is not None for write in self.writes)
        return len(self.services) + followers + len(self.records)

    def has_room_for(self, write: Write) -> bool:
        """An empty one has room for anything: what is too large alone cannot be divided."""
        added = (write.service not in self.services) + (write.follower is not None)
        fits = self.operations + added <= MOST_OPERATIONS and self.size + write.size <= MOST_BYTES
        return fits or not self.writes

    def add(self, write: Write) -> None:
        self.writes.append(write)
        self.services.add(write.service)
        self.size += write.size


def chunked(writes: Iterable[Write], records: Iterable[str] = ()) -> list[Chunk]:
    """Writes in their order, then records; the last chunk of writes also takes the records that it has room for."""
    chunks: list[Chunk] = []
    for write in writes:
        if not chunks or not chunks[-1].has_room_for(write):
            chunks.append(Chunk())
        chunks[-1].add(write)
    for record in records:
        if not chunks or chunks[-1].operations >= MOST_OPERATIONS:
            chunks.append(Chunk())
        chunks[-1].records.append(record)
    return chunks
