"""What every command begins with: sources, loading, detection, and what of it the command line selects."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from goten_gen import protocol
from goten_gen.detect import detect
from goten_gen.diagnostics import BAD_SETTINGS, SERVICE_CYCLE, Diagnostic, in_order
from goten_gen.inputs import Input, Selection
from goten_gen.keys import ServiceKey
from goten_gen.load import Loaded, load_descriptor_set, load_sources
from goten_gen.model import ProtoTree, Resource, Service, World
from goten_gen.settings import ServiceSettings, find_doubles, read_settings
from goten_gen.skeletons import Skeleton, read_skeleton
from goten_gen.sources import Source, SourceError, Sources


@dataclass
class Analysis:
    """A tree with all that was found in it, and the part that is selected."""

    tree: ProtoTree
    world: World
    loaded: Loaded
    selected_files: frozenset[str]
    selected: tuple[ServiceKey, ...]
    diagnostics: list[Diagnostic]
    roots: tuple[str, ...] = ()
    covers_roots: bool = False
    """Whether every file below the import roots is selected and compiled."""

    @property
    def failed(self) -> bool:
        return any(diagnostic.is_error for diagnostic in self.diagnostics)

    def services(self) -> Iterator[Service]:
        for key in self.selected:
            yield self.world.services[key]

    def resources(self) -> Iterator[Resource]:
        """Resources of the selected service versions that the selected files declare."""
        for service in self.services():
            yield from (resource for resource in service.resources if resource.file in self.selected_files)

    def whole(self) -> frozenset[ServiceKey]:
        """Selected service versions of which every file is selected and compiled."""
        return frozenset(s.key for s in self.services() if s.whole and self.selected_files.issuperset(s.files))

    def import_closure(self, files: Iterable[str]) -> set[str]:
        """`files` with everything that they import, however far off, as far as it compiled."""
        closure: set[str] = set()
        pending = list(files)
        while pending:
            path = pending.pop()
            if path not in closure and path in self.tree.files:
                closure.add(path)
                pending += self.tree.files[path].imports
        return closure


def analyse(given: Input, selection: Selection, compiled: Callable[[], bytes | None] | None = None) -> Analysis:
    """Compiles and detects. Raises `SourceError` when the selection names a service that is not there.

    `compiled` waits for a compilation that was started ahead (`goten_gen.early`).
    """
    if given.descriptor_set is not None:
        loaded = load_descriptor_set(given.descriptor_set, given.label)
        selected_files = _without_originals(loaded.tree)
    else:
        with tempfile.TemporaryDirectory(prefix="goten-gen-") as folder:
            loaded = load_sources(given.sources, folder, compiled)
        selected_files = given.sources.selected
    selected_files = _with_forwarded(selected_files, loaded)
    settings, skeletons, complaints = _read_settings(given.sources, protocol.META in loaded.tree.files)
    detection = detect(loaded.tree, settings, skeletons)
    services = detection.world.services
    touched = [key for key, service in services.items() if selected_files.intersection(service.files)]
    selected = tuple(key for key in touched if selection.accepts(key))
    _check_services(selection, touched)
    roots = given.sources.roots
    covers_roots = all(s.label in selected_files and _compiled(loaded, s.label) for s in given.sources.protos)
    analysis = Analysis(loaded.tree, detection.world, loaded, selected_files, selected, [], roots, covers_roots)
    everything = loaded.diagnostics + complaints + detection.diagnostics
    analysis.diagnostics = in_order(_of_interest(analysis, everything, bool(selection.services), given))
    return analysis


def _compiled(loaded: Loaded, path: str) -> bool:
    return path in loaded.tree.files and loaded.tree.files[path].compiled


def _without_originals(tree: ProtoTree) -> frozenset[str]:
    own = frozenset(path for path in tree.files if path not in protocol.files())
    return own or frozenset(tree.files)


def _with_forwarded(selected: frozenset[str], loaded: Loaded) -> frozenset[str]:
    """A selected file that hands on originals selects those as well: a tree with a copy of Meta holds Meta."""
    return selected | {
        public
        for path in selected
        if path in loaded.tree.files
        for public in loaded.tree.files[path].public_imports
        if public.startswith("goten/")
    }


def _read_settings(sources: Sources, with_meta: bool) -> tuple[list[ServiceSettings], list[Skeleton], list[Diagnostic]]:
    settings: list[ServiceSettings] = []
    skeletons: list[Skeleton] = []
    diagnostics: list[Diagnostic] = []
    labelled = {source.label: source for source in sources.settings}
    if with_meta:
        disk = os.path.join(protocol.include()[0], *protocol.META_SETTINGS.split("/"))
        labelled.setdefault(protocol.META_SETTINGS, Source(protocol.META_SETTINGS, disk))
    for source in labelled.values():
        mine, complaints = read_settings(_content(source), source.label)
        settings += mine
        diagnostics += complaints
    for source in sources.skeletons:
        skeleton, complaints = read_skeleton(_content(source), source.label)
        skeletons += [skeleton] if skeleton else []
        diagnostics += complaints
    return settings, skeletons, [*diagnostics, *find_doubles(settings)]


def _content(source: Source) -> bytes:
    with open(source.disk, "rb") as file:
        return file.read()


def _check_services(selection: Selection, touched: Sequence[ServiceKey]) -> None:
    for wanted in selection.services:
        if not any(wanted in (key.domain, str(key)) for key in touched):
            there = ", ".join(str(key) for key in touched) or "none"
            raise SourceError(wanted, "no such service below the paths", f"the services there are: {there}")


def _of_interest(
    analysis: Analysis, diagnostics: Iterable[Diagnostic], narrowed: bool, given: Input
) -> Iterator[Diagnostic]:
    """Diagnostics of the selected files and what they import; mistakes in settings always."""
    files = {path for service in analysis.services() for path in service.files}
    if not narrowed:
        files |= analysis.selected_files
    closure = analysis.import_closure(files)
    closure |= {given.label}
    always = (BAD_SETTINGS.id, SERVICE_CYCLE.id)
    skeletons = {source.label for source in given.sources.skeletons}
    for diagnostic in diagnostics:
        file = diagnostic.position.file
        near = file in skeletons and any(path.startswith(file.rpartition("/")[0]) for path in files)
        if file in (closure if diagnostic.is_error else files) or near or diagnostic.code in always:
            yield diagnostic
