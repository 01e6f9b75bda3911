"""Forgetting old changes: on demand, and of its own accord as revisions come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from goten.storage import Storage, StorageUnavailable

_LOG = logging.getLogger(__name__)
_AT_ONCE: Final = 5_000


class Compaction:
    """Keeps the last `retention` revisions of a storage, and up to a tenth more; None: all.

    `forgotten` is called with the revision up to which changes are forgotten.
    """

    def __init__(self, storage: Storage, retention: int | None, forgotten: Callable[[int], None]) -> None:
        self._storage = storage
        self._retention = retention
        self._forgotten = forgotten
        self._revision = 0
        self._due = 0
        self._wanted = asyncio.Event()
        self._turn = asyncio.Lock()

    def advanced(self, revision: int) -> None:
        """Says which revision is the last one now."""
        self._revision = revision
        if revision >= self._due:
            self._wanted.set()

    async def run(self) -> None:
        """Compacts whenever it is time; returns at once where all is kept. Where it fails, it is tried again later."""
        if self._retention is None:
            return
        margin = max(1, self._retention // 10)
        while True:
            await self._wanted.wait()
            target = self._revision - self._retention
            try:
                compacted = await self.compact(target)
            except StorageUnavailable as error:
                _LOG.warning("compaction failed", extra={"event": "compaction-failed", "error": str(error)})
                compacted = target
            self._due = max(compacted, 0) + self._retention + margin
            self._wanted.clear()

    async def compact(self, revision: int) -> int:
        """Forgets what was changed up to a revision, some at a time, and answers up to where that is so now."""
        async with self._turn:
            compacted = (await self._storage.status()).compacted
            while compacted < revision:
                compacted = min(revision, compacted + _AT_ONCE)
                await self._storage.compact(compacted)
                self._forgotten(compacted)
                await asyncio.sleep(0)
            return compacted
