"""A store against a model, whatever happens: writes, races, restarts, lost tails, compaction."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.storage import Compacted, MemoryStorage, SqliteStorage, Storage
from goten.store import Store, Transaction
from tests.store.scene import DESCRIPTORS, Breakable, ManualClock, Mirror, service, shown

IDS = "abcdef"
ids = st.sampled_from(IDS)
writes = st.dictionaries(ids, st.none() | st.sampled_from(["0", "1", "2"]), min_size=1, max_size=4)
steps = st.one_of(
    st.tuples(st.just("write"), writes, st.booleans()),
    st.tuples(st.just("race"), st.lists(st.tuples(ids, ids), min_size=2, max_size=5), st.booleans()),
    st.tuples(st.just("elsewhere"), st.lists(writes, min_size=1, max_size=3), st.booleans()),
    st.tuples(st.just("lost"), st.lists(writes, max_size=3), st.booleans()),
    st.tuples(st.just("restart"), st.integers(0, 12), st.none()),
    st.tuples(st.just("compact"), st.integers(0, 8), st.none()),
)
State = dict[str, str]


@asynccontextmanager
async def opened(kind: str) -> AsyncIterator[Storage]:
    with tempfile.TemporaryDirectory() as folder:
        storage: Storage = MemoryStorage() if kind == "memory" else SqliteStorage(Path(folder) / "store.db")
        await storage.start()
        try:
            yield storage
        finally:
            await storage.stop()


class World:
    """A store that is driven, another one over the same storage, and what all should be."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.model: State = {}
        self.states: dict[int, State] = {}

    async def begin(self, history: int) -> None:
        self.around = Breakable(self.storage)
        self.store = Store(self.around, DESCRIPTORS, history=history, retention=None, clock=ManualClock())
        self.other = Store(self.storage, DESCRIPTORS, retention=None, clock=ManualClock())
        await self.store.start()
        await self.other.start()
        await self.store.reached(self.other.revision)
        self.mirror = Mirror(self.store)
        self.note()

    async def end(self) -> None:
        await self.store.stop()
        await self.other.stop()

    def note(self) -> None:
        self.states[self.store.revision] = dict(self.model)

    async def write(self, store: Store, changes: dict[str, str | None], guarded: bool) -> int:
        async def body(transaction: Transaction) -> None:
            for id, name in changes.items():
                if name is None:
                    transaction.delete(SERVICE, f"services/{id}")
                else:
                    transaction.put(SERVICE, service(id, name))

        revision = (await store.transact(body, guarded=guarded))[1]
        self.model |= {id: name for id, name in changes.items() if name is not None}
        for id in [id for id, name in changes.items() if name is None]:
            self.model.pop(id, None)
        return revision

    async def race(self, pairs: list[tuple[str, str]], guarded: bool) -> None:
        """Each moves one from a service to another one; what all have together stays the same."""

        async def move(transaction: Transaction, source: str, target: str) -> None:
            giving = await transaction.get(SERVICE, f"services/{source}")
            await asyncio.sleep(0)
            taking = await transaction.get(SERVICE, f"services/{target}")
            if giving is None or taking is None or source == target:
                return
            transaction.put(SERVICE, service(source, str(int(giving.display_name) - 1)))
            transaction.put(SERVICE, service(target, str(int(taking.display_name) + 1)))

        def mover(source: str, target: str) -> Any:
            return lambda transaction: move(transaction, source, target)

        before = sum(map(int, self.model.values()))
        moves = (self.store.transact(mover(*pair), guarded=guarded) for pair in pairs)
        await asyncio.gather(*moves)
        self.model = shown(self.store)
        assert sum(map(int, self.model.values())) == before

    async def step(self, kind: str, what: Any, flag: Any) -> None:
        if kind == "write":
            assert await self.write(self.store, what, flag) == self.store.revision
        elif kind == "race":
            await self.race(what, flag)
        elif kind == "elsewhere":
            for changes in what:
                await self.store.reached(await self.write(self.other, changes, flag))
                self.note()
        elif kind == "lost":
            await self.lose_tail(what, flag)
        elif kind == "compact":
            await self.store.compact(max(0, self.store.revision - what))
        else:
            await self.end()
            await self.begin(what)

    async def lose_tail(self, missed: list[dict[str, str | None]], guarded: bool) -> None:
        await self.around.begun.wait()
        self.around.deaf = True
        for changes in missed:
            await self.write(self.other, changes, guarded)
        self.around.deaf = False
        await self.around.break_with(Compacted(self.store.revision, self.store.revision + 1))
        await self.store.reached(self.other.revision)

    def check(self) -> None:
        """Memory, the follower, and what the events since any state that is known lead to, are the model."""
        self.note()
        assert shown(self.store) == self.model
        assert _names(self.mirror.services) == self.model
        assert list(self.store.names(SERVICE)) == [f"services/{id}" for id in sorted(self.model)]
        for revision, state in self.states.items():
            if revision < self.store.history_start:
                with pytest.raises(Compacted):
                    self.store.events_after(SERVICE, revision)
            elif revision <= self.store.revision:
                self.check_events(revision, dict(state))

    def check_events(self, revision: int, state: State) -> None:
        latest, time = revision, 0.0
        for event in self.store.events_after(SERVICE, revision):
            assert event.revision >= latest
            assert event.time >= time
            latest, time = event.revision, event.time
            id = event.name.removeprefix("services/")
            if event.before_known:
                assert _name(event.before) == state.get(id)
            if event.after is None:
                state.pop(id, None)
            else:
                state[id] = cast("str", _name(event.after))
        assert state == self.model


def _name(message: object) -> str | None:
    return None if message is None else cast("Service", message).display_name


def _names(services: dict[str, Any]) -> State:
    return {name.removeprefix("services/"): message.display_name for name, message in services.items()}


async def play(kind: str, plan: list[tuple[str, Any, Any]]) -> None:
    async with opened(kind) as storage:
        world = World(storage)
        await world.begin(12)
        try:
            for step in plan:
                await asyncio.wait_for(world.step(*step), 20)
                world.check()
        finally:
            await world.end()


@given(st.lists(steps, min_size=1, max_size=12))
def test_a_store_in_memory_is_its_model_whatever_happens(plan: list[tuple[str, Any, Any]]) -> None:
    asyncio.run(play("memory", plan))


@settings(max_examples=100)
@given(st.lists(steps, min_size=1, max_size=12))
def test_a_store_on_disk_is_its_model_whatever_happens(plan: list[tuple[str, Any, Any]]) -> None:
    asyncio.run(play("sqlite", plan))
