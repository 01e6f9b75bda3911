"""What is answered from the cache, and how what a watch delivers gets there."""

from __future__ import annotations

import asyncio

import pytest
from identity.proto.v1 import project_pb2
from identity_example_com.v1.names import ProjectName

from goten.policy import Policy
from goten.policy_store import HolderNotFound, NotInCache
from goten.types import view_pb2, watch_type_pb2
from tests.runtime.policy_store.scene import Watching, in_turn
from tests.runtime.policy_store.services import RoomName, policy, project, watched

P1, P2, P3 = "projects/p1/rooms/r", "projects/p2/rooms/r", "projects/p3/rooms/r"


async def test_a_hit_asks_nobody(watching: Watching) -> None:
    """STORE-6: not even for a turn of the event loop, whatever form the name has."""
    for name in (P1, f"//rooms.example.test/{P1}", RoomName.parse(P1)):
        for _ in range(2):
            assert await watching.ask(name) == policy("eu")
            assert watching.store.cached_policy_for(name) == policy("eu")
    assert watching.gets == []


async def test_global_names_have_no_policy(watching: Watching) -> None:
    """STORE-1"""
    for name in ("rooms/r", RoomName.parse("rooms/r"), ProjectName.of("p1"), "//identity.example.com/projects/p1"):
        assert await watching.ask(name) is None
        assert watching.store.cached_policy_for(name) is None


async def test_it_asks_for_names_and_policies(watching: Watching) -> None:
    """STORE-5"""
    request = watching.stream.request
    assert (request.type, request.view, request.field_mask.paths) == (
        watch_type_pb2.STATELESS,
        view_pb2.NAME,
        ["multi_region_policy"],
    )
    await watching.asking(P3)
    request = watching.gets[0].request
    assert (request.name, request.view, request.field_mask.paths) == (
        "projects/p3",
        view_pb2.NAME,
        ["multi_region_policy"],
    )
    assert set(watching.network.asked) == {("identity.example.com", "v1", None)}


async def test_every_holder_that_is_delivered_is_kept(watching: Watching) -> None:
    """STORE-5: the bound on fetched ones does not concern them."""
    names = [f"projects/q{number}" for number in range(20_000)]
    await watching.stream.send(watched(*(project(name, "eu") for name in names), token="t2"))
    for name in names:
        assert await watching.ask(f"{name}/rooms/r") == policy("eu")
    assert watching.status.delivered == 20_002


async def test_changes_count_at_once(watching: Watching) -> None:
    """STORE-7"""
    await watching.ask(P1)
    await watching.stream.send(watched(project("projects/p1", "us", "eu"), project("projects/p3", "eu"), token="t2"))
    assert await watching.ask(P1) == policy("us", "eu")
    assert await watching.ask(P3) == policy("eu")
    assert await watching.ask(P2) == policy("us")


async def test_a_change_reaches_the_cache_in_the_turn_in_which_it_arrives(watching: Watching) -> None:
    """STORE-7"""
    watching.stream.arrive(watched(project("projects/p1", "us"), token="t2"))
    # The reader of the stream wakes up in the next turn.
    await asyncio.sleep(0)
    assert await watching.ask(P1) == policy("us")


async def test_what_was_stored_together_is_seen_together(watching: Watching) -> None:
    """STORE-7: before the boundary, nothing of a revision is the answer."""
    await watching.stream.send(watched(project("projects/p1", "us")))
    assert await watching.ask(P1) == policy("eu")
    await watching.stream.send(watched(project("projects/p2", "eu"), token="t2"))
    assert (await watching.ask(P1), await watching.ask(P2)) == (policy("us"), policy("eu"))


async def test_a_holder_without_a_policy_enables_nothing(watching: Watching) -> None:
    """STORE-6"""
    await watching.stream.send(watched(project_pb2.Project(name="projects/p1"), token="t2"))
    assert await watching.ask(P1) == Policy()


async def test_equal_policies_are_shared(watching: Watching) -> None:
    await watching.stream.send(watched(project("projects/p3", "eu"), token="t2"))
    assert await watching.ask(P1) is await watching.ask(P3)


async def test_a_removed_holder_is_missing_for_a_while(watching: Watching) -> None:
    """STORE-7, STORE-11: a server that lags cannot bring it back in that time; after that it is asked."""
    await watching.stream.send(watched("projects/p1", token="t2"))
    await watching.clock.advance(4.9)
    for _ in range(2):
        with pytest.raises(HolderNotFound, match=r"there is no //identity.example.com/projects/p1, so no policy"):
            await watching.ask(P1)
        with pytest.raises(HolderNotFound):
            watching.store.cached_policy_for(P1)
    assert watching.gets == []
    await watching.clock.advance(0.1)
    asking = await watching.asking(P1)
    await watching.gets[0].answer(project("projects/p1", "us"))
    assert await asking == policy("us")


async def test_a_holder_that_comes_back_is_there_at_once(watching: Watching) -> None:
    """STORE-11"""
    await watching.stream.send(watched("projects/p1", token="t2"))
    await watching.stream.send(watched(project("projects/p1", "us"), token="t3"))
    assert await watching.ask(P1) == policy("us")


async def test_the_cache_alone_can_be_asked(watching: Watching) -> None:
    with pytest.raises(NotInCache, match=r"//identity.example.com/projects/p3 is not in the cache; await policy_for"):
        watching.store.cached_policy_for(P3)
    assert watching.gets == []
    asking = await watching.asking(P3)
    with pytest.raises(NotInCache):
        watching.store.cached_policy_for(P3)
    await watching.gets[0].answer(project("projects/p3", "eu"))
    assert await asking == watching.store.cached_policy_for(P3) == policy("eu")


async def test_a_resync_replaces_what_changed_and_nothing_else(watching: Watching) -> None:
    """STORE-13"""
    before = await watching.ask(P1)
    await watching.stream.send(watched(reset=True))
    await watching.stream.send(watched(project("projects/p1", "eu"), project("projects/p3", "eu"), token="t9"))
    assert await watching.ask(P1) is before
    assert await watching.ask(P3) == policy("eu")
    with pytest.raises(HolderNotFound):
        await watching.ask(P2)
    assert (watching.gets, watching.status.delivered) == ([], 2)


async def test_names_with_wildcards_that_a_server_delivers_are_ignored(watching: Watching) -> None:
    """STORE-3"""
    await watching.stream.send(watched(project("projects/-", "us"), project("projects/p3", "eu"), token="t2"))
    assert watching.status.delivered == 3
    with pytest.raises(ValueError, match="stands for many"):
        await watching.ask("projects/-/rooms/r")


async def test_an_answer_needs_no_loop(watching: Watching) -> None:
    """STORE-6: a hit is an answer in the same step."""
    assert await in_turn(watching.store.policy_for(P1)) == policy("eu")
