"""One process per file (STORAGE-10)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from goten.storage.errors import StorageUnavailable


class FileLock:
    """Holds `PATH-lock` locked, until it is released or the process ends, however it ends.

    It is a file of its own: whoever closes a second descriptor of the database's own file loses all of SQLite's locks
    on it. It stays when it is released; taking it away could take another process's lock along.
    """

    def __init__(self, path: Path) -> None:
        """Raises StorageUnavailable if another process, or another storage of this one, has it."""
        self._descriptor = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace")
            os.close(self._descriptor)
            if not isinstance(error, BlockingIOError):
                raise
            raise StorageUnavailable(
                str(path), f"process {holder or 'unknown'} has it open", "end that process, or choose another file"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._descriptor)
