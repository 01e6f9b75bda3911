"""Loading: from the sources of a run to facts about every file, and a descriptor set that protoc can generate from.

What is broken is left out, with a diagnostic for each file (LOAD-1, LOAD-2).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError

from goten_gen import copies, protocol, read
from goten_gen.compile import Compilation, Graph, compile_tree
from goten_gen.diagnostics import (
    BAD_DESCRIPTOR_SET,
    COMPILE_ERROR,
    NOT_UTF8,
    SHADOWED_FILE,
    UNRESOLVED_IMPORT,
    Diagnostic,
)
from goten_gen.keys import Position
from goten_gen.model import File, ProtoTree
from goten_gen.sources import FileText, ImportStatement, Sources, read_text


@dataclass
class Loaded:
    """A tree as facts, with what is needed to generate protobuf modules of it."""

    tree: ProtoTree
    descriptor_set: bytes
    diagnostics: list[Diagnostic] = field(default_factory=list)
    forwards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files of the tree that hand on originals: import path -> the originals' import paths."""


def load_sources(sources: Sources, folder: str, compiled: Callable[[], bytes | None] | None = None) -> Loaded:
    """Compiles everything under the import roots; `folder` is an empty scratch folder.

    `compiled` waits for what protoc made of all of it ahead, None if it refused.
    """
    disk = {source.label: source.disk for source in sources.protos}
    texts: dict[str, FileText] = {}
    broken: dict[str, list[Diagnostic]] = {}
    candidates: list[str] = []
    for path, file in disk.items():
        content = _read(file)
        reason = _unusable(path, content)
        if reason is not None:
            broken[path] = [reason]
        if b"package goten." in content or b"package google." in content:
            texts[path] = read_text(content)
            if copies.is_candidate(texts[path].package) and reason is None:
                candidates.append(path)

    def read_texts() -> Mapping[str, FileText]:
        for path, file in disk.items():
            if path not in texts:
                texts[path] = read_text(_read(file))
        return texts

    def resolves(path: str) -> bool:
        return path in disk or path in protocol.files()

    diagnostics = [
        SHADOWED_FILE.at(Position(path), f"{file} is not read: an earlier import root has another file of that path")
        for path, file in sources.shadowed
    ]
    if compiled is not None and not broken and not candidates:
        descriptor_set = compiled()
        if descriptor_set is not None:
            return _finish(Compilation(descriptor_set), read_texts, diagnostics, {})
    known = set(broken)
    found = _find_copies(candidates, sources.roots, folder, read_texts, resolves)
    overlay = os.path.join(folder, "overlay")
    os.makedirs(overlay)
    copies.write_overlay(overlay, found, disk)
    include = [overlay, *protocol.include(), *sources.roots]
    compilation = compile_tree(
        [*(path for path in disk if path not in known), *({protocol.META} - set(disk))],
        include,
        folder,
        read_texts=read_texts,
        resolves=resolves,
        broken=broken,
    )
    return _finish(compilation, read_texts, diagnostics + found.diagnostics, found.forwards)


def load_descriptor_set(content: bytes, label: str) -> Loaded:
    """A compiled descriptor set instead of sources; `label` names it in diagnostics."""
    try:
        given = FileDescriptorSet.FromString(content)
    except DecodeError:
        given = FileDescriptorSet()
    if not given.file:
        message = "not a descriptor set, or nested too deeply, or empty"
        return Loaded(ProtoTree({}, {}), b"", [BAD_DESCRIPTOR_SET.at(Position(label), message)])
    files = {file.name: file for file in given.file}
    found = copies.compare_copies([file for file in files.values() if copies.is_candidate(file.package)])
    for path, originals in found.forwards.items():
        files[path] = FileDescriptorProto(
            name=path, syntax="proto3", dependency=originals, public_dependency=range(len(originals))
        )
    needed = {dependency for file in files.values() for dependency in file.dependency} | set(files) | {protocol.META}
    for file in copies.compile_originals(sorted((needed & protocol.files()) - set(found.newer))).file:
        if file.name not in found.newer:
            files[file.name] = file
    texts = _texts(files)
    broken = _incomplete(files, texts)
    whole = FileDescriptorSet(file=[files[path] for path in _in_dependency_order(files) if path not in broken])
    return _finish(Compilation(whole.SerializeToString(), broken), lambda: texts, found.diagnostics, found.forwards)


