"""The means of writing atomically: staging folders, the lock on an output folder, and signals that wait."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self

from goten_gen import manifest
from goten_gen.output_disk import STAGING
from goten_gen.output_error import BUSY, OutputError
from goten_gen.output_file import OutputFile

_LOCK_SECONDS = 30.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """While it is entered, a signal that would end the process is only noted; `check` raises if there was one.

    On leaving, the handlers are restored and the noted signal is sent again, so that it has the effect it would have
    had. Does nothing outside of the main thread, and nothing about signals that are ignored.
    """

    def __init__(self) -> None:
        self._noted: int | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) not in (None, signal.SIG_IGN):
                    self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._noted is not None:
            signal.raise_signal(self._noted)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted = number

    def check(self) -> None:
        if self._noted is not None:
            raise KeyboardInterrupt


class Staging:
    """A new folder inside `parent` for files that are not in place yet; it is removed on leaving.

    Its process holds a lock on it as long as it lives, which is how `sweep` tells the folders of dead runs. An error
    while its files are being moved leaves it behind: its manifest tells the next run what was moved already.
    """

    def __init__(self, parent: str) -> None:
        self._is_moving = False
        while True:
            # Not tempfile: its folders are for the owner alone, and this one may become the output folder.
            self.path = os.path.join(parent, f"{manifest.RESERVED}-{os.urandom(4).hex()}")
            os.mkdir(self.path)
            # Until the lock is there another run may take the folder for a dead one's, and sweep it away.
            try:
                self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            except FileNotFoundError:
                continue
            with suppress(OSError):  # a file system without locks
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            if os.path.isdir(self.path):
                return
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None or not self._is_moving:
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)

    def write(self, files: Iterable[OutputFile], manifest_content: bytes, signals: Signals) -> None:
        """Writes the files below the staging folder, the manifest last. Raises KeyboardInterrupt on a noted signal."""
        made = {""}
        for file in files:
            signals.check()
            folder = file.path.rpartition("/")[0]
            if folder not in made:
                os.makedirs(os.path.join(self.path, folder), exist_ok=True)
                made.add(folder)
            self._write(file.path, file.content)
        self._write(manifest.FILE_NAME, manifest_content)
        signals.check()

    def _write(self, path: str, content: bytes) -> None:
        with open(os.path.join(self.path, path), "xb", buffering=0) as file:
            view = memoryview(content)
            while view:
                view = view[file.write(view) :]

    def move_into(self, root: str) -> None:
        """Moves everything but the manifest: files over files, folders as a whole where there is none yet."""
        self._is_moving = True
        waiting = [(self.path, root)]
        while waiting:
            source, target = waiting.pop()
            for name in sorted(os.listdir(source)):
                if name == manifest.FILE_NAME:
                    continue
                here, there = os.path.join(source, name), os.path.join(target, name)
                if os.path.isdir(here) and os.path.isdir(there):
                    waiting.append((here, there))
                else:
                    os.replace(here, there)

    def move_manifest_into(self, root: str) -> None:
        os.replace(os.path.join(self.path, manifest.FILE_NAME), os.path.join(root, manifest.FILE_NAME))


def sweep(folder: str) -> None:
    """Removes the staging folders of runs that no longer live; what cannot be removed stays."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if STAGING.fullmatch(name):
                _sweep_one(os.path.join(folder, name))


def _sweep_one(path: str) -> None:
    with suppress(OSError):
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)


@contextmanager
def locked(folder: str) -> Iterator[None]:
    """Holds the folder's lock, where the file system has such. Raises OutputError if another process keeps it."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                raise OutputError(BUSY, folder, f"another process has kept this folder for {_LOCK_SECONDS:.0f} seconds")
            time.sleep(0.02)
        yield
    finally:
        os.close(lock)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN)
    return True


@contextmanager
def make_folders(path: str) -> Iterator[None]:
    """Makes the folder and those above it; if the block fails, removes those of them that are empty."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    try:
        for folder in reversed(missing):
            os.mkdir(folder)
        yield
    except BaseException:
        for folder in missing:
            with suppress(OSError):
                os.rmdir(folder)
        raise
