"""Compiling ahead: protoc starts in a process of its own while this one still imports what comes after it.

A bet that usually wins: that nothing in the tree is broken and nothing in it stands in for files that always resolve.
Loading takes the result when the bet holds, and compiles with more care when it does not.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from goten_gen import protoc, protocol

if TYPE_CHECKING:
    from goten_gen.analysis import Analysis
    from goten_gen.inputs import Input, Selection
    from goten_gen.sources import Sources

_PLAIN = re.compile(r"[\w][\w./-]*", re.ASCII)


def analyse(given: Input, selection: Selection) -> Analysis:
    """`analysis.analyse`, with protoc under way while it is imported."""
    if given.descriptor_set is not None:
        from goten_gen.analysis import analyse

        return analyse(given, selection)
    with _compiling(given.sources) as compiled:
        from goten_gen.analysis import analyse

        return analyse(given, selection, compiled)


@contextmanager
def _compiling(sources: Sources) -> Iterator[Callable[[], bytes | None] | None]:
    """Starts protoc on all sources; the function waits and returns the descriptor set, None if protoc refused."""
    paths = [source.label for source in sources.protos]
    if not all(map(_PLAIN.fullmatch, paths)) or not protocol.files().isdisjoint(paths):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="goten-gen-") as folder:
        target = os.path.join(folder, "tree.binpb")
        # With no copies among them, the tree's roots can come first, where nearly all imports are found.
        flags = protoc.compile_flags((*sources.roots, *protocol.include()), target)
        with protoc.started([[*flags, *paths, protocol.META]]) as wait:

            def compiled() -> bytes | None:
                if not wait()[0].ok:
                    return None
                with open(target, "rb") as file:
                    return file.read()

            yield compiled