def _finish(
    compilation: Compilation,
    read_texts: Callable[[], Mapping[str, FileText]],
    diagnostics: list[Diagnostic],
    forwards: Mapping[str, tuple[str, ...]],
) -> Loaded:
    descriptors, unreadable = _read_descriptors(compilation.descriptor_set)
    files = {file.path: file for file in read.read_files(descriptors)}
    broken = compilation.broken | unreadable
    if broken:
        texts = read_texts()
        files |= {path: _uncompiled(path, texts[path]) for path in broken if path in texts}
    ordered = {path: files[path] for path in sorted(files)}
    messages = {message.full_name: message for file in ordered.values() for message in file.messages}
    reasons = [diagnostic for found in broken.values() for diagnostic in found]
    return Loaded(ProtoTree(ordered, messages), compilation.descriptor_set, diagnostics + reasons, forwards)


def _read_descriptors(descriptor_set: bytes) -> tuple[list[object], dict[str, list[Diagnostic]]]:
    """The set's files; one whose options hold text that is not UTF-8 is left out."""
    try:
        return read.read_descriptor_set(descriptor_set), {}
    except read.BadDescriptorSet:
        pass
    good: list[object] = []
    bad = {}
    for file in FileDescriptorSet.FromString(descriptor_set).file:
        try:
            good += read.read_descriptor_set(FileDescriptorSet(file=[file]).SerializeToString())
        except read.BadDescriptorSet:
            bad[file.name] = [NOT_UTF8.at(Position(file.name), "an option holds text that is not UTF-8")]
    return good, bad


def _uncompiled(path: str, text: FileText) -> File:
    return File(
        path=path,
        package=text.package,
        imports=tuple(statement.path for statement in text.imports),
        public_imports=tuple(statement.path for statement in text.imports if statement.public),
        import_positions=tuple(Position(path, statement.line, statement.column) for statement in text.imports),
        compiled=False,
    )


def _unusable(path: str, content: bytes) -> Diagnostic | None:
    if path.startswith(("-", "@")) or any(not c.isprintable() or c in "\\\"':=" for c in path):
        hint = "give the file and its folders names of letters, digits, '_', '-' and '.'"
        return COMPILE_ERROR.at(Position(path), f"{path!r} is no import path", hint=hint)
    if content.isascii():
        return None
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        return NOT_UTF8.at(Position(path, line, column), f"byte 0x{content[error.start]:02x} is not UTF-8")
    return None


def _find_copies(
    candidates: Sequence[str],
    roots: Sequence[str],
    folder: str,
    read_texts: Callable[[], Mapping[str, FileText]],
    resolves: Callable[[str], bool],
) -> copies.Copies:
    """Compiles the candidates by themselves, against each other first, and compares them with the originals."""
    if not candidates:
        return copies.Copies()
    include = [*roots, *protocol.include()]

    def compile_group(group: Sequence[str]) -> Compilation:
        return compile_tree(group, include, folder, read_texts=read_texts, resolves=resolves, broken={})

    together = compile_group(candidates)
    # Two copies of one original cannot be compiled in one go; each can by itself.
    alone = [compile_group([path]) for path in candidates if path in together.broken]
    wanted = set(candidates)
    files = {
        file.name: file
        for compilation in (together, *alone)
        for file in FileDescriptorSet.FromString(compilation.descriptor_set).file
        if file.name in wanted
    }
    return copies.compare_copies(list(files.values()))


def _texts(files: Mapping[str, FileDescriptorProto]) -> dict[str, FileText]:
    """What the sources of compiled files would say."""
    return {
        path: FileText(
            file.package,
            tuple(
                ImportStatement(dependency, 0, 0, number in file.public_dependency)
                for number, dependency in enumerate(file.dependency)
            ),
        )
        for path, file in files.items()
    }


def _incomplete(files: Mapping[str, FileDescriptorProto], texts: Mapping[str, FileText]) -> dict[str, list[Diagnostic]]:
    """Files of a set that import what the set does not hold or that no protoc has written, and what imports them."""
    broken = {
        path: [UNRESOLVED_IMPORT.at(Position(path), f"import {statement.path!r} is not in the descriptor set")]
        for path, text in texts.items()
        for statement in text.imports
        if statement.path not in texts
    }
    graph = Graph(texts)
    graph.infect(broken)
    pool = DescriptorPool()
    for path in _in_dependency_order(files):
        if path not in broken:
            try:
                pool.Add(files[path])
                pool.FindFileByName(path)
            except (TypeError, KeyError) as error:
                broken[path] = [BAD_DESCRIPTOR_SET.at(Position(path), f"{path!r} is not whole: {error}")]
                graph.infect(broken)
    return broken


def _in_dependency_order(files: Mapping[str, FileDescriptorProto]) -> Iterable[str]:
    done: dict[str, None] = {}
    for start in files:
        stack = [start]
        while stack:
            path = stack[-1]
            waiting = [d for d in files[path].dependency if d in files and d not in done and d not in stack]
            if path in done or not waiting:
                stack.pop()
                done.setdefault(path)
            else:
                stack.append(waiting[0])
    return done


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
