"""From the text of a filter or an order to its words, with positions (FILTER-1, FILTER-3)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from goten.query.errors import QueryError, shown
from goten.query.texts import BadText, unquote

_TOKEN: Final = re.compile(
    r"""
      (?P<space> [ \t\r\n]+ )
    | (?P<text> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<number> [+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.-]) )
    | (?P<path> [A-Za-z_][A-Za-z0-9_-]*(?:\.(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))* )
    | (?P<sign> <= | >= | == | != | [=<>()\[\]{},:] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_SEGMENT: Final = re.compile(r"""[^."']+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CURLY_QUOTES: Final = "\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e"

END: Final = "end"


class Token(NamedTuple):
    """`kind` is text, number, path, sign or end; `word` is what stands there, in capitals if it may be a keyword."""

    kind: str
    word: str
    position: int

    def __str__(self) -> str:
        return "the end" if self.kind == END else shown(self.word)


class Segment(NamedTuple):
    """A part of a path: a field, or a key of a map."""

    text: str
    position: int


def scan(text: str, field: str, longest: int) -> list[Token]:
    """All tokens, an end last. Raises QueryError for what is no word of the language."""
    if len(text) > longest:
        raise QueryError(field, f"has {len(text)} characters, more than {longest}", position=longest)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _no_token(text, position, field)
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup or "", found[0], position))
        position = found.end()
    return [*tokens, Token(END, "", len(text))]


def _no_token(text: str, position: int, field: str) -> QueryError:
    character = text[position]
    if character in "\"'":
        return QueryError(field, "the quote that begins here does not end", position=position)
    if character in _CURLY_QUOTES:
        return QueryError(field, f"unexpected {character}", position=position, hint="use straight quotes")
    if character in "+-.0123456789":
        hint = "write texts, times and durations in quotes"
        return QueryError(field, "this is no number", position=position, hint=hint)
    return QueryError(field, f"unexpected {shown(character)}", position=position)


def text_of(token: Token, field: str) -> str:
    """What a token of kind text means."""
    try:
        return unquote(token.word)
    except BadText as error:
        raise QueryError(field, error.reason, position=token.position + error.offset) from None


def segments_of(token: Token, field: str) -> list[Segment]:
    """The parts of a token of kind path."""
    segments: list[Segment] = []
    for found in _SEGMENT.finditer(token.word):
        position = token.position + found.start()
        quoted = found[0][0] in "\"'"
        content = text_of(Token("text", found[0], position), field) if quoted else found[0]
        segments.append(Segment(content, position))
    return segments


def read_path(text: str, field: str) -> list[Segment]:
    """The parts of a text that is one path. Raises QueryError."""
    found = _TOKEN.match(text)
    if found is None or found.lastgroup != "path":
        raise QueryError(field, f"{shown(text)} is no path", position=0, hint="write fields joined by dots")
    if found.end() != len(text):
        raise QueryError(field, f"{shown(text)} is no path from character {found.end()} on", position=found.end())
    return segments_of(Token("path", text, 0), field)


def is_plain(segment: str) -> bool:
    """Whether a path can have it without quotes, behind a dot."""
    return _PLAIN.fullmatch(segment) is not None


def is_word(key: str) -> bool:
    """Whether a map can have it as a key without quotes."""
    return _KEY.fullmatch(key) is not None


_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
