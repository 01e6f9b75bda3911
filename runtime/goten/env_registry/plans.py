"""What a process has to write, given what is stored: the parts that plans of all types share (ENV-3, ENV-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

WrittenT = TypeVar("WrittenT", bound=Message)


@dataclass(frozen=True, slots=True)
class Create(Generic[WrittenT]):
    message: WrittenT


@dataclass(frozen=True, slots=True)
class Update(Generic[WrittenT]):
    """Writes the paths of `message`, if they are still as in `stored` (compare-and-swap)."""

    message: WrittenT
    stored: WrittenT
    paths: tuple[str, ...]


def copied(message: WrittenT) -> WrittenT:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def update(stored: WrittenT, merged: WrittenT) -> Update[WrittenT] | None:
    """The top-level fields in which they differ; None: nowhere."""
    paths = tuple(
        field.name
        for field in stored.DESCRIPTOR.fields
        if field.name != "metadata" and getattr(stored, field.name) != getattr(merged, field.name)
    )
    return Update(merged, stored, paths) if paths else None


def may_overwrite(own: int, stored: int, *, starting: bool) -> bool:
    """Whether a process of generation `own` makes what is stored what it declares, or only adds (ENV-5).

    A generation of 0 is none: whoever carries none overwrites at its start.
    """
    if not own or not stored:
        return starting
    return own > stored or (own == stored and starting)


def is_older(own: int, stored: int) -> bool:
    """Whether what is stored was written by a newer generation."""
    return 0 < own < stored
