"""The last stop of the generator: an output tree in memory becomes a folder, whole or not at all.

All files are first written to a staging folder on the same file system; only then are they moved into place.

* A folder that was missing or empty appears by one rename.
* In a folder that has content, changed files replace the old ones one by one, new subfolders come by one rename each,
  then stale files go, then the manifest is replaced. This phase takes milliseconds; SIGINT, SIGTERM and SIGHUP wait for
  its end, and while staging they undo it. A run that is killed in this phase leaves each file wholly old or wholly new;
  the next run finds its staging folder, learns from it what was moved already, completes the work and removes it.

Files survive the death of the process, not of the machine: nothing is synced, since a run makes it all again.
"""

from __future__ import annotations

import errno
import glob
import os
import stat
from contextlib import suppress

from goten_gen import manifest
from goten_gen.output_error import CODES, DENIED, FAILED, OutputError, as_output_error
from goten_gen.output_file import OutputFile, tree_owner
from goten_gen.output_plan import Plan, plan
from goten_gen.output_staging import Signals, Staging, locked, make_folders, sweep

__all__ = ["CODES", "OutputError", "OutputFile", "Plan", "apply", "plan", "tree_owner"]


def apply(plan: Plan) -> None:
    """Does what the plan says, and records it in the manifest. Raises OutputError, after which all is as before.

    Only a failure while files are moved into place (a disk that breaks) leaves some new and some old; the next run
    completes them. In the main thread KeyboardInterrupt, or what the process has installed for the signal, comes after
    cleaning up. Two runs into one folder take turns.
    """
    try:
        if not (_is_replaceable(plan.root) and _apply_fresh(plan)):
            _apply_in_place(plan)
    except OSError as error:
        raise as_output_error(error, plan.root) from error


# --- a fresh folder --------------------------------------------------------------------------------------------------


def _is_replaceable(root: str) -> bool:
    """Whether a rename may put a new folder here: nothing is here, or an empty folder that nobody would miss.

    A folder of somebody else or of a group, or in which this process stands (and the shell behind it), is kept.
    """
    try:
        info = os.stat(root)
    except FileNotFoundError:
        return True
    is_plain = info.st_uid == os.geteuid() and not info.st_mode & stat.S_ISGID
    return is_plain and not os.path.samestat(info, os.stat(".")) and not os.listdir(root)


def _apply_fresh(plan: Plan) -> bool:
    """Makes the folder by one rename. False if that cannot be here, but writing into an existing folder may be."""
    parent = os.path.dirname(plan.root)
    with Signals() as signals, make_folders(parent):
        sweep(parent)
        try:
            with Staging(parent) as staging:
                staging.write(plan.files, plan.manifest_after, signals)
                if os.path.isdir(plan.root):
                    os.chmod(staging.path, stat.S_IMODE(os.stat(plan.root).st_mode))
                os.rename(staging.path, plan.root)
        except OSError:
            # Another run was first, the parent is not ours to write in, or the folder is a mount point.
            if not os.path.isdir(plan.root):
                raise
            return False
    return True


# --- a folder with content -------------------------------------------------------------------------------------------


def _apply_in_place(planned: Plan) -> None:
    with locked(planned.root):
        if manifest.read_bytes(planned.root) != planned.manifest_before:
            planned = plan(planned.root, planned.files, whole=planned.whole)
        sweep(planned.root)
        if planned.is_clean and planned.manifest_after == planned.manifest_before:
            return
        _require_writable(planned)
        with Signals() as signals, Staging(planned.root) as staging:
            staging.write(planned.writes, planned.manifest_after, signals)
            staging.move_into(planned.root)
            for path in planned.removals:
                _remove(planned.root, path)
            staging.move_manifest_into(planned.root)


def _require_writable(planned: Plan) -> None:
    """Finds out before anything is changed whether every folder concerned lets files come and go."""
    device = os.stat(planned.root).st_dev
    paths = [file.path for file in planned.writes] + list(planned.removals)
    folders = {os.path.dirname(os.path.join(planned.root, path)) for path in paths}
    for folder in sorted({_existing(folder) for folder in folders} | {planned.root}):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(DENIED, folder, os.strerror(errno.EACCES))
        if os.stat(folder).st_dev != device:
            raise OutputError(FAILED, folder, "this folder lies on another file system than the output folder")


def _existing(folder: str) -> str:
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _remove(root: str, path: str) -> None:
    """Removes one of our files, what Python compiled from it, and the folders that are empty then."""
    full = os.path.join(root, path)
    with suppress(FileNotFoundError):
        os.unlink(full)
    folder, name = os.path.split(full)
    cache = os.path.join(folder, "__pycache__")
    if name.endswith(".py") and os.path.isdir(cache) and not os.path.islink(cache):
        for compiled in glob.glob(f"{glob.escape(os.path.join(cache, name[:-3]))}.*.pyc"):
            with suppress(OSError):
                os.unlink(compiled)
        _remove_empty(cache)
    while folder != root and _remove_empty(folder):
        folder = os.path.dirname(folder)


def _remove_empty(folder: str) -> bool:
    try:
        os.rmdir(folder)
    except OSError:
        return False
    return True
