"""Page tokens in the form that published clients read and write (FILTER-15)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from goten.query.errors import QueryError, shown

FIELD = "page_token"
LONGEST_TOKEN: Final = 16_384
"""A cursor that takes more characters is not read, and not given out: an offset takes its place."""
_LARGEST_OFFSET = 2**31 - 1


class PageToken(NamedTuple):
    """A page to the `left` of a place, or to the right of it, with what is at the place or without.

    The place is an offset, or a cursor: what the item there has for each criterion of the order, by path.
    """

    left: bool
    inclusive: bool
    place: int | Mapping[str, str]

    def __str__(self) -> str:
        side, inclusion = "l" if self.left else "r", "i" if self.inclusive else "e"
        if isinstance(self.place, int):
            return f"{side}.{inclusion}.O.{self.place}"
        pairs = ",".join(f"{_encode(path)}:{_encode(value)}" for path, value in self.place.items())
        return f"{side}.{inclusion}.C.{pairs}"


def parse_page_token(text: str) -> PageToken:
    """Raises QueryError for what is no token, and for one of a snapshot: no server of ours gives such out."""
    if len(text) > LONGEST_TOKEN:
        raise QueryError(FIELD, f"has {len(text)} characters, more than {LONGEST_TOKEN}")
    side, inclusion, kind, value = _split(text)
    if kind == "S":
        raise QueryError(FIELD, "is of a snapshot, and none is kept", position=4, hint="ask for the first page again")
    place = _read_offset(value, text) if kind == "O" else _read_cursor(value, text)
    return PageToken(side == "l", inclusion == "i", place)


def _split(text: str) -> list[str]:
    parts = text.split(".", 3)
    if len(parts) != 4 or parts[0] not in ("l", "r") or parts[1] not in ("i", "e") or parts[2] not in ("O", "C", "S"):
        raise QueryError(FIELD, f"{shown(text)} is no page token", hint="pass on what a response of this method gave")
    return parts


def _read_offset(value: str, text: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= 10 and int(value) <= _LARGEST_OFFSET:
        return int(value)
    raise QueryError(FIELD, f"{shown(text)} has no offset from 0 to {_LARGEST_OFFSET}", position=6)


def _read_cursor(value: str, text: str) -> Mapping[str, str]:
    cursor: dict[str, str] = {}
    for path, content in _read_pairs(value.split(","), text):
        if path in cursor:
            raise QueryError(FIELD, f"{shown(text)} has {shown(path)} twice", position=6)
        cursor[path] = content
    return cursor


def _read_pairs(pairs: Iterable[str], text: str) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        path, colon, value = pair.partition(":")
        if not colon:
            raise QueryError(FIELD, f"{shown(text)} has a pair without a colon", position=6)
        yield _decode(path, text), _decode(value, text)


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decode(code: str, text: str) -> str:
    try:
        return base64.b64decode(code, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise QueryError(FIELD, f"{shown(text)} has a pair that is not base64 of text", position=6) from error
