"""Unified diffs, in the form that `git apply` and `patch -p1` read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_NOTHING = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file\n"


def file_diff(path: str, old: bytes | None, new: bytes | None) -> str:
    """The change of one file; None is a file that is not there. Content that is no text is only said to differ."""
    before = _NOTHING if old is None else f"a/{path}"
    after = _NOTHING if new is None else f"b/{path}"
    header = f"diff --git a/{path} b/{path}\n"
    if old is None:
        header += "new file mode 100644\n"
    elif new is None:
        header += "deleted file mode 100644\n"
    old_lines, new_lines = _lines(old or b""), _lines(new or b"")
    if old_lines is None or new_lines is None:
        return f"{header}Binary files {before} and {after} differ\n"
    tab = "\t" if " " in path else ""  # ends a name that has spaces
    return header + "".join(_ended(difflib.unified_diff(old_lines, new_lines, before + tab, after + tab)))


def _lines(content: bytes) -> list[str] | None:
    """The lines with their ends, cut at `\\n` alone as diff tools do; None if the content is no text."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _ended(diff: Iterator[str]) -> Iterator[str]:
    for line in diff:
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"
