"""Holders of the service itself, out of its own store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from identity_example_com.v1 import descriptors as identity
from identity_example_com.v1.names import ProjectName
from identity_example_com.v1.service import SERVICE as IDENTITY

from goten.descriptors import Descriptor
from goten.policy_sources import HolderChange, HolderChanges, own_source
from goten.policy_store import FetchFailed, HolderNotFound, StalePolicy
from goten.watch import WatchState
from tests.runtime.policy_store.scene import Scene
from tests.runtime.policy_store.services import ROOMS, policy, project
from tests.runtime.watch.fakes import settle

P1, P2, P3 = "projects/p1/rooms/r", "projects/p2/rooms/r", "projects/p3/rooms/r"
EU, US = policy("eu"), policy("us")


class ScriptedStore:
    """A HolderStore that does what the test says. `watches` are the resume points of the watches so far."""

    def __init__(self) -> None:
        self.stored: dict[str, Any] = {}
        self.watches: list[str | None] = []
        self.asked: list[str] = []
        self.failure: Exception | None = None
        self.closed = 0
        self._coming: asyncio.Queue[HolderChanges[Any, Any] | Exception | None] = asyncio.Queue()

    async def get(self, descriptor: Descriptor[Any, Any], name: Any) -> Any:
        assert isinstance(name, ProjectName)
        self.asked.append(str(name))
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return self.stored.get(str(name))

    async def watch(self, descriptor: Descriptor[Any, Any], resume_point: str | None = None) -> AsyncIterator[Any]:
        assert descriptor is identity.PROJECT
        self.watches.append(resume_point)
        try:
            while (coming := await self._coming.get()) is not None:
                if isinstance(coming, Exception):
                    raise coming
                yield coming
        finally:
            self.closed += 1

    async def deliver(self, *coming: HolderChanges[Any, Any] | Exception | None) -> None:
        for one in coming:
            self._coming.put_nowait(one)
        await settle()


def changes(*messages: Any, point: str | None = None, reset: bool = False) -> HolderChanges[Any, Any]:
    """Projects, and names of those that were removed; a boundary if there is a resume point."""
    return HolderChanges(
        changes=tuple(
            HolderChange(ProjectName.parse(item), None)
            if isinstance(item, str)
            else HolderChange(ProjectName.parse(item.name), item)
            for item in messages
        ),
        reset=reset,
        is_current=point is not None,
        resume_point=point,
    )


class Owning(Scene):
    """Rooms, with projects of the own store, where p1 and p2 are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ROOMS, **options)
        self.own = ScriptedStore()
        self.store.add(own_source(IDENTITY, identity.PROJECT, self.own))

    async def start(self) -> None:
        starting = asyncio.create_task(self.store.start())
        await settle()
        await self.own.deliver(
            changes(project("projects/p1", "eu"), project("projects/p2", "us"), point="1", reset=True)
        )
        await starting


@pytest.fixture
async def owning() -> AsyncIterator[Owning]:
    scene = Owning()
    await scene.start()
    yield scene
    await scene.close()
    assert scene.own.closed == len(scene.own.watches)


async def test_it_fills_the_cache_without_any_server(owning: Owning) -> None:
    """STORE-6"""
    assert (await owning.ask(P1), await owning.ask(P2)) == (EU, US)
    assert owning.status.source == "identity.example.com/Project v1 (own store)"
    assert owning.network.asked == []


async def test_changes_count_at_once(owning: Owning) -> None:
    """STORE-7"""
    await owning.own.deliver(changes(project("projects/p1", "us"), "projects/p2", point="2"))
    assert await owning.ask(P1) == US
    with pytest.raises(HolderNotFound):
        await owning.ask(P2)


async def test_half_a_revision_is_not_seen(owning: Owning) -> None:
    """STORE-7"""
    await owning.own.deliver(changes(project("projects/p1", "us")))
    assert await owning.ask(P1) == EU
    await owning.own.deliver(changes(project("projects/p2", "eu"), point="2"))
    assert (await owning.ask(P1), await owning.ask(P2)) == (US, EU)


