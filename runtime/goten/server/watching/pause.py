"""What a feed says when it has no response to send."""

from __future__ import annotations

from enum import Enum, auto


class Pause(Enum):
    WORK = auto()
    """There may be one after some work."""
    WAIT = auto()
    """There is none until something changes."""
