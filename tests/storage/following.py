"""A watch and what it delivered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from goten.storage import Batch, Event, Storage


class Following:
    """Everything that a watch delivered. `task` ends with the watch."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.batches: list[Batch] = []
        self.revision = after
        self.task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch.events]

    def deliver(self, batch: Batch) -> None:
        assert batch.events, "a batch without events"
        revisions = [event.revision for event in batch.events]
        assert revisions == sorted(revisions)
        assert revisions[0] > self.revision, "a transaction was delivered twice, or only in part"
        assert revisions[-1] == batch.revision
        self.batches.append(batch)
        self.revision = batch.revision
        self._news.set()

    async def reached(self, revision: int) -> None:
        """Returns when everything up to a revision was delivered; raises what ended the watch before."""
        while self.revision < revision:
            self._news.clear()
            news = asyncio.create_task(self._news.wait())
            assert self.task is not None
            try:
                await asyncio.wait({news, self.task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            if self.task.done():
                self.task.result()
            assert self._news.is_set(), f"nothing came after revision {self.revision}"


@asynccontextmanager
async def following(storage: Storage, after: int) -> AsyncIterator[Following]:
    """Watches inside. Who cares how the watch ends asks `reached` or its task."""
    found = Following(after)
    found.task = asyncio.create_task(storage.watch(after, found.deliver))
    try:
        await asyncio.sleep(0)
        yield found
    finally:
        found.task.cancel()
        await asyncio.gather(found.task, return_exceptions=True)
