"""What a run would change in the output folder, worked out without changing anything.

The plan stands on three things: the files that the run made, the manifest of what earlier runs wrote, and the disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from goten_gen import manifest
from goten_gen.output_diff import file_diff
from goten_gen.output_disk import Disk, alias_key
from goten_gen.output_error import BAD_PATH, CLASH, MANIFEST, OutputError, as_output_error
from goten_gen.output_file import OutputFile


@dataclass(frozen=True, slots=True)
class Plan:
    """What `apply` will do in the folder `root` (absolute, links resolved). All paths are relative to it and sorted."""

    root: str
    files: tuple[OutputFile, ...]
    whole: frozenset[str]
    writes: tuple[OutputFile, ...]
    removals: tuple[str, ...]
    kept: tuple[str, ...]
    """Stale files that were edited since we wrote them; they stay, and stay listed until somebody removes them."""
    digests: Mapping[str, str]
    """The hex sha256 of every file of this run."""
    manifest_before: bytes | None
    manifest_after: bytes

    @property
    def is_clean(self) -> bool:
        """Whether the folder already holds what the run made, and nothing that it would remove."""
        return not self.writes and not self.removals

    @property
    def unchanged(self) -> int:
        """How many files of this run are on disk as they should be."""
        return len(self.files) - len(self.writes)

    def diff(self) -> str:
        """The plan as a unified diff against the disk; empty if clean. Raises OutputError."""
        changes: dict[str, bytes | None] = {file.path: file.content for file in self.writes}
        changes.update(dict.fromkeys(self.removals))
        return "".join(file_diff(path, self._on_disk(path), changes[path]) for path in sorted(changes))

    def _on_disk(self, path: str) -> bytes | None:
        try:
            with open(os.path.join(self.root, path), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise as_output_error(error, path) from error


def plan(out: Path | str, files: Iterable[OutputFile], *, whole: Collection[str]) -> Plan:
    """Compares the run's `files` with the folder `out`, which need not exist. Raises OutputError; writes nothing.

    `whole` are the owners that this run selected and read completely. Of the files that earlier runs wrote and this one
    did not, those go whose owners are all in `whole`; an owner outside of it keeps its files, because this run cannot
    know whether it still makes them.
    """
    produced = _checked(files)
    root = os.path.realpath(out)
    try:
        disk = Disk(root)
        before = manifest.read_bytes(root)
        known = _known_entries(disk, before)
        writes = tuple(file for file in produced.values() if disk.differs(file.path, file.content))
        digests = {path: hashlib.sha256(file.content).hexdigest() for path, file in produced.items()}
        entries = {path: _entry(file, digests[path], known.get(path), whole) for path, file in produced.items()}
        removals, kept = [], []
        for path in sorted(known.keys() - produced.keys()):
            entry = known[path]
            if not entry.is_covered(whole):
                owners = tuple(owner for owner in entry.owners if owner not in whole)
                entries[path] = manifest.Entry(owners, entry.sha256)
            elif disk.holds(path, entry.sha256):
                removals.append(path)
            elif disk.has(path):
                kept.append(path)
                entries[path] = entry
        removals = disk.without_aliases(removals, produced)
    except OSError as error:
        raise as_output_error(error, root) from error
    return Plan(
        root=root,
        files=tuple(produced.values()),
        whole=frozenset(whole),
        writes=writes,
        removals=tuple(removals),
        kept=tuple(kept),
        digests=digests,
        manifest_before=before,
        manifest_after=manifest.dump(entries),
    )


def _known_entries(disk: Disk, before: bytes | None) -> dict[str, manifest.Entry]:
    """What the manifest lists, and what a run that was killed while it moved files into place had written already.

    Such a run leaves its staging folder with the manifest that it did not come to install.
    """
    try:
        known = manifest.parse(before) if before is not None else {}
    except manifest.ManifestError as error:
        raise OutputError(MANIFEST, manifest.FILE_NAME, f"this is not a manifest of goten-gen: {error}") from error
    for name in disk.staging_folders():
        try:
            moved = manifest.parse(manifest.read_bytes(os.path.join(disk.root, name)) or b"")
        except manifest.ManifestError:
            continue
        known.update({path: entry for path, entry in moved.items() if disk.holds(path, entry.sha256)})
    return known


def _entry(file: OutputFile, sha256: str, old: manifest.Entry | None, whole: Collection[str]) -> manifest.Entry:
    """An owner of an earlier run of which this run knows nothing goes on owning the file (two trees in one folder)."""
    others = [owner for owner in old.owners if owner not in whole] if old else []
    return manifest.Entry(tuple(sorted({*file.owners, *others})), sha256)


# --- the tree in memory ----------------------------------------------------------------------------------------------


def _checked(files: Iterable[OutputFile]) -> dict[str, OutputFile]:
    """The files by path, sorted, after a look at every rule that needs no disk."""
    found: dict[str, OutputFile] = {}
    for file in files:
        if problem := manifest.path_problem(file.path):
            raise OutputError(BAD_PATH, file.path, f"this cannot be the path of an output file: {problem}")
        same = found.setdefault(file.path, file)
        if same.content != file.content:
            raise OutputError(CLASH, file.path, f"two different files have this path{_of_owners(same, file)}")
        if same.owners != file.owners:
            found[file.path] = OutputFile(file.path, file.content, tuple(sorted({*same.owners, *file.owners})))
    _refuse_clashes(found)
    return dict(sorted(found.items()))


def _refuse_clashes(files: Mapping[str, OutputFile]) -> None:
    """Refuses a path that is a file and a folder, and paths that a case-insensitive file system takes for one."""
    spelled: dict[str, str] = {}
    folders: set[str] = set()
    for file in files.values():
        path = file.path
        while path and path not in folders:
            other = spelled.setdefault(alias_key(path), path)
            if other != path:
                raise OutputError(CLASH, file.path, f"some systems take {path!r} and {other!r} for the same path")
            if path != file.path:
                folders.add(path)
                if path in files:
                    raise OutputError(CLASH, path, f"it is a file, and also the folder of {file.path!r}")
            path = path.rpartition("/")[0]


def _of_owners(*files: OutputFile) -> str:
    named = [" and ".join(file.owners) or "no service" for file in files]
    return f", one of {named[0]} and one of {named[1]}"
