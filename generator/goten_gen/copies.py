"""A tree's own copies of files that always resolve: which they are, whether they agree, what stands in for them.

Rule LOAD-3. A copy may lack entries of the original; an entry it has under the same number must have the same name and
type. A copy of Google's files that is newer than the installed one is compiled in its place, so that a tree which uses
the newer entries can be read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from goten_gen import protoc, protocol
from goten_gen.diagnostics import COPY_CONFLICT, COPY_EXTRA, Diagnostic
from goten_gen.keys import Position

Entry = tuple[str, str]
"""(name, type) of a field, enum value or extension."""


@dataclass
class Copies:
    """What was found of a set of candidate files."""

    forwards: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Import path of a copy under a path of its own -> the originals it hands on."""
    newer: list[str] = field(default_factory=list)
    """Copies of Google's files that hold more than the original."""
    diagnostics: list[Diagnostic] = field(default_factory=list)


def is_candidate(package: str) -> bool:
    return package in protocol.PACKAGES


def compare_copies(candidates: Sequence[FileDescriptorProto]) -> Copies:
    """Compares files in the protocol's packages with the originals that define the same symbols."""
    originals = _Originals(sorted({candidate.package for candidate in candidates}))
    copies = Copies()
    for candidate in candidates:
        mine = dict(_symbols(candidate))
        shared = {name: originals.files[name] for name in mine if name in originals.files}
        if not shared:
            continue
        extra = _compare(candidate.name, mine, originals.entries, copies.diagnostics)
        if candidate.name in protocol.files():
            if extra and candidate.name.startswith("google/"):
                copies.newer.append(candidate.name)
                continue
        else:
            copies.forwards[candidate.name] = tuple(sorted(set(shared.values())))
        copies.diagnostics += [
            COPY_EXTRA.at(Position(candidate.name), f"{entry} is in this copy only") for entry in sorted(extra)
        ]
    return copies


def write_overlay(folder: str, copies: Copies, disk: Mapping[str, str]) -> None:
    """Writes what stands in for the copies below `folder`, an import root that comes before all others."""
    for path, originals in copies.forwards.items():
        _write(folder, path, forward_source(originals).encode())
    for path in copies.newer:
        with open(disk[path], "rb") as file:
            _write(folder, path, file.read())


def forward_source(originals: Iterable[str]) -> str:
    imports = "".join(f'import public "{original}";\n' for original in originals)
    return f'syntax = "proto3";\n\n{imports}'


def _write(folder: str, path: str, content: bytes) -> None:
    target = os.path.join(folder, *path.split("/"))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)


class _Originals:
    """The original symbols of some packages: full name -> entries by number, full name -> file."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.entries: dict[str, dict[int, Entry]] = {}
        self.files: dict[str, str] = {}
        prefixes = tuple(package.replace(".", "/") + "/" for package in packages)
        wanted = [path for path in sorted(protocol.originals()) if path.startswith(prefixes)]
        for file in compile_originals(wanted).file:
            for name, entries in _symbols(file):
                self.entries[name] = entries
                self.files[name] = file.name


def compile_originals(paths: Sequence[str]) -> FileDescriptorSet:
    """The always-resolved files `paths` with all they import, compiled without source info."""
    import tempfile

    if not paths:
        return FileDescriptorSet()
    with tempfile.TemporaryDirectory(prefix="goten-gen-") as folder:
        target = os.path.join(folder, "originals.binpb")
        include = [f"-I{root}" for root in protocol.include()]
        outcome = protoc.run([*include, "--include_imports", f"--descriptor_set_out={target}", *paths])
        if not outcome.ok:
            raise RuntimeError(f"the protocol's own files do not compile: {outcome.complaints}")
        with open(target, "rb") as file:
            return FileDescriptorSet.FromString(file.read())


def _compare(
    path: str, mine: Mapping[str, dict[int, Entry]], originals: Mapping[str, dict[int, Entry]], found: list[Diagnostic]
) -> list[str]:
    """Records conflicting entries; returns the names of entries that only the copy has."""
    extra = []
    for symbol, entries in mine.items():
        if symbol not in originals:
            extra.append(symbol)
            continue
        for number, (name, type_name) in entries.items():
            original = originals[symbol].get(number)
            if original is None:
                extra.append(f"{symbol}.{name}")
            elif original != (name, type_name):
                message = (
                    f"{symbol}.{name} = {number} ({type_name}) conflicts with the protocol's"
                    f" {original[0]} = {number} ({original[1]})"
                )
                found.append(COPY_CONFLICT.at(Position(path), message))
    return extra


def _symbols(file: FileDescriptorProto) -> Iterator[tuple[str, dict[int, Entry]]]:
    """Every message, enum and extension by full name with its entries by number."""
    prefix = f"{file.package}." if file.package else ""
    for enum in file.enum_type:
        yield prefix + enum.name, _values(enum)
    for message in file.message_type:
        yield from _message_symbols(prefix, message)
    for extension in file.extension:
        name, type_name = _entry(extension)
        entry = (f"{prefix}{name}", f"{type_name} of {extension.extendee.removeprefix('.')}")
        yield f"{prefix}{name}", {extension.number: entry}


def _message_symbols(prefix: str, message: DescriptorProto) -> Iterator[tuple[str, dict[int, Entry]]]:
    name = prefix + message.name
    yield name, {f.number: _entry(f) for f in message.field}
    for enum in message.enum_type:
        yield f"{name}.{enum.name}", _values(enum)
    for nested in message.nested_type:
        yield from _message_symbols(f"{name}.", nested)


def _values(enum: EnumDescriptorProto) -> dict[int, Entry]:
    return {value.number: (value.name, "enum value") for value in enum.value}


def _entry(f: FieldDescriptorProto) -> Entry:
    kind = FieldDescriptorProto.Type.Name(f.type).removeprefix("TYPE_").lower()
    repeated = "repeated " if f.label == FieldDescriptorProto.LABEL_REPEATED else ""
    return f.name, f"{repeated}{f.type_name.removeprefix('.') or kind}"
