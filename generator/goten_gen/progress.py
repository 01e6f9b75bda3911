"""Progress of long work: one line on standard error, on a terminal only, gone when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Shows `text` while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.write(f"\r{text} ...")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
