"""Diagnostics as data: what went wrong or deserves a look, where, and what to do about it.

Every code is declared here and explained in docs/diagnostics.md. Errors make the exit code 1; warnings do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from goten_gen.keys import Position


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding for the user. `position.file` is an import path, or a path on disk for what has no import path."""

    code: str
    severity: Severity
    position: Position
    message: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic."""

    id: str
    severity: Severity
    hint: str

    def at(
        self, position: Position, message: str, *, hint: str | None = None, severity: Severity | None = None
    ) -> Diagnostic:
        return Diagnostic(self.id, severity or self.severity, position, message, self.hint if hint is None else hint)


def _error(id: str, hint: str) -> Code:
    return Code(id, Severity.ERROR, hint)


def _warning(id: str, hint: str) -> Code:
    return Code(id, Severity.WARNING, hint)


UNRESOLVED_IMPORT = _error("unresolved-import", "add the file to the tree, or name its import root with -I")
COMPILE_ERROR = _error("compile-error", "protoc refuses the file; correct it there")
IMPORT_BROKEN = _error("import-broken", "correct the imported file first")
NOT_UTF8 = _error("not-utf8", "proto files are UTF-8; convert the file")
BAD_DESCRIPTOR_SET = _error("bad-descriptor-set", "write it with protoc --descriptor_set_out --include_imports")
COPY_CONFLICT = _error("copy-conflict", "numbers of the protocol are fixed; take the published file")
BAD_SETTINGS = _error("bad-settings", "docs/goten-yaml.md lists all keys")
DUPLICATE_TYPE = _error("duplicate-type", "give one of the messages another type")
OUTPUT_COLLISION = _error("output-collision", "rename one of the two")

STALE_EDITED = _warning("stale-edited", "delete it by hand when nothing in it is needed")
SHADOWED_FILE = _warning("shadowed-file", "two import roots hold different files of this path; the first root wins")
COPY_EXTRA = _warning("copy-extra", "this release of the protocol does not know the entry; it is not read")
NO_PATTERN = _warning("no-pattern", "add a pattern to google.api.resource; without one there are no names")
BAD_PATTERN = _warning("bad-pattern", "the pattern is left out; docs/diagnostics.md shows the accepted forms")
BAD_TYPE = _warning("bad-type", "write the type as domain/Type; the resource is left out")
NO_VERSION = _warning("no-version", "end the proto package in a version such as v1")
UNKNOWN_PARENT = _warning("unknown-parent", "no resource in sight has the pattern in front of the last pair")
UNKNOWN_DOMAIN = _warning("unknown-domain", "the tree holds no resource of that domain; it is not imported")
UNKNOWN_REFERENCE = _warning("unknown-reference", "no resource of that type is known; the reference is left out")
GUESSED_VERSION = _warning("guessed-version", "say which version under `imports` in goten.yaml")
AMBIGUOUS_HOLDER_FIELD = _warning("ambiguous-holder-field", "the first in field order is taken")
TIED_HOLDERS = _warning("tied-holders", "settle it with `governed_by` in goten.yaml")
SEVERAL_META_FIELDS = _warning("several-meta-fields", "name the resource's own one `metadata`")
META_NOT_SINGULAR = _warning("meta-not-singular", "a repeated goten.types.Meta is no resource metadata")
HOLDER_WITHOUT_WATCH = _warning("holder-without-watch", "add a Watch method; until then PolicyStore polls")
HOLDER_WITHOUT_ACCESS = _warning("holder-without-access", "add Get and List methods; no PolicyStore can read it")
NEVER_UNGOVERNED = _warning("never-ungoverned", "only the owning region will have it; nothing else ever sees it")
NO_NAME_FIELD = _warning("no-name-field", "add `string name = 1`, or name_field to google.api.resource")
BAD_ID_PATTERN = _warning("bad-id-pattern", "the id pattern is no regular expression; the default rule applies")
SERVICE_CYCLE = _warning("service-cycle", "a service imports only downwards; Meta will refuse one of them")
REFUSED_DOMAIN = _warning("refused-domain", "Meta accepts [a-z][a-z0-9-.]{0,28}[a-z0-9] as a service id")
BAD_SKELETON = _warning("bad-skeleton", "sync types and id patterns of that file are not read")

CODES: tuple[Code, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Code))


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, each once."""
    return sorted(set(diagnostics), key=lambda d: (d.position, d.code, d.message))


def format_text(diagnostics: Iterable[Diagnostic], locate: Callable[[str], str]) -> str:
    """`file:line:column: severity: message [code]`, with the hint on a line of its own."""
    lines = []
    for diagnostic in diagnostics:
        file, line, column = diagnostic.position
        place = ":".join([locate(file), *(str(n) for n in (line, column) if n)])
        lines.append(f"{place}: {diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]")
        if diagnostic.hint:
            lines.append(f"    hint: {diagnostic.hint}")
    return "".join(f"{line}\n" for line in lines)


def format_github(diagnostics: Iterable[Diagnostic], locate: Callable[[str], str]) -> str:
    """Workflow commands, which GitHub shows beside the line."""
    lines = []
    for diagnostic in diagnostics:
        file, line, column = diagnostic.position
        fields = {"file": locate(file), "line": str(line or 1), "col": str(column or 1), "title": diagnostic.code}
        inner = ",".join(f"{key}={_escape_property(value)}" for key, value in fields.items())
        lines.append(f"::{diagnostic.severity} {inner}::{_escape_data(f'{diagnostic.message}. {diagnostic.hint}')}")
    return "".join(f"{line}\n" for line in lines)


def to_json(diagnostic: Diagnostic, locate: Callable[[str], str]) -> dict[str, Any]:
    """One diagnostic as documented in docs/diagnostics.md."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "file": locate(diagnostic.position.file),
        "line": diagnostic.position.line,
        "column": diagnostic.position.column,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }


def dump(diagnostics: Iterable[Diagnostic]) -> str:
    """For the record of a run; `load` reads it back."""
    return json.dumps([[d.code, d.severity, *d.position, d.message, d.hint] for d in diagnostics])


def load(text: str) -> list[Diagnostic]:
    return [
        Diagnostic(code, Severity(severity), Position(file, line, column), message, hint)
        for code, severity, file, line, column, message, hint in json.loads(text)
    ]


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
