"""Random transactions, reads, watches and compactions against a model."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from goten.storage import Change, Compare, Delete, Put, Storage
from tests.storage.backends import BACKENDS, Opener
from tests.storage.following import Following, following
from tests.storage.model import Model

KEYS = ["a", "a/", "a/b", "a/c", "b", "\u00e9", "\ud7ff", "\ue000x", "\U0001f600", "\U0010ffff", "\U0010ffff\U0010ffff"]
PREFIXES = ["", *KEYS, "zz", "\U0001f5ff"]


class Run:
    """One storage and its model, through a random course."""

    def __init__(self, random: Random, opener: Opener, stack: AsyncExitStack) -> None:
        self.random = random
        self.opener = opener
        self.stack = stack
        self.storage: Storage = opener()
        self.model = Model()
        self.compacted = 0
        self.watches: list[Following] = []

    async def course(self, steps: int) -> None:
        await self.storage.start()
        self.model.revision = (await self.storage.status()).revision
        for _ in range(steps):
            step = self.random.choices(
                (self.commit, self.read, self.watch, self.compact, self.reopen), (12, 6, 2, 1, 1)
            )
            await step[0]()
        await self.read()
        for watch in self.watches:
            await watch.reached(self.model.revision)
            assert watch.events == [event for event in self.model.history if event.revision > watch.after]
        await self.storage.stop()

    async def commit(self) -> None:
        """Some at once; those that run together take their turns in the order in which they began."""
        transactions = [self.transaction() for _ in range(self.random.choice((1, 1, 5)))]
        answers = await asyncio.gather(*(self.storage.commit(*transaction) for transaction in transactions))
        assert list(answers) == [self.model.commit(*transaction) for transaction in transactions]

    def transaction(self) -> tuple[list[Compare], list[Change]]:
        def revision(key: str) -> int:
            known = self.model.mod_revision(key)
            return known if self.random.random() < 0.8 else self.random.choice((0, known - 1, known + 1))

        def change(key: str) -> Change:
            value = self.random.randbytes(self.random.choice((0, 1, 10, 5000)))
            return Delete(key) if self.random.random() < 0.4 else Put(key, value)

        compared = self.random.choices(KEYS, k=self.random.choice((0, 0, 1, 2)))
        changed = self.random.sample(KEYS, self.random.choice((0, 1, 1, 2, 6)))
        return [Compare(key, revision(key)) for key in compared], [change(key) for key in changed]

    async def read(self) -> None:
        assert await self.storage.status() == (self.model.revision, self.compacted)
        key, prefix, after = (self.random.choice(texts) for texts in (KEYS, PREFIXES, PREFIXES))
        assert await self.storage.get(key) == self.model.items.get(key)
        limit = self.random.choice((0, 1, 2, 20))
        expected = self.model.range(prefix, after)
        found = await self.storage.range(prefix, after=after, limit=limit)
        assert found.revision == self.model.revision
        assert list(found.items) == expected[: limit or None]
        assert found.more is (0 < limit < len(expected))

    async def watch(self) -> None:
        after = self.random.randint(self.compacted, self.model.revision)
        self.watches.append(await self.stack.enter_async_context(following(self.storage, after)))

    async def compact(self) -> None:
        for watch in self.watches:
            await watch.reached(self.model.revision)
        revision = self.random.randint(0, self.model.revision + 2)
        await self.storage.compact(revision)
        self.compacted = max(self.compacted, min(revision, self.model.revision))

    async def reopen(self) -> None:
        for watch in self.watches:
            await watch.reached(self.model.revision)
            assert watch.events == [event for event in self.model.history if event.revision > watch.after]
        self.watches.clear()
        await self.storage.stop()
        self.storage = self.opener()
        await self.storage.start()


def test_a_storage_is_what_the_model_is(backend: str) -> None:
    """STORAGE-2, STORAGE-3, STORAGE-5, STORAGE-7, STORAGE-8, STORAGE-9."""

    async def run(random: Random) -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with AsyncExitStack() as stack:
                await Run(random, BACKENDS[backend](Path(folder)), stack).course(random.randint(1, 40))

    @settings(max_examples=settings().max_examples // 4)
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        asyncio.run(run(Random(seed)))

    check()
