"""Time that a test moves."""

from __future__ import annotations

from goten.watch import LoopClock


class JumpingClock(LoopClock):
    """The loop's, and what a test adds to it."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return super().now() + self.offset
