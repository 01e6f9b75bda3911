"""The guard: a run with nothing to do costs almost nothing.

After a run, `record_run` keeps what the run depended on and what came out. The next run with the same options asks
`find_unchanged` before it imports anything heavy; if every input, the generator, the libraries whose code or protos
end up in the output, and every output file are as recorded, all that is left to do is to print the same diagnostics.
Everything is compared by content, never by time.

The records lie in `.goten-gen.cache/` in the output folder, a file for each set of options, outside of version control
by a `.gitignore` of their own: unlike the manifest they depend on the machine. Losing them costs one full run.

Only cheap modules of the standard library are imported here: each start pays for them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence

from goten_gen import manifest

CACHE_FOLDER = f"{manifest.RESERVED}.cache"
MAX_RECORDS = 16
_DISTRIBUTIONS = ("protobuf", "grpcio_tools", "googleapis_common_protos", "jinja2", "pyyaml")
_PACKAGE = os.path.dirname(os.path.abspath(__file__))


class RunRecord:
    """What a run said: its `exit_code`, and its `diagnostics` as the caller's own text (JSON), to be said again."""

    __slots__ = ("diagnostics", "exit_code")

    def __init__(self, exit_code: int, diagnostics: str) -> None:
        self.exit_code = exit_code
        self.diagnostics = diagnostics


# --- fingerprints ----------------------------------------------------------------------------------------------------


def options_key(options: Mapping[str, object]) -> str:
    """Names a set of options: 64 hex digits, the same for equal mappings of JSON values in any order of keys."""
    return hashlib.sha256(json.dumps(options, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def inputs_digest(files: Iterable[tuple[str, str]], *contents: bytes) -> str:
    """Digest of labelled input files (label, path on disk), in any order, and of contents that are no files (stdin).

    To be taken before the generator reads the files: then an edit in between makes the next run a full one. A file that
    cannot be read counts as such, so that its coming into being is a change.
    """
    total = hashlib.sha256()
    for label, path in sorted(files):
        total.update(f"{label}\0{_file_digest(path) or 'unreadable'}\0".encode(errors="surrogateescape"))
    for content in contents:
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


def generator_digest(folders: Sequence[str] = (_PACKAGE,)) -> str:
    """Digest of the generator: every file in `folders` (code, templates, protos), the versions of Python and libraries.

    `folders` are those that the output depends on; where templates or protos lie outside of the package, name them too.
    """
    total = hashlib.sha256(f"{sys.version_info[:3]} {library_versions(sys.path)}".encode())
    for number, folder in enumerate(folders):
        total.update(f"{number} {inputs_digest(_sources(folder))}".encode())
    return total.hexdigest()


def library_versions(search_path: Iterable[str]) -> list[tuple[str, str]]:
    """Versions of the libraries that shape the output, by the first metadata folder of each on `search_path`.

    importlib.metadata would say the same, but takes longer to import than all the rest of the guard to run.
    """
    found: dict[str, str] = {}
    for folder in search_path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                project, _, version = name.rpartition(".")[0].partition("-")
                project = project.lower().replace(".", "_")
                if project in _DISTRIBUTIONS:
                    found.setdefault(project, version)
    return sorted(found.items())


def _sources(folder: str) -> list[tuple[str, str]]:
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(parent, name)
            found.append((os.path.relpath(path, folder), path))
    return found


def _file_digest(path: str) -> str | None:
    try:
        with open(path, "rb", buffering=0) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


# --- records ---------------------------------------------------------------------------------------------------------


def find_unchanged(out: str, key: str, digest: str) -> RunRecord | None:
    """The record of the last run with these options, if running again would change nothing; else None.

    `key` is `options_key(...)`, `digest` any text that stands for inputs and generator. An output file of that run that
    was changed or deleted defeats the record, and so does a file that the run would have to remove. Never raises for
    what is on disk: whatever cannot be understood is no record.
    """
    try:
        with open(_record_path(out, key), "rb") as file:
            record = json.loads(file.read())
        known = manifest.parse(manifest.read_bytes(out) or b"")
        outputs, whole = record["outputs"], frozenset(record["whole"])
        if record["digest"] != digest or _has_stale(known, outputs, whole):
            return None
        if not all(path in known and _file_digest(os.path.join(out, path)) == sha for path, sha in outputs.items()):
            return None
        return RunRecord(int(record["exit_code"]), str(record["diagnostics"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _has_stale(known: Mapping[str, manifest.Entry], outputs: Collection[str], whole: Collection[str]) -> bool:
    return any(path not in outputs and entry.is_covered(whole) for path, entry in known.items())


def record_run(
    out: str,
    key: str,
    digest: str,
    record: RunRecord,
    *,
    outputs: Mapping[str, str],
    whole: Collection[str],
) -> None:
    """Keeps the record of a run that is complete: its outputs (path -> hex sha256) are on disk, the manifest too.

    Of all the records in `out` the 16 newest stay. Failure is silent: without a record the next run is a full one.
    """
    data = {
        "digest": digest,
        "outputs": dict(outputs),
        "whole": sorted(whole),
        "exit_code": record.exit_code,
        "diagnostics": record.diagnostics,
    }
    path = _record_path(out, key)
    folder = os.path.dirname(path)
    try:
        if os.path.islink(folder):
            return
        if not os.path.isdir(folder):
            os.mkdir(folder)
            _write_new(os.path.join(folder, ".gitignore"), b"*\n")
        temporary = f"{path}.{os.getpid()}.tmp"
        _write_new(temporary, json.dumps(data).encode())
        os.replace(temporary, path)
        _forget_old(folder)
    except OSError:
        return


def _record_path(out: str, key: str) -> str:
    return os.path.join(out, CACHE_FOLDER, f"{key}.json")


def _write_new(path: str, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)


def _forget_old(folder: str) -> None:
    with os.scandir(folder) as entries:
        records = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name != ".gitignore"]
    for _, path in sorted(records, reverse=True)[MAX_RECORDS:]:
        os.unlink(path)
