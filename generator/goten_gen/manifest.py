"""The manifest: what goten-gen wrote into an output folder, and for whom.

`.goten-gen.json` lies in the output folder and is meant to be committed with it. It is how a later run knows which
files are ours, which of them nobody edited, and which service versions answer for them. It holds no times, no absolute
paths and nothing of the machine, and one line per file, so that it merges and diffs like the files that it lists.

The module is read by the guard on every start, so it imports nothing but `json` and `os`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping

RESERVED = ".goten-gen"
"""Names in the output folder that begin like this are the generator's own: manifest, run records, staging folders."""

FILE_NAME = f"{RESERVED}.json"
_FORMAT = 1
_MAX_PATH = 1024
_MAX_NAME = 255
_UNPORTABLE = frozenset('\\:*?"<>|')


class ManifestError(ValueError):
    """The text is no manifest, or one of a format that this version does not know."""


class Entry:
    """One file that we wrote: `owners`, sorted, and the hex `sha256` of its content."""

    __slots__ = ("owners", "sha256")

    def __init__(self, owners: tuple[str, ...], sha256: str) -> None:
        self.owners = owners
        self.sha256 = sha256

    def is_covered(self, whole: Collection[str]) -> bool:
        """Whether a run that read the owners `whole` completely may decide about this file alone."""
        return bool(self.owners) and all(owner in whole for owner in self.owners)


def path_problem(path: str) -> str | None:
    """Says why `path` cannot be the path of an output file; None where it can.

    Only plain relative paths with `/` pass, of printable characters, which mean the same inside the folder on every
    system. Nothing that passes can leave the folder by its spelling; symbolic links are another matter.
    """
    if not path:
        return "it is empty"
    if not path.isprintable():
        return "it contains a control character or another that cannot be printed"
    if not _UNPORTABLE.isdisjoint(path):
        return "it contains a character that some systems do not allow in names"
    if path.startswith("/"):
        return "it is absolute"
    if len(path.encode()) > _MAX_PATH:
        return f"it is longer than {_MAX_PATH} bytes"
    for name in path.split("/"):
        if name in ("", ".", ".."):
            return f"it contains the part {name!r}"
        folded = name.casefold()
        if folded == ".git" or folded.startswith(RESERVED):
            return f"the name {name!r} is reserved"
        if len(name.encode()) > _MAX_NAME:
            return f"a part of it is longer than {_MAX_NAME} bytes"
    return None


def parse(content: bytes) -> dict[str, Entry]:
    """Reads a manifest. The file may come from anywhere, so every path in it is checked. Raises ManifestError."""
    try:
        data = json.loads(content)
        version = data["format"]
        entries = {
            path: Entry(tuple(map(_text, entry["owners"])), _text(entry["sha256"]))
            for path, entry in data["files"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError("it does not have the shape of one") from error
    if version != _FORMAT:
        raise ManifestError(f"its format is {version!r}, and only {_FORMAT} is known here")
    for path in entries:
        if problem := path_problem(path):
            raise ManifestError(f"it lists the path {path!r}, but {problem}")
    return entries


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def dump(entries: Mapping[str, Entry]) -> bytes:
    """The manifest's text; equal entries give equal bytes."""
    lines = ",\n".join(
        f'  {json.dumps(path)}: {{"owners": {json.dumps(entry.owners)}, "sha256": {json.dumps(entry.sha256)}}}'
        for path, entry in sorted(entries.items())
    )
    return f'{{"format": {_FORMAT}, "files": {{\n{lines}\n}}}}\n'.encode()


def read_bytes(folder: str) -> bytes | None:
    """The manifest of `folder` as it is on disk, None where there is none. Raises OSError where it cannot be read."""
    try:
        with open(os.path.join(folder, FILE_NAME), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
