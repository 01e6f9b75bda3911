"""Compiling a whole tree, and finding out what of it is broken.

protoc stops at the first file that it refuses. One broken file must cost itself and what imports it, never the run; so
when the tree as a whole does not compile, the broken files are found one after the other, each round going on behind
the file at which the last one stopped, until the rest compiles in one piece.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from goten_gen import protoc
from goten_gen.diagnostics import COMPILE_ERROR, IMPORT_BROKEN, UNRESOLVED_IMPORT, Diagnostic
from goten_gen.keys import Position
from goten_gen.sources import FileText

MOST_PER_FILE = 5
"""Complaints that are shown of one file."""


@dataclass
class Compilation:
    """A compiled descriptor set (serialised), and the files that are not in it with the reasons."""

    descriptor_set: bytes
    broken: dict[str, list[Diagnostic]] = field(default_factory=dict)


class Graph:
    """Who imports whom; built only when something is broken."""

    def __init__(self, texts: Mapping[str, FileText]) -> None:
        self.texts = texts
        self._importers: dict[str, list[str]] = defaultdict(list)
        for path, text in texts.items():
            for statement in text.imports:
                self._importers[statement.path].append(path)

    def infect(self, broken: dict[str, list[Diagnostic]]) -> None:
        """Adds to `broken` every file that imports a broken one, however far off."""
        pending = list(broken)
        while pending:
            path = pending.pop()
            for importer in self._importers[path]:
                if importer not in broken:
                    statement = next(s for s in self.texts[importer].imports if s.path == path)
                    position = Position(importer, statement.line, statement.column)
                    broken[importer] = [IMPORT_BROKEN.at(position, f"left out: it imports {path}, which is broken")]
                    pending.append(importer)


def compile_tree(
    files: Sequence[str],
    include: Sequence[str],
    folder: str,
    *,
    read_texts: Callable[[], Mapping[str, FileText]],
    resolves: Callable[[str], bool],
    broken: Mapping[str, list[Diagnostic]],
) -> Compilation:
    """Compiles `files` (import paths) with imports and source info; `folder` is scratch space.

    `broken` holds files known as unusable before. `read_texts` gives what the files' texts say, asked for only when
    something is broken; `resolves` tells whether an import path can be read at all.
    """
    target = os.path.join(folder, "tree.binpb")
    flags = protoc.compile_flags(include, target)
    found = {path: list(reasons) for path, reasons in broken.items()}
    if not found:
        if not files:
            return Compilation(b"")
        outcome = protoc.run([*flags, *files])
        if outcome.ok:
            return Compilation(_read(target))
    texts = read_texts()
    graph = Graph(texts)
    _find_unresolved(files, texts, resolves, found)
    graph.infect(found)
    check = [*(f"-I{root}" for root in include), f"--descriptor_set_out={os.devnull}"]
    pending = [path for path in files if path not in found]
    whole = [*pending]
    while pending:
        outcome = protoc.run([*check, *pending])
        if outcome.ok:
            break
        stopped = _blame(outcome, pending, found, graph)
        pending = [path for path in pending[stopped:] if path not in found]
    while whole := [path for path in whole if path not in found]:
        outcome = protoc.run([*flags, *whole])
        if outcome.ok:
            return Compilation(_read(target), found)
        _blame(outcome, whole, found, graph)
    return Compilation(b"", found)


def _find_unresolved(
    files: Iterable[str],
    texts: Mapping[str, FileText],
    resolves: Callable[[str], bool],
    found: dict[str, list[Diagnostic]],
) -> None:
    for path in files:
        for statement in texts[path].imports if path in texts else ():
            if not resolves(statement.path):
                position = Position(path, statement.line, statement.column)
                found.setdefault(path, []).append(
                    UNRESOLVED_IMPORT.at(position, f"import {statement.path!r} is found under no import root")
                )


def _blame(outcome: protoc.Outcome, files: Sequence[str], found: dict[str, list[Diagnostic]], graph: Graph) -> int:
    """Records the files that protoc refused and what imports them; returns how many of `files` came before them."""
    order = {path: index for index, path in enumerate(files)}
    by_file = defaultdict(list)
    for complaint in outcome.complaints:
        if complaint.position.file in graph.texts and complaint.position.file not in found:
            by_file[complaint.position.file].append(complaint)
    roots = {path: own for path, complaints in by_file.items() if (own := _own_faults(complaints))}
    if not roots:
        first = files[0]
        text = "; ".join(complaint.text for complaint in outcome.complaints) or "protoc failed without a reason"
        roots = {first: [protoc.Complaint(Position(first), text)]}
    for path, complaints in roots.items():
        found[path] = _diagnostics(path, complaints)
    graph.infect(found)
    return min((order[path] for path in found if path in order), default=0)


def _diagnostics(path: str, complaints: Sequence[protoc.Complaint]) -> list[Diagnostic]:
    """The first complaints about a file; the rest mostly follows from them."""
    ordered = sorted(complaints, key=lambda complaint: complaint.position)
    shown = [COMPILE_ERROR.at(complaint.position, complaint.text) for complaint in ordered[:MOST_PER_FILE]]
    if len(ordered) > MOST_PER_FILE:
        shown.append(COMPILE_ERROR.at(Position(path), f"{len(ordered) - MOST_PER_FILE} more errors in this file"))
    return shown


def _own_faults(complaints: Sequence[protoc.Complaint]) -> list[protoc.Complaint]:
    """Complaints about a file that are its own fault: none where it only misses what a broken import defines."""
    cycle = [complaint for complaint in complaints if "recursively imports itself" in complaint.text]
    if cycle or any("was not found or had errors" in complaint.text for complaint in complaints):
        return cycle
    return list(complaints)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
