"""A dict whose keys can also be had in order, and by prefix."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

V = TypeVar("V")

_LAST: Final = 0x10FFFF


class SortedMap(Generic[V]):
    """Keys are in the order of code points. `values` and `keys` are to be read only."""

    __slots__ = ("keys", "values")

    def __init__(self) -> None:
        self.values: Final[dict[str, V]] = {}
        self.keys: Final[list[str]] = []

    def put(self, key: str, value: V) -> None:
        if key not in self.values:
            if not self.keys or self.keys[-1] < key:
                self.keys.append(key)
            else:
                insort(self.keys, key)
        self.values[key] = value

    def remove(self, key: str) -> None:
        """Takes a key away, if it is there."""
        if key in self.values:
            del self.values[key]
            del self.keys[bisect_left(self.keys, key)]

    def bounds(self, prefix: str) -> tuple[int, int]:
        """Where in `keys` those are that begin with `prefix`: from, and up to."""
        if not prefix:
            return 0, len(self.keys)
        first = bisect_left(self.keys, prefix)
        behind = _behind(prefix)
        return first, len(self.keys) if behind is None else bisect_left(self.keys, behind, first)

    def under(self, prefix: str) -> list[V]:
        """The values of the keys that begin with `prefix`, in order."""
        return [self.values[key] for key in self.keys_under(prefix)]

    def keys_under(self, prefix: str) -> Sequence[str]:
        if not prefix:
            return self.keys
        first, end = self.bounds(prefix)
        return self.keys[first:end]

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)


def _behind(prefix: str) -> str | None:
    """The first text, in order, that comes after all that begin with `prefix`; None where all that follow do."""
    kept = prefix.rstrip(chr(_LAST))
    return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else None
