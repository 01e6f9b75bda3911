"""Protos of the Meta service, written from nothing but the lines of spec/wire-facts.txt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PACKAGES = ("goten.types", "goten.meta.v1")
_GOOGLE = {
    "google.protobuf.Timestamp": "google/protobuf/timestamp.proto",
    "google.protobuf.Struct": "google/protobuf/struct.proto",
    "google.protobuf.FieldMask": "google/protobuf/field_mask.proto",
    "google.protobuf.Empty": "google/protobuf/empty.proto",
}


@dataclass
class _Node:
    """A message with those inside of it; lines are ready to print."""

    lines: list[str] = field(default_factory=list)
    oneofs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    inner: dict[str, _Node] = field(default_factory=dict)
    enums: list[str] = field(default_factory=list)

    def printed(self, name: str) -> Iterator[str]:
        yield f"message {name} {{"
        yield from self.enums
        for inner, node in self.inner.items():
            yield from node.printed(inner)
        yield from self.lines
        for oneof, members in self.oneofs.items():
            yield f"oneof {oneof} {{ {' '.join(members)} }}"
        yield "}"


def write_protos(facts: Path, folder: Path) -> list[str]:
    """Writes one file for each package, and answers their names."""
    text = facts.read_text()
    names = []
    for package in _PACKAGES:
        name = f"{package.replace('.', '_')}.proto"
        (folder / name).write_text("\n".join(_file(package, text)) + "\n")
        names.append(name)
    return names


def _file(package: str, text: str) -> Iterator[str]:
    yield 'syntax = "proto3";'
    yield f"package {package};"
    yield from (f'import "{path}";' for path in _GOOGLE.values())
    if package != _PACKAGES[0]:
        yield f'import "{_PACKAGES[0].replace(".", "_")}.proto";'
    top = _Node()
    _read_messages(package, text, top)
    for kind, rest in re.findall(rf"^enum {re.escape(package)}\.([\w.]+) \[[^]]*\]: (.*)$", text, re.MULTILINE):
        *owners, name = kind.split(".")
        _node(top, owners).enums.append(f"enum {name} {{ {''.join(f'{value};' for value in rest.split(', '))} }}")
    yield from top.enums
    for name, node in top.inner.items():
        yield from node.printed(name)
    yield from _services(package, text)


def _node(top: _Node, path: list[str]) -> _Node:
    for name in path:
        top = top.inner.setdefault(name, _Node())
    return top


def _read_messages(package: str, text: str, top: _Node) -> None:
    blocks = re.findall(rf"^message {re.escape(package)}\.([\w.]+).*\n((?:  .*\n)*)", text, re.MULTILINE)
    for kind, body in blocks:
        node = _node(top, kind.split("."))
        for line in body.splitlines():
            entry = re.fullmatch(r"  (\w+) = (\d+) (repeated )?(.+?)(?:\s+oneof:(\w+))?", line)
            if entry is None:
                continue
            name, number, repeated, kind_of, oneof = entry.groups()
            proto_type = kind_of if re.match(r"[a-z0-9]+$|map<", kind_of) else f".{kind_of}"
            declared = f"{repeated or ''}{proto_type} {name} = {number};"
            (node.oneofs[oneof] if oneof else node.lines).append(declared)


def _services(package: str, text: str) -> Iterator[str]:
    for name, body in re.findall(rf"^service {re.escape(package)}\.(\w+) .*\n((?:  .*\n)*)", text, re.MULTILINE):
        yield f"service {name} {{"
        for method, request, stream, response in re.findall(
            r"^  (\w+)\((\S+)\) -> (stream )?(\S+)", body, re.MULTILINE
        ):
            answered = f".{response}" if response.startswith("google.") else response
            yield f"  rpc {method}({request}) returns ({stream}{answered});"
        yield "}"
