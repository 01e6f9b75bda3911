"""A file of the output tree in memory, and on whose behalf it is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file of the output tree in memory.

    `path` is relative to the output folder, with `/`. `owners` name on whose behalf it is written, usually service
    versions (`devices.example.com@v1`); any text will do, as long as the same owner is always spelled the same. A file
    without owners is never removed as stale; `tree_owner` makes an owner for files that belong to no service.
    """

    path: str
    content: bytes
    owners: tuple[str, ...] = ()


def tree_owner(out: Path | str, roots: Iterable[Path | str]) -> str:
    """An owner for files of no service: the set of import roots that the run reads, as seen from `out`.

    It belongs into `whole` when the run read all of these roots completely. It tells nothing about the machine.
    """
    base = os.path.realpath(out)
    relative = sorted(os.path.relpath(os.path.realpath(root), base) for root in roots)
    return f"tree:{hashlib.sha256(os.fsencode(chr(0).join(relative))).hexdigest()[:16]}"
