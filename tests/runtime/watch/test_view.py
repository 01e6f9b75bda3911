"""What readers of a view see (WATCH-19)."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from goten.watch import Applied, Response, ViewChanges, WatchFailed, WatchMachine, WatchView


class Scene:
    """A view that a machine fills."""

    def __init__(self) -> None:
        self.machine = WatchMachine[int]()
        self.view = WatchView(self.machine.resources)

    def say(self, *changes: tuple[str, int | None], **fields: Any) -> None:
        for event in self.machine.receive(Response(changes, is_current=True, resume_token="t", **fields)).events:
            if isinstance(event, Applied):
                self.view.show(event)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def unread(changes: ViewChanges[int]) -> Applied[int] | None:
    """What is there to read now; None: nothing."""
    reading = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    if not reading.done():
        reading.cancel()
        return None
    return await reading


def test_it_is_a_mapping_that_follows(scene: Scene) -> None:
    assert (len(scene.view), scene.view.get("a")) == (0, None)
    scene.say(("a", 1), ("b", 2))
    assert dict(scene.view) == {"a": 1, "b": 2}
    assert "a" in scene.view
    scene.say(("a", None))
    assert list(scene.view.items()) == [("b", 2)]


async def test_a_reader_gets_what_is_there_then_what_changes(scene: Scene) -> None:
    scene.say(("a", 1), ("b", 2))
    changes = scene.view.changes()
    scene.say(("a", 3))
    assert await unread(changes) == Applied(added={"b": 2, "a": 3}, snapshot=True)
    scene.say(("a", 4), ("b", None), ("c", 5))
    assert await unread(changes) == Applied({"c": 5}, {"a": 4}, {"b": 2}, {"a": 3})
    assert await unread(changes) is None


async def test_a_reader_that_comes_early_waits_for_the_first_boundary(scene: Scene) -> None:
    changes = scene.view.changes()
    assert await unread(changes) is None
    scene.say()
    assert await unread(changes) == Applied(snapshot=True)
    assert await unread(changes) is None


async def test_an_empty_view_is_a_snapshot_too(scene: Scene) -> None:
    scene.say()
    assert await unread(scene.view.changes()) == Applied(snapshot=True)


async def test_bookmarks_are_nothing_to_read(scene: Scene) -> None:
    scene.say(("a", 1))
    changes = scene.view.changes()
    await unread(changes)
    scene.say()
    assert await unread(changes) is None


async def test_what_is_unread_is_merged(scene: Scene) -> None:
    scene.say(("changed", 1), ("back", 1), ("removed", 1), ("again", 1))
    changes = scene.view.changes()
    await unread(changes)
    scene.say(("changed", 2), ("back", 2), ("removed", 2), ("again", None), ("added", 1), ("passing", 1))
    scene.say(("changed", 3), ("back", 1), ("removed", None), ("again", 5), ("added", 2), ("passing", None))
    assert await unread(changes) == Applied(
        {"added": 2}, {"changed": 3, "again": 5}, {"removed": 1}, {"changed": 1, "again": 1}
    )


async def test_all_that_was_merged_away_is_nothing_to_read(scene: Scene) -> None:
    scene.say(("a", 1))
    changes = scene.view.changes()
    await unread(changes)
    scene.say(("a", 2), ("b", 1))
    scene.say(("a", 1), ("b", None))
    assert await unread(changes) is None


async def test_a_reader_that_waits_is_woken(scene: Scene) -> None:
    changes = scene.view.changes()
    reading = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    scene.say(("a", 1))
    assert await reading == Applied(added={"a": 1}, snapshot=True)


async def test_a_closed_reader_is_forgotten(scene: Scene) -> None:
    scene.say(("a", 1))
    async with scene.view.changes() as changes:
        pass
    scene.say(("a", 2))
    assert [applied async for applied in changes] == []


async def test_readers_end_with_the_watch(scene: Scene) -> None:
    scene.say(("a", 1))
    changes = scene.view.changes()
    scene.view.end(None)
    assert [applied.added async for applied in changes] == [{"a": 1}]
    assert [applied.added async for applied in scene.view.changes()] == [{"a": 1}]


async def test_readers_hear_of_a_failure_after_all_that_came_before(scene: Scene) -> None:
    scene.say(("a", 1))
    waiting = scene.view.changes()
    scene.view.end(WatchFailed("things", "too many"))
    for changes in (waiting, scene.view.changes()):
        assert (await anext(changes)).added == {"a": 1}
        with pytest.raises(WatchFailed, match="the watch of things failed: too many"):
            await anext(changes)


async def test_readers_of_any_speed_end_up_with_the_same(scene: Scene) -> None:
    """Each applies what it reads, strictly, and reads now and then."""
    random = Random(5)
    readers: list[tuple[ViewChanges[int], dict[str, int]]] = []
    for _ in range(500):
        if len(readers) < 8 and random.random() < 0.1:
            readers.append((scene.view.changes(), {}))
        names = random.sample("abcdefgh", random.randint(0, 4))
        reset = random.random() < 0.05
        scene.say(*((name, random.choice([1, 2, 3, None])) for name in names), is_hard_reset=reset)
        for changes, known in readers:
            if random.random() < 0.2 and (applied := await unread(changes)) is not None:
                apply_strictly(known, applied)
    for changes, known in readers:
        if (applied := await unread(changes)) is not None:
            apply_strictly(known, applied)
        assert known == scene.view


def apply_strictly(known: dict[str, int], applied: Applied[int]) -> None:
    assert not applied.added.keys() & known.keys()
    assert applied.before == {name: known[name] for name in applied.changed}
    assert all(applied.changed[name] != item for name, item in applied.before.items())
    assert applied.removed == {name: known.pop(name) for name in applied.removed}
    known |= {**applied.added, **applied.changed}
