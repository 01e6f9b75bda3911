"""`goten-gen wire`: a main file gets the generated calls that it lacks (docs/wire.md)."""

from __future__ import annotations

from goten_gen.wiring.command import Wired, WireOptions, wire
from goten_gen.wiring.edit import Choices

__all__ = ["Choices", "WireOptions", "Wired", "wire"]
