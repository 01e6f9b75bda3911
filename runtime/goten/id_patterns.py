"""What may stand in place of a variable of a name pattern (NAME-5 to NAME-9)."""

from __future__ import annotations

import re
from enum import Enum
from functools import cached_property
from typing import Final

from goten.name_words import WILDCARD

REGION_ID: Final = r"[a-z][a-z0-9\-]{0,28}[a-z0-9]"
"""Ids of a region scope's variable (NAME-8)."""

_DEFAULT: Final = "[^/{} ]+"
_DEFAULT_WITH_SLASHES: Final = "[^{} ]+"

# A tame pattern consists of atoms for one character each, maybe repeated, of groups and alternatives. Atoms that are
# not negated stand for printable ASCII characters only.
_ESCAPE: Final = r"\\(?:[dw]|[!-/:-@\[-`{-~])"
_ATOM: Final = rf"(?:\[\^?(?:{_ESCAPE}|[ -\[_-~]|(?<!\[)\^)+\]|{_ESCAPE}|[ -#%-'\,-/0->@A-Z_`a-z~])"
_QUANTIFIER: Final = r"(?:[?*+]|\{\d+(?:,\d*)?\})?"
_RUN: Final = f"({_ATOM})({_QUANTIFIER})"
_TAME: Final = rf"(?:{_RUN}|\((?:\?:)?|\){_QUANTIFIER}|\|)+"
_TOKEN: Final = rf"{_RUN}|\((?!\?)"


class Inlining(Enum):
    """How far an id pattern may become a part of the regular expression for a whole name."""

    ANYWHERE = "anywhere"
    """One atom, maybe repeated: a greedy match of it is always the longest."""
    ALONE_IN_SEGMENT = "alone in segment"
    """A tame pattern without an atom that takes a slash: safe where slashes fix both of its ends."""
    NEVER = "never"
    """References, flags, looking around and the like may reach beyond the id: it is checked on its own."""


class IdPattern:
    """Decides which strings may stand for one variable.

    `source` is a regular expression for the whole id, None for the default rule; `any_depth` is set for `{x=**}` and
    matters to the default rule only. Raises ValueError for a `source` that is no regular expression.
    """

    def __init__(self, source: str | None, any_depth: bool) -> None:
        self.source = source
        self.any_depth = any_depth
        self.regex = _without_anchors(source) if source else _DEFAULT_WITH_SLASHES if any_depth else _DEFAULT
        try:
            self._fullmatch = re.compile(self.regex, re.ASCII).fullmatch
        except re.error as error:
            raise ValueError(f"id pattern {source!r} is no regular expression: {error}") from error

    def __str__(self) -> str:
        if self.source:
            return self.source
        return f"one or more printable characters but {'' if self.any_depth else '/, '}{{, }} and space"

    def accepts(self, value: str) -> bool:
        """Whether `value` may stand in a name: an id, or the wildcard."""
        if value == WILDCARD:
            return True
        return value != "" and value.isprintable() and self._fullmatch(value) is not None

    def inlined(self, wide: bool) -> str:
        """A regular expression without capturing groups for ids and the wildcard, where `inlining` allows one.

        The narrow one stands for ids of printable ASCII characters; the wide one leaves it to others to refuse
        unprintable characters.
        """
        regex = re.sub(_TOKEN, lambda token: _inlined(token, wide), self.regex)
        return regex if self._fullmatch(WILDCARD) else f"{regex}|{WILDCARD}"

    @cached_property
    def inlining(self) -> Inlining:
        if not re.fullmatch(_TAME, self.regex) or self._fullmatch(""):
            return Inlining.NEVER
        if re.fullmatch(_RUN, self.regex):
            return Inlining.ANYWHERE
        return Inlining.NEVER if self.takes_slashes else Inlining.ALONE_IN_SEGMENT

    @cached_property
    def takes_slashes(self) -> bool:
        """False only where it is certain that no id holds a slash."""
        if not re.fullmatch(_TAME, self.regex):
            return True
        return any(re.match(atom[1], "/", re.ASCII) for atom in re.finditer(_RUN, self.regex))


def _inlined(token: re.Match[str], wide: bool) -> str:
    if token[0] == "(":
        return "(?:"
    atom: str = token[1]
    if not wide and atom == ".":
        atom = "[ -~]"
    elif not wide and atom.startswith("[^"):
        atom = rf"[^\x00-\x1f\x7f-\U0010ffff{atom[2:]}"
    return atom + token[2]


def _without_anchors(source: str) -> str:
    """`source` without anchors at its ends, which mean nothing for a whole id, where what is left is tame."""
    bare = source.removeprefix("^").removesuffix("$")
    return bare if re.fullmatch(_TAME, bare) else source
