"""Why an output tree cannot be written: the diagnostics of the last stop."""

from __future__ import annotations

import errno

from goten_gen.diagnostics import Code, Severity

BAD_PATH = Code("output-path", Severity.ERROR, "Rename the proto file or package that this path is made of.")
CLASH = Code("output-clash", Severity.ERROR, "Rename one of the proto files or packages that lead to the same path.")
LINK = Code("output-link", Severity.ERROR, "Remove the symbolic link, or choose the folder it leads to as --out.")
OCCUPIED = Code("output-occupied", Severity.ERROR, "Move away what is there, or choose another --out.")
DENIED = Code("output-denied", Severity.ERROR, "Get permission to read and write there, or choose another --out.")
BUSY = Code("output-busy", Severity.ERROR, "Wait until the other run is finished, and run again.")
FAILED = Code("output-failed", Severity.ERROR, "Run again once the cause is gone; that completes what is missing.")
MANIFEST = Code("output-manifest", Severity.ERROR, "Restore it from version control, or delete it and run again.")
CODES = (BAD_PATH, CLASH, LINK, OCCUPIED, DENIED, BUSY, FAILED, MANIFEST)


class OutputError(Exception):
    """Why the output cannot be written, as data. `path` is a path below the output folder, or one on disk."""

    def __init__(self, code: Code, path: str, message: str) -> None:
        super().__init__(f"{path!r}: {message}")
        self.code = code
        self.path = path
        self.message = message

    @property
    def hint(self) -> str:
        return self.code.hint


def as_output_error(error: OSError, path: str) -> OutputError:
    """An error of the system; its own path is named where it has one, else `path`."""
    denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    return OutputError(
        DENIED if denied else FAILED, str(error.filename2 or error.filename or path), error.strerror or str(error)
    )
