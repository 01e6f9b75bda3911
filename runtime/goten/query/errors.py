"""What is wrong with a filter, an order, a page token or a mask, and where (FILTER-12)."""

from __future__ import annotations

_LONGEST = 80


class QueryError(ValueError):
    """A part of a request that can never be served.

    `field` is the field of the request (`filter`, `order_by`, `page_token`, `field_mask` ...), `position` the character
    in its text, from 0 up to the length of the text; None where the text as a whole is wrong. In a mask it counts in
    the path that `reason` names. `hint` says what to do, empty where there is nothing to say.
    """

    def __init__(self, field: str, reason: str, *, position: int | None = None, hint: str = "") -> None:
        super().__init__(field, reason, position, hint)
        self.field = field
        self.reason = reason
        self.position = position
        self.hint = hint

    def __str__(self) -> str:
        place = self.field if self.position is None else f"{self.field}: at character {self.position}"
        return f"{place}: {self.reason}; {self.hint}" if self.hint else f"{place}: {self.reason}"


def shown(text: str) -> str:
    """`text` for a message: cut where it is long, in quotes where it could be misread."""
    part = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return part if part.isprintable() and part else repr(part)
