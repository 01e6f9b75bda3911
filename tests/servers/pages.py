"""Pages of a list in order of names, with tokens as published clients read them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.refusal import Refused, invalid

DEFAULT_SIZE = 100
_FIELD = "name"


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: `names[first:end]`. Tokens are empty where there is no such page."""

    first: int
    end: int
    prev_token: str
    next_token: str


def cut_page(names: Sequence[str], size: int, token: str) -> Page:
    """The page of ordered `names` that a token leads to, the first one without a token.

    `size` 0 means the default. Raises Refused for a negative one, and for a token that no server of this kind wrote.
    """
    if size < 0:
        raise invalid(f"page_size is {size}")
    size = size or DEFAULT_SIZE
    first, end = 0, size
    if token:
        to_the_left, cursor = _read(token)
        if to_the_left:
            end = sum(name < cursor for name in names)
            first = max(0, end - size)
        else:
            first = sum(name <= cursor for name in names)
            end = first + size
    end = min(end, len(names))
    return Page(
        first,
        end,
        _write("l", names[first]) if 0 < first < len(names) else "",
        _write("r", names[end - 1]) if first < end < len(names) else "",
    )


def _write(side: str, name: str) -> str:
    return f"{side}.e.C.{_encode(_FIELD)}:{_encode(name)}"


def _read(token: str) -> tuple[bool, str]:
    """Whether the page is to the left of the cursor, and the cursor."""
    side, value = token[:1], token.partition(".e.C.")[2]
    field, _, name = value.partition(":")
    if side not in ("l", "r") or not token.startswith(f"{side}.e.C.") or field != _encode(_FIELD):
        raise _refused(token)
    try:
        return side == "l", base64.b64decode(name, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _refused(token) from error


def _refused(token: str) -> Refused:
    return invalid(f"{token!r} is no page token of this server")


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
