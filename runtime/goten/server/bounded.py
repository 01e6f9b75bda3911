"""A mapping that keeps what was used last, in bounded number."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


LONGEST_TEXT = 4096
"""Texts of requests that are longer are no keys: whoever sends them must not fill the memory."""


class Bounded(Generic[KeyT, ValueT]):
    """Holds at most `size` entries: the one that was neither added nor found for the longest time goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[KeyT, ValueT] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: KeyT) -> ValueT | None:
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def add(self, key: KeyT, value: ValueT) -> ValueT:
        """Returns `value`."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)
        return value

    def discard(self, key: KeyT) -> None:
        self._entries.pop(key, None)
