"""What the command line names, read before anything is compiled. Imports nothing heavy: the guard comes next."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

from goten_gen.keys import ServiceKey
from goten_gen.sources import DESCRIPTOR_SETS, SourceError, Sources, find_sources

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Selection:
    """The command line's choice. `services` are `DOMAIN` or `DOMAIN@VERSION`; empty: all."""

    paths: tuple[str, ...]
    roots: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @property
    def descriptor_set(self) -> str | None:
        """The path when the only input is a compiled descriptor set or standard input."""
        sets = [path for path in self.paths if path == STDIN or path.endswith(DESCRIPTOR_SETS)]
        if sets and len(self.paths) > 1:
            raise SourceError(sets[0], "a descriptor set stands alone", "give it as the only PATH")
        return sets[0] if sets else None

    def accepts(self, key: ServiceKey) -> bool:
        return not self.services or key.domain in self.services or str(key) in self.services


@dataclass
class Input:
    """What is read before anything is compiled: sources, or the bytes of a descriptor set with its label."""

    sources: Sources
    descriptor_set: bytes | None = None
    label: str = ""

    def locate(self, path: str) -> str:
        """An import path as a path for people: relative to the working folder where it lies below."""
        if not self._disk:
            self._disk = {source.label: source.disk for source in self.sources.everything()}
        disk = self._disk.get(path)
        if disk is None:
            return path
        relative = os.path.relpath(disk)
        return disk if relative.startswith("..") else relative

    _disk: dict[str, str] = field(default_factory=dict)


def read_input(selection: Selection) -> Input:
    """Finds the sources, or reads the descriptor set. Raises `SourceError`."""
    path = selection.descriptor_set
    if path is None:
        return Input(find_sources(selection.paths, selection.roots))
    sources = find_sources((), selection.roots)
    if path == STDIN:
        if sys.stdin is None:
            raise SourceError(path, "standard input is closed", "pipe a descriptor set into it")
        return Input(sources, sys.stdin.buffer.read(), "<stdin>")
    try:
        with open(path, "rb") as file:
            return Input(sources, file.read(), path)
    except OSError as error:
        hint = "name a descriptor set written by protoc"
        raise SourceError(path, error.strerror or "cannot be read", hint) from error
