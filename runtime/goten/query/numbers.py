"""Kinds of values that are compared as numbers, times and durations among them (FILTER-4)."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Final

from goten.query.kinds import Kind, Mismatch, read_long_integer, said
from goten.query.syntax import Literal
from goten.query.times import nanos_of, read_duration, read_time, write_duration, write_time

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class IntegerKind(Kind):
    def __init__(self, low: int, high: int) -> None:
        self.noun = f"a whole number from {low} to {high}"
        self._low = low
        self._high = high

    def read(self, literal: Literal) -> int:
        value = literal.value
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and self._low <= value <= self._high:
            return value
        raise self.mismatch(literal)

    def write(self, value: int) -> str:
        return str(value)

    def to_cursor(self, value: int) -> str:
        return str(value)

    def from_cursor(self, text: str) -> int:
        return read_long_integer(text)


class FloatKind(Kind):
    noun = "a number"

    def __init__(self, *, single: bool) -> None:
        self._single = single

    def read(self, literal: Literal) -> float:
        number = self._number(literal)
        try:
            stored = self._stored(number)
        except OverflowError:
            stored = math.inf
        if math.isinf(stored) and literal.value not in _NOT_FINITE:
            raise Mismatch(f"{said(literal)} does not fit the field", literal.position)
        return stored

    def _number(self, literal: Literal) -> float:
        value = literal.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if value == "NaN":
            raise self.mismatch(literal, "nothing equals NaN; write IS NAN")
        if isinstance(value, str) and (value in _NOT_FINITE or _NUMBER.fullmatch(value)):
            return float(value)
        raise self.mismatch(literal)

    def _stored(self, value: float) -> float:
        """What a field keeps of it; a float32 keeps half of the digits."""
        if not self._single:
            return float(value)
        stored: float = struct.unpack("f", struct.pack("f", value))[0]
        return stored

    def write(self, value: float) -> str:
        return repr(value) if math.isfinite(value) else f'"{self.to_cursor(value)}"'

    def to_cursor(self, value: float) -> str:
        if math.isfinite(value):
            return repr(value)
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

    def from_cursor(self, text: str) -> float:
        if text in _NOT_FINITE:
            return _NOT_FINITE[text]
        if _NUMBER.fullmatch(text):
            return float(text)
        raise ValueError(text)


class _NanosKind(Kind):
    """Compared as whole nanoseconds, and so in cursors: a message may have what RFC 3339 cannot write."""

    convert = staticmethod(nanos_of)
    read_text: Callable[[str], int | None]
    write_text: Callable[[int], str]

    def read(self, literal: Literal) -> int:
        nanos = self.read_text(literal.value) if isinstance(literal.value, str) else None
        if nanos is None:
            raise self.mismatch(literal)
        return nanos

    def write(self, value: int) -> str:
        return f'"{self.write_text(value)}"'

    def to_cursor(self, value: int) -> str:
        return str(value)

    def from_cursor(self, text: str) -> int:
        return read_long_integer(text)


class TimeKind(_NanosKind):
    noun = 'a quoted RFC 3339 time such as "2026-11-24T10:00:00Z"'
    read_text = staticmethod(read_time)
    write_text = staticmethod(write_time)


class DurationKind(_NanosKind):
    noun = 'a quoted duration in seconds such as "1.5s"'
    read_text = staticmethod(read_duration)
    write_text = staticmethod(write_duration)
