"""Storages that make trouble at a chosen moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from goten.storage import Batch, Change, Compare, KeyValue, Range, Status, Storage, StorageUnavailable
from goten.store.keys import GUARD


class Wrapped:
    """A Storage that is another one, which others may use too: starting and stopping it is up to its owner."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def status(self) -> Status:
        return await self.inner.status()

    async def get(self, key: str) -> KeyValue | None:
        return await self.inner.get(key)

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        return await self.inner.range(prefix, after=after, limit=limit)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        return await self.inner.commit(compares, changes)

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        await self.inner.watch(after, deliver)

    async def compact(self, revision: int) -> None:
        await self.inner.compact(revision)


class Preempted(Wrapped):
    """Once armed, lets something else run to its end in front of the operation with a number (from 0).

    What it tells of changes comes `lag` turns of the event loop late, as it does from another process. Where it is
    `strict`, the first commit fails, and does not count: then a transaction reads the storage and not memory.
    """

    def __init__(self, inner: Storage, *, lag: int = 0, strict: bool = False) -> None:
        super().__init__(inner)
        self._lag = lag
        self._strict = strict
        self._refuses = False
        self._left = -1
        self._other: Callable[[], Awaitable[None]] | None = None
        self._ended = asyncio.Event()

    def arm(self, number: int, other: Callable[[], Awaitable[None]]) -> None:
        self._left, self._other, self._refuses = number, other, self._strict

    async def disarm(self) -> bool:
        """Whether there was no such operation; then the other runs now. Returns when it has ended, in any case."""
        none = self._other is not None
        await self._run()
        await self._ended.wait()
        return none

    async def get(self, key: str) -> KeyValue | None:
        await self._step()
        return await self.inner.get(key)

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        await self._step()
        return await self.inner.range(prefix, after=after, limit=limit)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if self._refuses:
            self._refuses = False
            return None
        await self._step()
        return await self.inner.commit(compares, changes)

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        loop = asyncio.get_running_loop()

        def later(batch: Batch, turns: int) -> None:
            if turns:
                loop.call_soon(later, batch, turns - 1)
            else:
                deliver(batch)

        await self.inner.watch(after, lambda batch: later(batch, self._lag))

    async def _step(self) -> None:
        if self._other is not None and not self._refuses:
            self._left -= 1
            if self._left < 0:
                await self._run()

    async def _run(self) -> None:
        other, self._other = self._other, None
        if other is not None:
            await other()
            self._ended.set()


class Failing(Wrapped):
    """Fails for good at the commit with a number (from 0), of those that change something: before it, or after it."""

    def __init__(self, inner: Storage, *, commits: int, after: bool) -> None:
        super().__init__(inner)
        self._left = commits
        self._after = after
        self.failed = asyncio.Event()

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        self._check()
        if not changes or self._left > 0:
            self._left -= bool(changes)
            return await self.inner.commit(compares, changes)
        if self._after:
            await self.inner.commit(compares, changes)
        self.failed.set()
        self._check()
        raise AssertionError

    async def get(self, key: str) -> KeyValue | None:
        self._check()
        return await self.inner.get(key)

    def _check(self) -> None:
        if self.failed.is_set():
            raise StorageUnavailable("the disk", "it is gone", "buy another", uncertain=self._after)


class Held(Wrapped):
    """Holds back transactions that do not change the guard, such as the controller's, while `open` is not set.

    `committed` are the transactions that went through and changed something.
    """

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.open = asyncio.Event()
        self.open.set()
        self.committed: list[tuple[Sequence[Compare], Sequence[Change]]] = []

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if changes and GUARD not in {change.key for change in changes}:
            await self.open.wait()
        revision = await self.inner.commit(compares, changes)
        if changes and revision is not None:
            self.committed.append((compares, changes))
        return revision


class Flaky(Wrapped):
    """Refuses transactions that do not change the guard, `failures` times."""

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.failures = 0

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if self.failures and changes and GUARD not in {change.key for change in changes}:
            self.failures -= 1
            raise StorageUnavailable("the disk", "it is full", "make room")
        return await self.inner.commit(compares, changes)
