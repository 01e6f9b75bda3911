"""Kinds of values: how each is read from a filter or a cursor, compared, and written (FILTER-4)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final

from google.protobuf.descriptor import EnumDescriptor

from goten.query.errors import shown
from goten.query.syntax import Literal
from goten.query.texts import quote

_LONG_INTEGER: Final = re.compile(r"-?[0-9]{1,40}")


class Mismatch(ValueError):
    """A literal is no value of the kind that is needed at its place."""

    def __init__(self, reason: str, position: int, hint: str = "") -> None:
        super().__init__(reason, position, hint)
        self.reason = reason
        self.position = position
        self.hint = hint


class Kind:
    """A kind of single values. What it reads, and what `convert` makes of a field, compare with == and <."""

    noun: str
    """As in `expected a text`."""
    ordered = True
    hashable = True
    convert: Callable[[Any], Any] | None = None
    """From what a message has to what is compared; None where they are the same."""

    def read(self, literal: Literal) -> Any:
        """Raises Mismatch."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """A literal that reads as `value`, the same for the same value."""
        raise NotImplementedError

    def to_cursor(self, value: Any) -> str:
        """A text that `from_cursor` reads as `value`, whatever a message may have."""
        raise NotImplementedError

    def from_cursor(self, text: str) -> Any:
        """Raises ValueError."""
        raise NotImplementedError

    def mismatch(self, literal: Literal, hint: str = "") -> Mismatch:
        return Mismatch(f"expected {self.noun}, not {said(literal)}", literal.position, hint)


def said(literal: Literal) -> str:
    """A literal in an error message."""
    value = literal.value
    if isinstance(value, str):
        return shown(quote(value))
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, dict):
        return "a map"
    return "null" if value is None else shown(str(value).lower())


class TextKind(Kind):
    noun = "a text in quotes"

    def read(self, literal: Literal) -> str:
        if isinstance(literal.value, str):
            return literal.value
        raise self.mismatch(literal)

    def write(self, value: str) -> str:
        return quote(value)

    def to_cursor(self, value: str) -> str:
        return value

    def from_cursor(self, text: str) -> str:
        return text


class BytesKind(Kind):
    noun = "bytes as base64 in quotes"

    def read(self, literal: Literal) -> bytes:
        if isinstance(literal.value, str):
            try:
                return _read_base64(literal.value)
            except ValueError:
                pass
        raise self.mismatch(literal)

    def write(self, value: bytes) -> str:
        return quote(self.to_cursor(value))

    def to_cursor(self, value: bytes) -> str:
        return base64.b64encode(value).decode()

    def from_cursor(self, text: str) -> bytes:
        return _read_base64(text)


def _read_base64(text: str) -> bytes:
    """Both alphabets, with padding or without. Raises ValueError."""
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


class BoolKind(Kind):
    noun = "true or false"

    def read(self, literal: Literal) -> bool:
        if isinstance(literal.value, bool):
            return literal.value
        raise self.mismatch(literal)

    def write(self, value: bool) -> str:
        return "true" if value else "false"

    def to_cursor(self, value: bool) -> str:
        return self.write(value)

    def from_cursor(self, text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"


class EnumKind(Kind):
    def __init__(self, enum: EnumDescriptor) -> None:
        self.noun = f"a quoted name of {enum.name}"
        self._numbers = {name: value.number for name, value in enum.values_by_name.items()}
        self._names = {number: value.name for number, value in enum.values_by_number.items()}

    def read(self, literal: Literal) -> int:
        value = literal.value
        if isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31:
            return value
        if isinstance(value, str) and value in self._numbers:
            return self._numbers[value]
        raise self.mismatch(literal, self._hint(value))

    def _hint(self, value: object) -> str:
        close = closest(value, self._numbers) if isinstance(value, str) else None
        return f'did you mean "{close}"?' if close else f"it has {', '.join(list(self._numbers)[:10])}"

    def write(self, value: int) -> str:
        return quote(self._names[value]) if value in self._names else str(value)

    def to_cursor(self, value: int) -> str:
        return str(value)

    def from_cursor(self, text: str) -> int:
        return read_long_integer(text)


def closest(word: str, known: Any) -> str | None:
    """Of the known words, the one that may have been meant."""
    # Comparing costs the product of the lengths.
    return next(iter(get_close_matches(word, known, n=1)), None) if len(word) <= 80 else None


def read_long_integer(text: str) -> int:
    """Any whole number. Raises ValueError."""
    if _LONG_INTEGER.fullmatch(text):
        return int(text)
    raise ValueError(text)
