"""Texts in quotes, as filters and paths write them (FILTER-3)."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_MEANINGS: Final = {
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    # Meant for LIKE, which must find the backslash.
    "%": "\\%",
    "_": "\\_",
}
_TO_ESCAPE: Final = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class BadText(ValueError):
    """`offset` counts in the text that was read, its quote included."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason, offset)
        self.reason = reason
        self.offset = offset


def unquote(quoted: str) -> str:
    """What stands between the quotes, escapes resolved. Raises BadText for an escape or a character that is none."""
    if "\\" not in quoted:
        return _checked(quoted[1:-1])
    parts: list[str] = []
    read = 1
    for escape in _ESCAPE.finditer(quoted, 1, len(quoted) - 1):
        parts += quoted[read : escape.start()], _meaning(escape)
        read = escape.end()
    parts.append(quoted[read:-1])
    return _checked("".join(parts))


def _meaning(escape: re.Match[str]) -> str:
    code = escape[0][1:]
    if len(code) == 1:
        if code in _MEANINGS:
            return _MEANINGS[code]
    elif int(code[1:], 16) <= 0x10FFFF:
        return chr(int(code[1:], 16))
    raise BadText(f"there is no escape \\{code}", escape.start())


def _checked(text: str) -> str:
    """Two halves of a character become one, as in JSON; a half alone is none."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise BadText("the text holds half a character (a surrogate)", 0) from None


def quote(text: str) -> str:
    """`text` in double quotes; `unquote` reads it."""
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
