"""LIKE patterns: % is any text, _ any one character, a backslash takes their meaning (FILTER-8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

LONGEST: Final = 1000

_PART: Final = re.compile(r"\\(.?)|(%)|(_)|([^\\%_]+)", re.DOTALL)


class BadPattern(ValueError):
    """The message is the reason."""


class _Piece:
    """What stands between two %: literal texts at fixed offsets, any characters between them."""

    def __init__(self) -> None:
        self.literals: list[tuple[int, str]] = []
        self.length = 0

    def add(self, literal: str) -> None:
        if self.literals:
            offset, before = self.literals[-1]
            if offset + len(before) == self.length:
                self.literals[-1] = (offset, before + literal)
                self.length += len(literal)
                return
        self.literals.append((self.length, literal))
        self.length += len(literal)

    def is_at(self, text: str, at: int) -> bool:
        return all(text.startswith(literal, at + offset) for offset, literal in self.literals)

    def finder(self) -> Callable[[str, int, int], int]:
        """Where a piece that begins at or behind the second argument first ends, at the third or before; else -1."""
        if len(self.literals) == 1 and len(self.literals[0][1]) == self.length:
            literal, length = self.literals[0][1], self.length
            return lambda text, at, end: -1 if (found := text.find(literal, at, end)) < 0 else found + length
        return self._bitwise_finder()

    def _bitwise_finder(self) -> Callable[[str, int, int], int]:
        """One step for each character, however the piece repeats itself.

        Bit n of `running` says whether the last n + 1 characters are the first n + 1 of the piece.
        """
        wanted: dict[str, int] = {}
        any_character = (1 << self.length) - 1
        for offset, literal in self.literals:
            for place, character in enumerate(literal, offset):
                wanted[character] = wanted.get(character, 0) | 1 << place
                any_character &= ~(1 << place)
        allowed = {character: places | any_character for character, places in wanted.items()}
        whole = 1 << (self.length - 1)

        def find(text: str, at: int, end: int) -> int:
            running = 0
            for place in range(at, end):
                running = (running << 1 | 1) & allowed.get(text[place], any_character)
                if running & whole:
                    return place + 1
            return -1

        return find


def like_matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text as a whole has the pattern. Raises BadPattern.

    A piece between two % is looked for once, behind the one before it: where it comes first leaves most for the rest.
    So the time grows with the text, not with a power of it.
    """
    if len(pattern) > LONGEST:
        raise BadPattern(f"a pattern has at most {LONGEST} characters")
    first, *rest = _pieces(pattern)
    if not rest:
        return lambda text: len(text) == first.length and first.is_at(text, 0)
    last = rest.pop()
    finders = [piece.finder() for piece in rest if piece.length]

    def matches(text: str) -> bool:
        at, end = first.length, len(text) - last.length
        if at > end or not first.is_at(text, 0) or not last.is_at(text, end):
            return False
        for find in finders:
            at = find(text, at, end)
            if at < 0:
                return False
        return True

    return matches


def _pieces(pattern: str) -> list[_Piece]:
    pieces = [_Piece()]
    for part in _PART.finditer(pattern):
        escaped, percent, underscore, literal = part.groups()
        piece = pieces[-1]
        if percent:
            pieces.append(_Piece())
        elif underscore:
            piece.length += 1
        elif literal or escaped in ("%", "_", "\\"):
            piece.add(literal or escaped)
        else:
            raise BadPattern("in a pattern, a backslash stands before %, _ or a backslash")
    return pieces
