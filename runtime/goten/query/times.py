"""Times and durations as texts, and as whole nanoseconds (FILTER-4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

NANOS: Final = 1_000_000_000

_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-][0-9]{2}:[0-9]{2}))"
)
_DURATION: Final = re.compile(r"([+-]?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_FIRST_SECOND: Final = -62_135_596_800
_LAST_SECOND: Final = 253_402_300_799
_LONGEST_SECONDS: Final = 315_576_000_000


def nanos_of(message: object) -> int:
    """A google.protobuf.Timestamp (since 1970) or Duration."""
    seconds: int = message.seconds  # type: ignore[attr-defined]
    nanos: int = message.nanos  # type: ignore[attr-defined]
    return seconds * NANOS + nanos


def read_time(text: str) -> int | None:
    """Nanoseconds since 1970 of an RFC 3339 text, None for another text or outside of the years 1 to 9999."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    date, time, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}{offset or '+00:00'}")
        seconds = (moment - _EPOCH) // _SECOND
    except (ValueError, OverflowError):
        return None
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return None
    return seconds * NANOS + _fraction(fraction)


def write_time(nanos: int) -> str:
    """RFC 3339 in UTC, of what `read_time` can return."""
    seconds, rest = divmod(nanos, NANOS)
    moment = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{moment.isoformat()}{_write_fraction(rest)}Z"


def read_duration(text: str) -> int | None:
    """Nanoseconds of a text such as `-1.5s`, None for another text or more than ten thousand years."""
    found = _DURATION.fullmatch(text)
    if found is None or int(found[2]) > _LONGEST_SECONDS:
        return None
    nanos = int(found[2]) * NANOS + _fraction(found[3])
    return -nanos if found[1] == "-" else nanos


def write_duration(nanos: int) -> str:
    """What `read_duration` reads."""
    seconds, rest = divmod(abs(nanos), NANOS)
    return f"{'-' if nanos < 0 else ''}{seconds}{_write_fraction(rest)}s"


def _fraction(digits: str | None) -> int:
    return int(digits.ljust(9, "0")) if digits else 0


def _write_fraction(nanos: int) -> str:
    return f".{nanos:09d}".rstrip("0") if nanos else ""
