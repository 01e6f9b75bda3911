"""The two keys that everything is looked up and reported by: a place in a file, a service version."""

from __future__ import annotations

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a source file. `line` and `column` count from 1; 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0


class ServiceKey(NamedTuple):
    """A service version. `version` is empty where the proto package names none."""

    domain: str
    version: str

    def __str__(self) -> str:
        return f"{self.domain}@{self.version}" if self.version else self.domain
