"""One criterion of an order: from a message to a part of its key, and from that to a cursor (FILTER-13, FILTER-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from goten.query.access import Getter, can_be_missing, value_getter
from goten.query.errors import QueryError
from goten.query.numbers import FloatKind
from goten.query.paths import FieldPath

# What comes first, where not all values can be compared with each other.
_MISSING: Final = (0, 0)
_NAN: Final = (1, 0)
_VALUE: Final = 2


@dataclass(slots=True)
class _Descending:
    """A part of a key that sorts the other way."""

    part: Any

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.part < self.part)


class Criterion:
    """`key` is from a message to its part of the key."""

    def __init__(self, path: FieldPath, *, descending: bool) -> None:
        self.path: Final = str(path)
        self.descending: Final = descending
        self._kind = path.kind
        self._can_be_missing = can_be_missing(path)
        self._is_ranked = self._can_be_missing or isinstance(self._kind, FloatKind)
        self.key: Final = self._key(value_getter(path))

    def __str__(self) -> str:
        return f"{self.path} desc" if self.descending else self.path

    def _key(self, fetch: Getter) -> Getter:
        if not self._is_ranked:
            return (lambda message: _Descending(fetch(message))) if self.descending else fetch
        if self.descending:
            return lambda message: _Descending(_ranked(fetch(message)))
        return lambda message: _ranked(fetch(message))

    def text_of(self, part: Any) -> str | None:
        """What a cursor has for a part of a key, None where the value is missing."""
        value = part.part if self.descending else part
        if self._is_ranked:
            if value == _MISSING:
                return None
            value = float("nan") if value == _NAN else value[1]
        return self._kind.to_cursor(value)

    def part_of(self, text: str | None) -> Any:
        """The part of a key that `text_of` made a text of. Raises QueryError for another text."""
        try:
            value = None if text is None else self._kind.from_cursor(text)
        except ValueError:
            raise QueryError("page_token", f"has a value that {self.path} cannot have") from None
        if value is None and not self._can_be_missing:
            raise QueryError("page_token", f"is of a list in another order: it has no {self.path}")
        part = _ranked(value) if self._is_ranked else value
        return _Descending(part) if self.descending else part


def _ranked(value: Any) -> tuple[int, Any]:
    if value is None:
        return _MISSING
    return (_VALUE, value) if value == value else _NAN
