"""What was true when: the only writer of a value remembers it, and knows which answers are too old."""

from __future__ import annotations

import math
from typing import Generic, NamedTuple, TypeVar

ValueT = TypeVar("ValueT")


class _Write(NamedTuple, Generic[ValueT]):
    value: ValueT
    began: float
    ended: float


class Truth(Generic[ValueT]):
    """The values of one thing, and the time each write of it took."""

    def __init__(self, value: ValueT) -> None:
        self._writes = [_Write(value, -math.inf, -math.inf)]

    @property
    def now(self) -> ValueT:
        """What the last write wrote."""
        return self._writes[-1].value

    def begin(self, value: ValueT, now: float) -> None:
        """A write was sent: from now on it may be true."""
        self._writes.append(_Write(value, now, math.inf))

    def end(self, now: float) -> None:
        """The last write was acknowledged: from now on it is true, and nothing else."""
        self._writes.append(self._writes.pop()._replace(ended=now))

    def allowed(self, since: float, until: float) -> list[ValueT]:
        """What may have been true at some moment of a span of time."""
        replaced = [write.ended for write in self._writes[1:]] + [math.inf]
        return [
            write.value
            for write, end in zip(self._writes, replaced, strict=True)
            if write.began <= until and end >= since
        ]
