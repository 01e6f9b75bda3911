"""Why a text is no resource name: the error, and finding the reason after a reader said no."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from goten.id_patterns import IdPattern
    from goten.name_patterns import PatternShape

_SHOWN = 200
_SHOWN_PATTERNS = 5


class InvalidNameCode(StrEnum):
    """The kinds of InvalidName."""

    SHAPE = "name-shape"
    """No pattern has this shape."""
    ID = "name-id"
    """A pattern has this shape, but an id breaks the rule of its variable."""
    DOMAIN = "name-domain"
    """A full name of another service."""
    UNPRINTABLE = "name-unprintable"
    """The text holds an unprintable character."""
    READ_BACK = "name-read-back"
    """Ids that make a name which reads back as other ids."""


class InvalidName(ValueError):
    """A text, or a set of ids, that is no resource name. `reason` says what is wrong and `hint` what would be right."""

    def __init__(self, code: InvalidNameCode, text: str, reason: str, hint: str) -> None:
        super().__init__(code, text, reason, hint)
        self.code = code
        self.text = text
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"invalid resource name {shown(self.text)}: {self.reason}; {self.hint}"


class Candidate(NamedTuple):
    """A pattern that a name might have had, with the id patterns of its variables."""

    shape: PatternShape
    ids: Sequence[IdPattern]


def shown(value: str) -> str:
    """`value` quoted for a message, cut where it is very long."""
    return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}... ({len(value)} characters)"


def foreign(text: str, full_prefix: str) -> InvalidName:
    """`text` is a full name without the `//domain/` of the service whose names are read."""
    reason = f"it is no name of {full_prefix.strip('/')}"
    return InvalidName(InvalidNameCode.DOMAIN, text, reason, f"expected {full_prefix}... or a relative name")


def misfit(text: str, owner: str, candidates: Sequence[Candidate]) -> InvalidName:
    """Why `text` fits none of `candidates`, patterns of `owner`, which is a resource type or a service."""
    hint = _expected([candidate.shape.text for candidate in candidates])
    if not text.isprintable():
        place = next(place for place, character in enumerate(text) if not character.isprintable())
        reason = f"character {place + 1} ({text[place]!r}) is not printable"
        return InvalidName(InvalidNameCode.UNPRINTABLE, text, reason, hint)
    for candidate in candidates:
        bad_id = _bad_id(candidate, text)
        if bad_id:
            return InvalidName(InvalidNameCode.ID, text, bad_id, hint)
    return InvalidName(InvalidNameCode.SHAPE, text, f"it fits no pattern of {owner}", hint)


def bad_values(owner: str, candidate: Candidate, text: str, values: Sequence[str]) -> InvalidName:
    """Why the values of a pattern's variables make no name of this pattern; `text` is what they make."""
    hint = _expected([candidate.shape.text])
    for variable, rule, value in zip(candidate.shape.variables, candidate.ids, values, strict=False):
        if not rule.accepts(value):
            return InvalidName(InvalidNameCode.ID, text, _refusal(variable.name, value, rule), hint)
    if not candidate.shape.variables:
        return misfit(text, owner, [candidate])
    reason = f"these ids make a name of {owner} that reads back as other ids"
    return InvalidName(InvalidNameCode.READ_BACK, text, reason, hint)


def _expected(patterns: Sequence[str]) -> str:
    if not patterns:
        return "there are no names of this shape"
    more = [f"{len(patterns) - _SHOWN_PATTERNS} more"] if len(patterns) > _SHOWN_PATTERNS else []
    return f"expected {' or '.join([*patterns[:_SHOWN_PATTERNS], *more])}"


def _refusal(variable: str, value: str, rule: IdPattern) -> str:
    return f"{variable} is {shown(value)}, which is not allowed: {rule}" if value else f"{variable} is empty"


def _bad_id(candidate: Candidate, text: str) -> str | None:
    """The first id that breaks its rule, in a name that has the shape of the pattern otherwise.

    Only looks where one variable stands alone between slashes.
    """
    parts = text.split("/")
    segments = candidate.shape.segments
    if len(parts) != len(segments):
        return None
    pairs = list(zip(segments, parts, strict=True))
    if any(not segment.variables and segment.literals != (part,) for segment, part in pairs):
        return None
    rules = dict(zip(candidate.shape.variables, candidate.ids, strict=True))
    for segment, part in pairs:
        if segment.literals == ("", "") and not rules[segment.variables[0]].accepts(part):
            return _refusal(segment.variables[0].name, part, rules[segment.variables[0]])
    return None
