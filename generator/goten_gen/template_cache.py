"""Compiled templates, kept between runs.

Compiling a template takes 3 ms, loading a compiled one a fiftieth of it. What is loaded runs as code, so only a folder
that is the user's own, and that nobody else can write to or swap, is used. Whatever is wrong with the folder or a file
in it, the answer is to compile again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

from jinja2 import BytecodeCache, compiler
from jinja2.bccache import Bucket

_DIGEST_SIZE = hashlib.sha256().digest_size


class TemplateCache(BytecodeCache):
    """Files in `folder`, each a digest and the bytecode that it is of. `settings` are what templates are compiled with:
    bytecode of other settings, of another Python or another jinja2 is not used."""

    def __init__(self, folder: str, settings: object) -> None:
        self._folder = folder
        made_by = os.stat(compiler.__file__)
        self._salt = f"{settings} {sys.implementation.cache_tag} {made_by.st_size} {made_by.st_mtime_ns}\n"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The same for all installations, so that what old ones left does not pile up."""
        return hashlib.sha256(name.encode()).hexdigest()

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256((self._salt + source).encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            content = Path(self._folder, bucket.key).read_bytes()
        except OSError:
            return
        digest, bytecode = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
        if hashlib.sha256(bytecode).digest() == digest:
            bucket.bytecode_from_string(bytecode)

    def dump_bytecode(self, bucket: Bucket) -> None:
        bytecode = bucket.bytecode_to_string()
        with contextlib.suppress(OSError):
            _write(os.path.join(self._folder, bucket.key), hashlib.sha256(bytecode).digest() + bytecode)


def _write(path: str, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def cache_folder() -> str | None:
    """The folder for compiled templates below the user's cache folder, made if missing; None if none is safe."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.cache")
    folder = os.path.join(base, "goten-gen", "templates")
    try:
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        return folder if os.path.isabs(folder) and is_private(folder) else None
    except OSError:
        return None


def is_private(folder: str) -> bool:
    """Whether the folder itself (no link) belongs to the user, only the user can enter it, and no folder on the way
    lets everybody replace what is in it. Raises OSError where there is no such folder."""
    status = os.lstat(folder)
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
    return own and not any(_is_open(str(parent)) for parent in Path(os.path.realpath(folder)).parents)


def _is_open(folder: str) -> bool:
    mode = os.stat(folder).st_mode
    return bool(mode & stat.S_IWOTH) and not mode & stat.S_ISVTX
