"""The embedded storage as its owner sees it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from goten.storage.errors import Compacted, StorageUnavailable
from goten.storage.interface import Batch, Change, Compare, Event, KeyValue, Range, Status
from goten.storage.sqlite.files import Limits
from goten.storage.sqlite.group_commit import GroupCommit
from goten.storage.sqlite.reading import Reader
from goten.storage.sqlite.writing import Writer
from goten.storage.transactions import check_transaction
from goten.storage.watchers import Watchers

T = TypeVar("T")


class SqliteStorage:
    """A Storage in the SQLite file at `path`, which it makes if there is none. Symbolic links are followed."""

    def __init__(
        self, path: str | os.PathLike[str], *, lock_timeout: float = 5.0, max_bytes: int | None = None
    ) -> None:
        """Another program's lock on the file is waited for for `lock_timeout` seconds.

        The file grows to `max_bytes` at most, beside the 16 MB or so of its WAL; None: as far as the disk has room.
        """
        self.path = Path(os.path.realpath(path))
        self._limits = Limits(lock_timeout, max_bytes)
        self._lifecycle = asyncio.Lock()
        self._watchers = Watchers()
        self._thread: ThreadPoolExecutor | None = None
        self._writer = Writer(self.path, self._limits)
        self._reader: Reader | None = None
        self._commits: GroupCommit | None = None
        self._stopping = False

    async def start(self) -> None:
        async with self._lifecycle:
            if self._reader is not None:
                return
            try:
                self._thread = ThreadPoolExecutor(1, "goten-sqlite")
                await self._in_thread(self._writer.open)
                self._reader = Reader(self.path, self._limits)
                self._watchers.revision = self._reader.status().revision
                self._commits = GroupCommit(self._reader.revisions, self._append, self._watchers)
            except BaseException:
                await self._close()
                raise
            self._stopping = False

    async def stop(self) -> None:
        self._stopping = True
        async with self._lifecycle:
            if self._commits is not None:
                await self._commits.drain()
            await self._close()

    async def status(self) -> Status:
        return self._open_reader().status()

    async def get(self, key: str) -> KeyValue | None:
        return self._open_reader().get(key)

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        return self._open_reader().range(prefix, after, limit)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if self._commits is None or self._stopping:
            raise self._not_open()
        check_transaction(compares, changes)
        return await self._commits.submit(compares, changes)

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        compacted = self._open_reader().status().compacted
        if after < compacted:
            raise Compacted(after, compacted)
        await self._watchers.follow(after, self._read_log, deliver)

    async def compact(self, revision: int) -> None:
        self._open_reader()
        await self._in_thread(self._writer.set_compacted, min(revision, self._watchers.revision))
        # Each step is short, and writes have their turn in between.
        while await self._in_thread(self._writer.forget_some):
            self._open_reader()

    def _read_log(self, after: int) -> Batch:
        return self._open_reader().log(after, self._watchers.revision)

    def _append(self, events: Sequence[Event]) -> asyncio.Future[None]:
        reader = self._reader
        if reader is None:
            raise self._not_open()
        reader.begin_change(event.key for event in events)
        written = self._in_thread(self._writer.append, events)
        written.add_done_callback(lambda _: reader.end_change())
        return written

    def _in_thread(self, function: Callable[..., T], *arguments: object) -> asyncio.Future[T]:
        if self._thread is None:
            raise self._not_open()
        return asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _open_reader(self) -> Reader:
        if self._reader is None or self._stopping:
            raise self._not_open()
        return self._reader

    async def _close(self) -> None:
        self._commits = None
        self._watchers.end(self._not_open())
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
        if self._thread is not None:
            await self._in_thread(self._writer.close)
            self._thread.shutdown()
            self._thread = None

    def _not_open(self) -> StorageUnavailable:
        return StorageUnavailable(str(self.path), "it is not open", "it serves between start and stop")
