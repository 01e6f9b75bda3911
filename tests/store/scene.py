"""What the tests of the store share: resources to store, stores to look into, and storages that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from goten.meta.v1.descriptors import DEPLOYMENT, REGION, SERVICE
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.storage import Batch, Change, Compare, KeyValue, Range, Status, Storage
from goten.store import Applied, Store, Transaction

DESCRIPTORS = (REGION, SERVICE, DEPLOYMENT)


def service(id: str, display_name: str = "", *, updated: float | None = None) -> Service:
    made = Service(name=f"services/{id}", display_name=display_name)
    if updated is not None:
        made.metadata.update_time.FromNanoseconds(round(updated * 1e9))
    return made


def region(id: str) -> Region:
    return Region(name=f"regions/{id}")


@asynccontextmanager
async def running(storage: Storage, **options: Any) -> AsyncIterator[Store]:
    """A store over a storage that was started, until the end of the block."""
    store = Store(storage, options.pop("descriptors", DESCRIPTORS), **options)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


async def write(store: Store, *messages: Service | Region) -> int:
    """Writes them in one transaction, and answers its revision."""

    async def body(transaction: Transaction) -> None:
        for message in messages:
            if isinstance(message, Service):
                transaction.put(SERVICE, message)
            else:
                transaction.put(REGION, message)

    return (await store.transact(body))[1]


async def delete(store: Store, *ids: str) -> int:
    """Deletes services in one transaction, and answers its revision."""

    async def body(transaction: Transaction) -> None:
        for id in ids:
            transaction.delete(SERVICE, f"services/{id}")

    return (await store.transact(body))[1]


def shown(store: Store) -> dict[str, str]:
    """The display names of all services in memory, by id."""
    return {
        entry.name.removeprefix("services/"): cast("Service", entry.message).display_name
        for entry in store.entries(SERVICE)
    }


async def until(holds: Callable[[], bool]) -> None:
    """Waits until something is so, for 10 s at most."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the store has nothing to wait for it by
            await asyncio.sleep(0.001)


class Mirror:
    """Builds the services of a store from what it tells."""

    def __init__(self, store: Store) -> None:
        self.revision = store.revision
        self.services = {entry.name: entry.message for entry in store.entries(SERVICE)}
        self.told: list[Applied] = []
        self.detach = store.attach(self._hear)

    def _hear(self, applied: Applied) -> None:
        assert applied.revision > self.revision
        before = self.revision
        for event in applied.events.get(SERVICE.type, ()):
            assert before <= event.revision <= applied.revision
            before = event.revision
            assert event.before_known
            assert event.before == self.services.get(event.name)
            if event.after is None:
                del self.services[event.name]
            else:
                self.services[event.name] = event.after
        self.revision = applied.revision
        self.told.append(applied)


class ManualClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Around:
    """A storage around another one, for tests to change what it does."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner

    async def start(self) -> None:
        await self.inner.start()

    async def stop(self) -> None:
        await self.inner.stop()

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


class SmallPages(Around):
    """Reads everything in pages of two keys, and has something happen before each page but the first."""

    def __init__(self, inner: Storage, between: Iterator[Callable[[], Awaitable[Any]]]) -> None:
        super().__init__(inner)
        self._between = between

    async def range(self, prefix: str, *, after: str = "", limit: int = 0) -> Range:
        if not limit:
            return await self.inner.range(prefix, after=after)
        if after:
            happens = next(self._between, None)
            if happens is not None:
                await happens()
        return await self.inner.range(prefix, after=after, limit=2)


class LateTail(Around):
    """Tells of everything a little later than the storage, as where several processes share one."""

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        loop = asyncio.get_running_loop()

        def later(batch: Batch) -> None:
            loop.call_later(0.01, deliver, batch)

        await self.inner.watch(after, later)


class Breakable(Around):
    """Its watches end with an error when a test says so; where it is `deaf`, they tell of nothing."""

    deaf = False

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.begun = asyncio.Event()

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        def hear(batch: Batch) -> None:
            if not self.deaf:
                deliver(batch)

        inner = asyncio.create_task(self.inner.watch(after, hear))
        self.begun.set()
        broken = self.broken
        try:
            await asyncio.wait([inner, broken], return_when=asyncio.FIRST_COMPLETED)
            (inner if inner.done() else broken).result()
        finally:
            inner.cancel()
            await asyncio.wait([inner])

    async def break_with(self, error: Exception) -> None:
        """Ends the watch, and waits until nobody is told of anything any more."""
        await self.begun.wait()
        self.begun.clear()
        broken, self.broken = self.broken, asyncio.get_running_loop().create_future()
        broken.set_exception(error)
        for _ in range(10):
            await asyncio.sleep(0)