async def test_a_miss_is_read(owning: Owning) -> None:
    """STORE-8, STORE-9"""
    owning.own.stored["projects/p3"] = project("projects/p3", "eu")
    asking = [await owning.asking(P3) for _ in range(3)]
    assert await asyncio.gather(*asking) == [EU, EU, EU]
    assert owning.own.asked == ["projects/p3"]
    assert await owning.ask(P3) == EU


async def test_a_missing_holder_is_read_once(owning: Owning) -> None:
    """STORE-11"""
    for _ in range(2):
        with pytest.raises(HolderNotFound):
            await (await owning.asking(P3))
    assert owning.own.asked == ["projects/p3"]


async def test_a_store_that_cannot_be_read_fails_the_fetch(owning: Owning) -> None:
    """STORE-8"""
    owning.own.failure = OSError("disk is gone")
    with pytest.raises(FetchFailed, match="could not be fetched: disk is gone") as caught:
        await (await owning.asking(P3))
    assert caught.value.__cause__ is owning.own.failure


@pytest.mark.parametrize("ending", [None, OSError("compacted")])
async def test_a_watch_that_ends_goes_on_from_its_point(owning: Owning, ending: Exception | None) -> None:
    """STORE-12, STORE-13"""
    before = await owning.ask(P1)
    await owning.own.deliver(ending)
    assert owning.state == WatchState.CONNECTING
    assert owning.status.feed.reason == ("the store ended the watch" if ending is None else "OSError: compacted")
    assert await owning.ask(P1) is before
    await owning.clock.advance(1)
    assert owning.own.watches == [None, "1"]
    await owning.own.deliver(changes(project("projects/p2", "eu"), point="2"))
    assert (await owning.ask(P1), await owning.ask(P2)) == (before, EU)
    assert owning.state == WatchState.CURRENT


async def test_staleness_is_bounded(owning: Owning) -> None:
    """STORE-12"""
    await owning.own.deliver(OSError("disk is gone"))
    owning.own.failure = OSError("disk is gone")
    await owning.clock.advance(301)
    with pytest.raises(StalePolicy, match=r"stale for 301.0 s, of which 300 are allowed: disk is gone"):
        await (await owning.asking(P1))


async def test_a_reset_brings_a_snapshot(owning: Owning) -> None:
    """STORE-13"""
    before = await owning.ask(P1)
    await owning.own.deliver(changes(project("projects/p1", "eu"), reset=True))
    assert owning.state == WatchState.SYNCING
    assert await owning.ask(P2) == US
    await owning.own.deliver(changes(project("projects/p3", "eu"), point="9"))
    assert (await owning.ask(P1), await owning.ask(P3)) == (before, EU)
    with pytest.raises(HolderNotFound):
        await owning.ask(P2)


async def test_a_watch_without_a_point_begins_anew(owning: Owning) -> None:
    """STORE-13"""
    await owning.own.deliver(
        HolderChanges(changes=changes(project("projects/p3", "eu")).changes, is_current=True), OSError("gone")
    )
    await owning.clock.advance(1)
    assert owning.own.watches == [None, None]


async def test_what_cannot_be_a_holder_ends_the_feed_and_is_seen(
    owning: Owning, caplog: pytest.LogCaptureFixture
) -> None:
    """STORE-12, STORE-16: it is stale then, and what is asked for is read."""
    await owning.own.deliver(HolderChanges(changes=(HolderChange(ProjectName.of("p1"), "no message"),)))
    assert owning.state == WatchState.FAILED
    assert "are not followed any more" in caplog.text
    assert await owning.ask(P1) == EU
    await owning.clock.advance(301)
    owning.own.stored["projects/p1"] = project("projects/p1", "us")
    assert await (await owning.asking(P1)) == US


async def test_quiet_is_no_loss(owning: Owning) -> None:
    """STORE-12: a store in the same process needs no bookmarks."""
    await owning.clock.advance(100_000)
    assert owning.status.stale_for is None
