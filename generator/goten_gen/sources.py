"""The files of a run: what PATH arguments select, which import roots they stand under, what each file's text says.

Nothing is compiled here. Import statements and packages are read from the text, which serves three ends: to find the
import root, to know what a broken file takes along, and to count the imports of files that do not compile (DETECT-8).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from goten_gen import protocol

PROTO = ".proto"
DESCRIPTOR_SETS = (".binpb", ".pb", ".desc", ".protoset")
SETTINGS = "goten.yaml"

_SKELETON = re.compile(r"api-skeleton-.*\.ya?ml")
_COMMENT_OR_STRING = re.compile(rb"""//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
_IMPORT = re.compile(
    rb"""(?:^|;|\*/)[ \t]*import\s+(?:(public|weak|option)\s+)?(?:"([^"\n]+)"|'([^'\n]+)')""", re.MULTILINE
)
_ROUGH_IMPORT = re.compile(rb"""(?:^|[;/\s])import[^"';]{1,40}["']([^"'\n]+)""")
_PACKAGE = re.compile(rb"(?:^|;|\*/)[ \t]*package\s+([A-Za-z_][\w.]*)\s*;", re.MULTILINE)


class SourceError(Exception):
    """A PATH or import root that cannot be used: `path`, what is wrong with it, and what to do."""

    def __init__(self, path: str, message: str, hint: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Source:
    """One input file: its label (import path; for settings and skeletons the path below the root) and place on disk."""

    label: str
    disk: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What a run reads. `protos` is sorted by import path; `selected` are the import paths that PATH arguments name."""

    roots: tuple[str, ...]
    protos: tuple[Source, ...]
    selected: frozenset[str]
    settings: tuple[Source, ...]
    skeletons: tuple[Source, ...]
    shadowed: tuple[tuple[str, str], ...] = ()
    """Import paths that two roots hold: (import path, the file on disk that is not read)."""

    def everything(self) -> Iterator[Source]:
        yield from self.protos
        yield from self.settings
        yield from self.skeletons


@dataclass(frozen=True, slots=True)
class ImportStatement:
    path: str
    line: int
    column: int
    public: bool


@dataclass(frozen=True, slots=True)
class FileText:
    """What the text of a proto file says without compiling it."""

    package: str
    imports: tuple[ImportStatement, ...]


def read_text(content: bytes) -> FileText:
    """Package and import statements of a proto file, comments left out. Never fails: a broken file tells less."""
    content = _COMMENT_OR_STRING.sub(_blank_comment, content[: _header_end(content)])
    package = _PACKAGE.search(content)
    imports = []
    for found in _IMPORT.finditer(content):
        group = 2 if found[2] else 3
        start = content.index(b"import", found.start())
        line = content.count(b"\n", 0, start) + 1
        column = start - content.rfind(b"\n", 0, start)
        path = found[group].decode(errors="replace")
        imports.append(ImportStatement(path, line, column, found[1] == b"public"))
    return FileText(package[1].decode() if package else "", tuple(imports))


def _header_end(content: bytes) -> int:
    """Where the last statement that could be an import or the package ends: what follows need not be searched."""
    end = content.find(b";", max(content.rfind(b"import"), content.rfind(b"package")))
    return len(content) if end < 0 else end + 1


def _blank_comment(found: re.Match[bytes]) -> bytes:
    text = found[0]
    return b" " + b"\n" * text.count(b"\n") if text.startswith(b"/") else text


def find_sources(paths: Sequence[str], roots: Sequence[str]) -> Sources:
    """Scans the import roots (`-I`, or found from the paths) and marks what the paths select.

    Raises `SourceError` for a path that does not exist, holds no proto file, or stands under no root.
    """
    real_paths = [_existing(path) for path in paths]
    real_roots = [_existing_folder(root) for root in roots] or _find_roots(real_paths)
    real_roots = list(dict.fromkeys(real_roots))
    protos: dict[str, str] = {}
    settings: list[Source] = []
    skeletons: list[Source] = []
    shadowed: list[tuple[str, str]] = []
    for root in real_roots:
        for label, disk in _walk(root, set(real_roots) - {root}):
            name = label.rpartition("/")[2]
            if name == SETTINGS:
                settings.append(Source(label, disk))
            elif not name.endswith(PROTO):
                skeletons.append(Source(label, disk))
            elif label not in protos:
                protos[label] = disk
            elif not _same_content(protos[label], disk):
                shadowed.append((label, disk))
    selected = _select(real_paths, protos)
    return Sources(
        roots=tuple(real_roots),
        protos=tuple(Source(label, protos[label]) for label in sorted(protos)),
        selected=frozenset(selected),
        settings=tuple(settings),
        skeletons=tuple(skeletons),
        shadowed=tuple(shadowed),
    )


def _existing(path: str) -> str:
    if not os.path.exists(path):
        raise SourceError(path, "no such file or folder", "name a folder of protos, a .proto file or a .binpb file")
    if os.path.isfile(path) and not path.endswith(PROTO):
        raise SourceError(path, "not a .proto file", "name a folder, a .proto file, or a descriptor set (.binpb)")
    return os.path.realpath(path)


def _existing_folder(path: str) -> str:
    if not os.path.isdir(path):
        raise SourceError(
            path,
            "not a folder" if os.path.exists(path) else "no such folder",
            "-I takes the folder that the tree's imports are relative to",
        )
    return os.path.realpath(path)


def _walk(root: str, others: set[str]) -> Iterator[tuple[str, str]]:
    """(label, path on disk) of every file of interest; hidden folders and other roots are left out (DETECT-1)."""
    stack = [(root, "")]
    while stack:
        folder, prefix = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except PermissionError:
            continue
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.path not in others:
                    stack.append((entry.path, f"{prefix}{name}/"))
            elif (name.endswith(PROTO) or name == SETTINGS or _SKELETON.fullmatch(name)) and entry.is_file():
                yield f"{prefix}{name}", entry.path


def _same_content(first: str, second: str) -> bool:
    with open(first, "rb") as one, open(second, "rb") as two:
        return one.read() == two.read()


def _select(paths: Iterable[str], protos: dict[str, str]) -> set[str]:
    selected = set()
    for path in paths:
        prefix = path.rstrip(os.sep) + os.sep
        found = {label for label, disk in protos.items() if disk == path or disk.startswith(prefix)}
        if not found:
            under = "has no .proto file below it" if os.path.isdir(path) else "stands under none of the import roots"
            raise SourceError(path, under, "check the path; -I names the folder that imports are relative to")
        selected |= found
    return selected


def _find_roots(paths: Sequence[str]) -> list[str]:
    """The import root of each path (LOAD-4): the ancestor from which most of its own imports resolve, the nearest of
    equals.

    Imports of files that always resolve tell only where nothing else does; a file without any is asked together with
    those beside it. Where the imports tell nothing, the folder is its own root.
    """
    return [_find_root(path) for path in paths]


def _find_root(path: str) -> str:
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    for files in ([path], [folder]):
        imports = {found for each in files for found in _rough_imports(each) if _is_relative(found)}
        for own in (imports - protocol.files(), imports):
            if root := _best_ancestor(folder, sorted(own)):
                return root
    return folder


def _best_ancestor(folder: str, imports: Sequence[str]) -> str | None:
    best, best_count = None, 0
    ancestor, parent = folder, os.path.dirname(folder)
    while imports:
        count = sum(os.path.isfile(os.path.join(ancestor, path)) for path in imports)
        if count > best_count:
            best, best_count = ancestor, count
        if parent == ancestor:
            break
        ancestor, parent = parent, os.path.dirname(parent)
    return best


def _rough_imports(path: str) -> Iterator[str]:
    """Import paths in a file or below a folder, those in comments included: enough to find a root by majority."""
    files = [disk for _, disk in _walk(path, set())] if os.path.isdir(path) else [path]
    for disk in files:
        if disk.endswith(PROTO):
            with open(disk, "rb") as file:
                yield from (found[1].decode(errors="replace") for found in _ROUGH_IMPORT.finditer(file.read()))


def _is_relative(path: str) -> bool:
    return not path.startswith("/") and ".." not in path.split("/")
