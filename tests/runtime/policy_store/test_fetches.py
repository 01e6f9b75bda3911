"""Fetches: who makes one, who is answered by it, and what stays of it. Every race of the rules, step by step."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from goten.policy_context import PolicyUnavailable
from goten.policy_store import FetchFailed, HolderNotFound, WhenLost
from tests.runtime.policy_store.scene import Watching
from tests.runtime.policy_store.services import policy, project, watched
from tests.runtime.watch.fakes import settle

P1, P3, P4 = "projects/p1/rooms/r", "projects/p3/rooms/r", "projects/p4/rooms/r"
EU3, US3 = project("projects/p3", "eu"), project("projects/p3", "us")
EU, US = policy("eu"), policy("us")
NOT_FOUND, UNAVAILABLE = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE


# --- one fetch --------------------------------------------------------------------------------------------------------


async def test_a_thousand_misses_make_one_fetch(watching: Watching) -> None:
    """STORE-8"""
    asking = [await watching.asking(f"projects/p3/rooms/r{number}") for number in range(10)]
    asking += [asyncio.create_task(watching.store.policy_for(f"projects/p3/rooms/r{n}")) for n in range(990)]
    await settle()
    assert len(watching.gets) == 1
    await watching.gets[0].answer(EU3)
    assert set(await asyncio.gather(*asking)) == {EU}
    assert len(watching.gets) == 1


async def test_every_holder_has_its_own_fetch(watching: Watching) -> None:
    """STORE-8"""
    third, fourth = await watching.asking(P3), await watching.asking(P4)
    assert [get.request.name for get in watching.gets] == ["projects/p3", "projects/p4"]
    await watching.gets[1].answer(project("projects/p4", "us"))
    assert await fourth == US
    assert not third.done()


async def test_who_stops_waiting_does_not_stop_the_others(watching: Watching) -> None:
    """STORE-8"""
    asking = [await watching.asking(P3) for _ in range(3)]
    asking[0].cancel()
    await settle()
    assert asking[0].cancelled()
    assert not watching.gets[0].given_up
    await watching.gets[0].answer(EU3)
    assert await asyncio.gather(*asking[1:]) == [EU, EU]


async def test_a_fetch_that_nobody_waits_for_is_not_in_vain(watching: Watching) -> None:
    """STORE-8, STORE-9"""
    asking = await watching.asking(P3)
    asking.cancel()
    await watching.gets[0].answer(EU3)
    assert await watching.ask(P3) == EU


async def test_fetches_take_turns_where_there_are_many() -> None:
    """STORE-8: the time of those that wait counts."""
    scene = Watching(max_fetches=2)
    await scene.start()
    asking = [await scene.asking(f"projects/q{number}/rooms/r") for number in range(4)]
    assert len(scene.gets) == 2
    await scene.clock.advance(3)
    await scene.gets[0].answer(project("projects/q0", "eu"))
    assert await asking[0] == EU
    assert [get.request.name for get in scene.gets] == ["projects/q0", "projects/q1", "projects/q2"]
    await scene.clock.advance(2)
    for task in asking[1:]:
        with pytest.raises(FetchFailed, match="it took longer than 5 s"):
            await task
    await scene.close()


# --- failures ---------------------------------------------------------------------------------------------------------


async def test_a_failed_fetch_fails_all_who_wait_and_leaves_nothing(watching: Watching) -> None:
    """STORE-8"""
    asking = [await watching.asking(P3) for _ in range(2)]
    await watching.gets[0].fail(UNAVAILABLE, "no route")
    for task in asking:
        with pytest.raises(FetchFailed) as caught:
            await task
        assert caught.value.holder == "//identity.example.com/projects/p3"
        assert str(caught.value).endswith("projects/p3 could not be fetched: UNAVAILABLE: no route")
        assert isinstance(caught.value, PolicyUnavailable)
    again = await watching.asking(P3)
    await watching.gets[1].answer(EU3)
    assert await again == EU


async def test_a_fetch_has_a_deadline(watching: Watching) -> None:
    """STORE-8"""
    asking = await watching.asking(P3)
    await watching.clock.advance(4.9)
    assert not asking.done()
    await watching.clock.advance(0.1)
    with pytest.raises(FetchFailed, match="it took longer than 5 s"):
        await asking
    assert watching.gets[0].given_up


async def test_a_server_that_is_not_known_fails_a_fetch(watching: Watching) -> None:
    """STORE-8"""
    watching.network.is_known = False
    with pytest.raises(FetchFailed, match=r"UNAVAILABLE: no server of identity.example.com v1 is known"):
        await (await watching.asking(P3))


async def test_a_channel_that_is_closed_fails_a_fetch(watching: Watching) -> None:
    """STORE-8: under the call, and before it."""
    asking = await watching.asking(P3)
    await watching.gets[0].drop()
    with pytest.raises(FetchFailed, match="CANCELLED: the channel was closed"):
        await asking
    watching.network.is_closed = True
    with pytest.raises(FetchFailed, match="UNAVAILABLE: Channel is closed"):
        await (await watching.asking(P3))


# --- what stays -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", [True, False])
async def test_an_answer_stays_for_five_seconds(watching: Watching, found: bool) -> None:
    """STORE-9, STORE-11: counted from when it was asked for."""

    async def answer_is_right() -> bool:
        try:
            return await watching.ask(P3) == EU and found
        except HolderNotFound:
            return not found

    asking = await watching.asking(P3)
    await watching.clock.advance(2)
    await (watching.gets[0].answer(EU3) if found else watching.gets[0].fail(NOT_FOUND))
    await asyncio.wait([asking])
    assert await answer_is_right()
    await watching.clock.advance(2.9)
    assert await answer_is_right()
    await watching.clock.advance(0.1)
    again = await watching.asking(P3)
    assert len(watching.gets) == 2
    await watching.gets[1].answer(US3)
    assert await again == US


async def test_the_watch_confirms_what_was_fetched(watching: Watching) -> None:
    """STORE-9"""
    asking = await watching.asking(P3)
    await watching.gets[0].answer(EU3)
    await watching.stream.send(watched(EU3, token="t2"))
    await watching.clock.advance(50)
    assert await watching.ask(P3) == await asking == EU


async def test_bookmarks_confirm_nothing(watching: Watching) -> None:
    """STORE-9"""
    asking = await watching.asking(P3)
    await watching.gets[0].answer(EU3)
    await watching.stream.send(watched(token="t2"))
    await watching.clock.advance(5)
    again = await watching.asking(P3)
    await watching.gets[1].fail(NOT_FOUND)
    assert await asking == EU
    with pytest.raises(HolderNotFound):
        await again


async def test_so_many_answers_stay() -> None:
    """STORE-9, STORE-11: the oldest gives way, be it a policy or that there is none; what is delivered stays."""
    scene = Watching(max_fetched=2)
    await scene.start()
    asking = []
    for number in range(3):
        asking.append(await scene.asking(f"projects/q{number}/rooms/r"))
        await scene.gets[number].fail(NOT_FOUND)
    await asyncio.wait(asking)
    assert scene.status.fetched == 2
    for number in (1, 2):
        with pytest.raises(HolderNotFound):
            await scene.ask(f"projects/q{number}/rooms/r")
    await scene.asking("projects/q0/rooms/r")
    assert len(scene.gets) == 4
    assert await scene.ask(P1) == EU
    await scene.close()


async def test_answers_need_not_stay() -> None:
    """STORE-9: one fetch serves those who wait for it."""
    scene = Watching(fetched_for=0)
    await scene.start()
    for number in range(2):
        asking = await scene.asking(P3)
        await scene.gets[number].answer(EU3)
        assert await asking == EU
    await scene.close()


# --- races with the watch ---------------------------------------------------------------------------------------------


async def test_an_event_answers_those_who_wait(watching: Watching) -> None:
    """STORE-10: it is newer than whatever a fetch that began before it could bring."""
    asking = [await watching.asking(P3) for _ in range(2)]
    await watching.stream.send(watched(US3, token="t2"))
    assert await asyncio.gather(*asking) == [US, US]
    assert watching.gets[0].given_up


async def test_a_late_answer_of_a_server_that_lags_changes_nothing(watching: Watching) -> None:
    """STORE-10: the fetch was asked before the event and answered after it, with what was before."""
    asking = await watching.asking(P3)
    # Both are there in the same turn, the event first.
    watching.stream.arrive(watched(US3, token="t2"))
    watching.gets[0].arrive(EU3)
    await settle()
    assert await asking in (EU, US)
    assert await watching.ask(P3) == US


async def test_an_answer_that_comes_before_the_event_gives_way_to_it(watching: Watching) -> None:
    """STORE-7: even if it was newer than the event; what it saw comes as another event."""
    asking = await watching.asking(P3)
    await watching.gets[0].answer(project("projects/p3", "asia"))
    assert await asking == policy("asia")
    await watching.stream.send(watched(EU3, token="t2"))
    assert await watching.ask(P3) == EU
    await watching.stream.send(watched(project("projects/p3", "asia"), token="t3"))
    assert await watching.ask(P3) == policy("asia")


async def test_an_event_ends_what_was_fetched_before(watching: Watching) -> None:
    """STORE-7: seen where the watch is lost right after it, and what was fetched would be newer than what is stale."""
    asking = await watching.asking(P3)
    await watching.gets[0].answer(EU3)
    assert await asking == EU
    await watching.stream.send(watched(US3, token="t2"))
    await watching.stream.end()
    assert await watching.ask(P3) == US


async def test_a_removal_overtakes_a_fetch(watching: Watching) -> None:
    """STORE-10: the answer is for those who wait, and does not bring the holder back."""
    await watching.stream.send(watched(EU3, token="t2"))
    await watching.stream.end()
    await watching.clock.advance(301)
    asking = await watching.asking(P3)
    await watching.stream.send(watched("projects/p3", token="t3"))
    late = await watching.asking(P3)
    with pytest.raises(HolderNotFound):
        await late
    await watching.gets[0].answer(EU3)
    assert await asking == EU
    with pytest.raises(HolderNotFound):
        await watching.ask(P3)
    assert len(watching.gets) == 1


async def test_a_reset_overtakes_all_fetches(watching: Watching) -> None:
    """STORE-10: who asks after it gets a fetch that began after it."""
    before = await watching.asking(P3)
    await watching.stream.send(watched(reset=True))
    after = await watching.asking(P3)
    assert len(watching.gets) == 2
    await watching.gets[0].answer(EU3)
    assert await before == EU
    assert not after.done()
    await watching.gets[1].answer(US3)
    assert await after == await watching.ask(P3) == US


async def test_what_a_snapshot_delivers_answers_all_who_wait(watching: Watching) -> None:
    """STORE-10: those too whose fetch was overtaken by the reset before it."""
    before = await watching.asking(P3)
    await watching.stream.send(watched(reset=True))
    after = await watching.asking(P3)
    await watching.stream.send(watched(US3, token="t9"))
    assert (await before, await after) == (US, US)
    assert [get.given_up for get in watching.gets] == [True, True]


async def test_a_snapshot_overtakes_all_fetches(watching: Watching) -> None:
    """STORE-10: the fetch began within the snapshot, which does not have the holder."""
    await watching.stream.send(watched(reset=True))
    asking = await watching.asking(P3)
    await watching.stream.send(watched(project("projects/p1", "eu"), token="t9"))
    await watching.gets[0].answer(EU3)
    assert await asking == EU
    await watching.asking(P3)
    assert len(watching.gets) == 2


async def test_a_snapshot_ends_what_was_fetched(watching: Watching) -> None:
    """STORE-7: what is not in it is gone, or on its way; that something is missing is what it says too."""
    third, fourth = await watching.asking(P3), await watching.asking(P4)
    await watching.gets[0].answer(EU3)
    await watching.gets[1].fail(NOT_FOUND)
    await asyncio.wait([third, fourth])
    await watching.stream.send(watched(reset=True))
    await watching.stream.send(watched(project("projects/p1", "eu"), token="t9"))
    await watching.asking(P3)
    assert len(watching.gets) == 3
    with pytest.raises(HolderNotFound):
        await watching.ask(P4)


async def test_a_snapshot_ends_what_was_fetched_of_holders_that_are_in_it() -> None:
    """STORE-7: of those too that are as they were delivered before; seen where the source is lost again soon."""
    scene = Watching(when_lost=WhenLost.FAIL)
    await scene.start()
    await scene.stream.send(watched(reset=True))
    asking = await scene.asking(P1)
    await scene.gets[0].fail(NOT_FOUND)
    with pytest.raises(HolderNotFound):
        await asking
    await scene.stream.send(watched(project("projects/p1", "eu"), token="t9"))
    assert await scene.ask(P1) == EU
    await scene.stream.end()
    await scene.asking(P1)
    assert len(scene.gets) == 2
    await scene.close()


async def test_a_create_is_on_its_way_while_a_get_finds_nothing(watching: Watching) -> None:
    """STORE-11: the event comes after the answer, and ends it at once."""
    asking = await watching.asking(P3)
    await watching.gets[0].fail(NOT_FOUND)
    with pytest.raises(HolderNotFound):
        await asking
    await watching.stream.send(watched(EU3, token="t2"))
    assert await watching.ask(P3) == EU


async def test_a_create_arrives_while_a_get_finds_nothing(watching: Watching) -> None:
    """STORE-10, STORE-11: the event comes before the answer."""
    asking = await watching.asking(P3)
    await watching.stream.send(watched(EU3, token="t2"))
    assert await asking == EU
    assert await watching.ask(P3) == EU


async def test_events_of_others_do_not_disturb_a_fetch(watching: Watching) -> None:
    """STORE-9"""
    asking = await watching.asking(P3)
    await watching.stream.send(watched(project("projects/p1", "us"), "projects/p2", token="t2"))
    await watching.gets[0].answer(EU3)
    assert await asking == await watching.ask(P3) == EU


async def test_a_loss_of_the_watch_does_not_disturb_a_fetch(watching: Watching) -> None:
    """STORE-9: with its token the watch will bring what it misses now."""
    asking = await watching.asking(P3)
    await watching.stream.end()
    await watching.gets[0].answer(EU3)
    assert await asking == await watching.ask(P3) == EU


async def test_what_is_delivered_while_a_fetch_fails_is_the_answer() -> None:
    """STORE-8: the source came back, and the holder is as it was, so that there is no event for it."""
    scene = Watching()
    await scene.start()
    await scene.stream.end()
    await scene.clock.advance(301)
    asking = await scene.asking(P1)
    await scene.stream.send(watched(token="t2"))
    assert not asking.done()
    await scene.gets[0].fail(UNAVAILABLE)
    assert await asking == EU
    await scene.close()


async def test_a_stop_during_a_fetch_leaves_nobody_waiting(watching: Watching) -> None:
    """STORE-18: be it under way, or about to begin."""
    asking = await watching.asking(P3)
    beginning = asyncio.create_task(watching.store.policy_for(P4))
    await asyncio.sleep(0)
    await watching.store.stop()
    for task in (asking, beginning):
        with pytest.raises(FetchFailed, match="this PolicyStore is stopped"):
            await task
    assert watching.gets[0].given_up
