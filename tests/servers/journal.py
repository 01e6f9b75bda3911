"""Lines of JSON that outlive the process: what was appended is on the disk, whoever kills it."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]


class Journal:
    """A file of records. Raises BlockingIOError while another process has it open."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab+", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sync_folder(path.parent)

    def read(self) -> list[Record]:
        """All records. What a killed process did not finish was never acknowledged, and is cut off."""
        self._file.seek(0)
        lines = self._file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._file.truncate(sum(map(len, whole)))
        return [json.loads(line) for line in whole]

    def append(self, record: Record) -> None:
        """Returns when it is durable."""
        self._file.write(json.dumps(record).encode() + b"\n")
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _sync_folder(folder: Path) -> None:
    """Makes the entry of a new file durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
