"""The output folder as it is, looked at with the distrust that a folder on disk deserves."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable

from goten_gen import manifest
from goten_gen.output_error import LINK, OCCUPIED, OutputError

STAGING = re.compile(re.escape(manifest.RESERVED) + "-[0-9a-f]{8}")
"""Names of staging folders, those of dead runs included."""


def alias_key(path: str) -> str:
    """Equal for paths that some file system takes for the same."""
    return unicodedata.normalize("NFC", path.casefold())


class Disk:
    """The output folder as it is, each of its folders looked at once."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._inside = root.rstrip(os.sep) + os.sep
        self._folders = {"": os.path.isdir(root)}
        if not self._folders[""]:
            self._require_creatable()

    def _require_creatable(self) -> None:
        path = self.root
        while not os.path.lexists(path):
            path = os.path.dirname(path)
        if not os.path.isdir(path):
            raise OutputError(OCCUPIED, path, "this is not a folder")

    def staging_folders(self) -> list[str]:
        return [name for name in os.listdir(self.root) if STAGING.fullmatch(name)] if self._folders[""] else []

    def has(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.root, path))

    def holds(self, path: str, sha256: str) -> bool:
        """Whether a regular file inside the folder has this content; what cannot be read has not."""
        try:
            info = self._stat(path) if self._has_folder(path.rpartition("/")[0]) else None
            if info is None or not stat.S_ISREG(info.st_mode) or os.path.islink(os.path.join(self.root, path)):
                return False
            return hashlib.sha256(self._read(path)).hexdigest() == sha256
        except (OutputError, OSError):
            return False

    def differs(self, path: str, content: bytes) -> bool:
        """Whether the file must be written. Raises OutputError where it must not."""
        info = self._stat(path) if self._has_folder(path.rpartition("/")[0]) else None
        if info is None:
            return True
        if not stat.S_ISREG(info.st_mode):
            raise OutputError(OCCUPIED, path, "a file is to be written here, but there is something else")
        return info.st_size != len(content) or self._read(path) != content

    def without_aliases(self, removals: list[str], produced: Iterable[str]) -> list[str]:
        """Leaves out what a case-insensitive file system takes for a file of this run that is only spelled anew."""
        if not removals:
            return removals
        spelled = {alias_key(path): path for path in produced}
        return [path for path in removals if not self._is_same(path, spelled.get(alias_key(path)))]

    def _is_same(self, path: str, other: str | None) -> bool:
        if other is None or not self.has(other):
            return False
        return os.path.samefile(os.path.join(self.root, path), os.path.join(self.root, other))

    def _has_folder(self, path: str) -> bool:
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = self._has_folder(path.rpartition("/")[0]) and self._is_folder(path)
        return known

    def _is_folder(self, path: str) -> bool:
        info = self._stat(path)
        if info is not None and stat.S_ISDIR(info.st_mode):
            return True
        if self.has(path):
            raise OutputError(OCCUPIED, path, "a folder is to be made here, but there is something else")
        return False

    def _stat(self, path: str) -> os.stat_result | None:
        """What is there, links followed inside the folder only; None for nothing (or a link to nothing)."""
        full = os.path.join(self.root, path)
        try:
            info = os.lstat(full)
            if not stat.S_ISLNK(info.st_mode):
                return info
            target = os.path.realpath(full)
            if target != self.root and not target.startswith(self._inside):
                raise OutputError(LINK, path, f"this symbolic link leads out of the folder, to {target!r}")
            return os.stat(full)
        except FileNotFoundError:
            return None

    def _read(self, path: str) -> bytes:
        with open(os.path.join(self.root, path), "rb", buffering=0) as file:
            return file.read()
