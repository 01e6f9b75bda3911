"""What happens while a source is lost, by both choices, and how it is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest

from goten.policy_context import PolicyUnavailable
from goten.policy_store import (
    FetchFailed,
    HolderNotFound,
    NotInCache,
    PolicyStoreOptions,
    StalePolicy,
    WhenLost,
)
from goten.watch import WatchState, WatchTiming
from tests.runtime.policy_store.scene import TIMING, Watching
from tests.runtime.policy_store.services import policy, project, watched

P1, P2, P3 = "projects/p1/rooms/r", "projects/p2/rooms/r", "projects/p3/rooms/r"
EU, US = policy("eu"), policy("us")
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


@pytest.fixture
async def failing() -> AsyncIterator[Watching]:
    """A store that never serves what is stale."""
    scene = Watching(when_lost=WhenLost.FAIL)
    await scene.start()
    yield scene
    await scene.close()


async def lose_for(scene: Watching, seconds: float) -> None:
    """The stream ends, and no other brings anything."""
    await scene.stream.end(details="server gone")
    await scene.clock.advance(seconds)


# --- served stale -----------------------------------------------------------------------------------------------------


async def test_a_lost_source_is_served_stale_within_the_bound(watching: Watching) -> None:
    """STORE-12: to the second."""
    await lose_for(watching, 300)
    assert await watching.ask(P1) == watching.store.cached_policy_for(P1) == EU
    assert watching.gets == []
    await watching.clock.advance(0.1)
    asking = await watching.asking(P1)
    await watching.gets[0].fail(UNAVAILABLE, "server gone")
    with pytest.raises(StalePolicy) as caught:
        await asking
    assert (caught.value.holder, caught.value.allowed) == ("//identity.example.com/projects/p1", 300)
    assert caught.value.age == pytest.approx(300.1)
    assert str(caught.value) == (
        "the policy of //identity.example.com/projects/p1 is stale for 300.1 s, of which 300 are allowed: "
        "UNAVAILABLE: server gone"
    )
    assert isinstance(caught.value, PolicyUnavailable)


async def test_what_nobody_asked_for_in_time_is_served_stale_too(watching: Watching) -> None:
    """STORE-12: and is as current as ever after a resync, where it did not change."""
    await lose_for(watching, 10)
    assert watching.store.cached_policy_for(P2) == await watching.ask(P2) == US
    await watching.stream.send(watched(project("projects/p1", "us"), token="t2"))
    assert await watching.ask(P1) == await watching.ask(P2) == US
    assert watching.gets == []


async def test_the_cache_alone_says_at_once_that_it_is_stale(watching: Watching) -> None:
    """STORE-12"""
    await lose_for(watching, 301)
    with pytest.raises(StalePolicy, match=r"stale for 301\.0 s, of which 300 are allowed: connecting"):
        watching.store.cached_policy_for(P1)
    assert watching.gets == []


async def test_beyond_the_bound_policies_are_fetched(watching: Watching) -> None:
    """STORE-9, STORE-12: and stay as other fetches do."""
    await lose_for(watching, 301)
    asking = await watching.asking(P1)
    await watching.gets[0].answer(project("projects/p1", "us"))
    assert await asking == await watching.ask(P1) == watching.store.cached_policy_for(P1) == US
    await watching.clock.advance(5)
    await watching.asking(P1)
    assert len(watching.gets) == 2


async def test_what_was_not_delivered_is_fetched_meanwhile(watching: Watching) -> None:
    """STORE-8"""
    await lose_for(watching, 10)
    asking = await watching.asking(P3)
    await watching.gets[0].fail(UNAVAILABLE)
    with pytest.raises(FetchFailed):
        await asking
    again = await watching.asking(P3)
    await watching.gets[1].answer(project("projects/p3", "us"))
    assert await again == US


async def test_all_is_well_when_the_source_is_back(watching: Watching) -> None:
    """STORE-13: whatever was missed is there, and nothing else has moved."""
    before = await watching.ask(P1)
    await lose_for(watching, 301)
    assert watching.stream.request.resume_token == "t1"
    await watching.stream.send(watched(project("projects/p2", "eu"), token="t2"))
    assert await watching.ask(P1) is before
    assert await watching.ask(P2) == EU
    assert watching.status.stale_for is None


async def test_a_holder_that_was_fetched_while_stale_is_delivered_again(watching: Watching) -> None:
    """STORE-7: nothing was missed, so what was delivered before is right; a get that lagged does not outlive it."""
    await lose_for(watching, 301)
    asking = await watching.asking(P1)
    await watching.gets[0].answer(project("projects/p1", "us"))
    assert await asking == US
    await watching.stream.send(watched(token="t2"))
    assert await watching.ask(P1) == EU


async def test_a_reset_is_a_loss_until_its_snapshot_is_complete(watching: Watching) -> None:
    """STORE-12, STORE-13"""
    await watching.stream.send(watched(reset=True), watched(project("projects/p1", "us")))
    assert await watching.ask(P1) == EU
    assert watching.state == WatchState.SYNCING
    await watching.clock.advance(50)
    await watching.stream.send(watched())
    await watching.clock.advance(50)
    assert await watching.ask(P1) == EU
    await watching.stream.send(watched(token="t9"))
    assert await watching.ask(P1) == US


async def test_silence_counts_from_the_last_response(watching: Watching) -> None:
    """STORE-12: a server that froze is noticed after a minute, which is part of the bound."""
    await watching.clock.advance(59)
    assert watching.state == WatchState.CURRENT
    await watching.clock.advance(1)
    assert watching.status.stale_for == 60
    await watching.clock.advance(240)
    assert await watching.ask(P1) == EU
    await watching.clock.advance(0.1)
    await watching.asking(P1)
    assert len(watching.gets) == 1


# --- never served stale -----------------------------------------------------------------------------------------------


async def test_nothing_stale_is_served_where_that_is_the_choice(failing: Watching) -> None:
    """STORE-12: from the moment of the loss, before time goes by."""
    assert await failing.ask(P1) == EU
    await failing.stream.end(details="server gone")
    with pytest.raises(StalePolicy, match=r"is stale for 0.0 s, and stale ones are not used: connecting .*server gone"):
        failing.store.cached_policy_for(P1)
    asking = await failing.asking(P1)
    await failing.gets[0].fail(UNAVAILABLE, "server gone")
    with pytest.raises(StalePolicy, match="and stale ones are not used: UNAVAILABLE: server gone"):
        await asking


async def test_what_can_be_fetched_is_not_stale(failing: Watching) -> None:
    """STORE-12"""
    await failing.stream.end()
    asking = await failing.asking(P1)
    await failing.gets[0].answer(project("projects/p1", "us"))
    assert await asking == await failing.ask(P1) == US


async def test_a_holder_that_is_gone_meanwhile_is_missing(failing: Watching) -> None:
    """STORE-11, STORE-12"""
    await failing.stream.end()
    asking = await failing.asking(P1)
    await failing.gets[0].fail(grpc.StatusCode.NOT_FOUND)
    with pytest.raises(HolderNotFound):
        await asking
    await failing.clock.advance(1)
    await failing.stream.send(watched("projects/p1", token="t2"))
    with pytest.raises(HolderNotFound):
        await failing.ask(P1)


async def test_what_is_current_again_is_served_again(failing: Watching) -> None:
    """STORE-12, STORE-13"""
    await lose_for(failing, 100)
    await failing.stream.send(watched(token="t2"))
    assert await failing.ask(P1) == EU
    assert failing.gets == []


# --- seen -------------------------------------------------------------------------------------------------------------


async def test_state_and_age_are_visible(watching: Watching) -> None:
    """STORE-16"""
    status = watching.status
    assert (status.source, status.feed.state, status.stale_for) == (
        "identity.example.com/Project v1 (watch)",
        WatchState.CURRENT,
        None,
    )
    assert (status.delivered, status.fetched) == (2, 0)
    await lose_for(watching, 7)
    await watching.asking(P3)
    await watching.gets[0].fail(grpc.StatusCode.NOT_FOUND)
    status = watching.status
    assert (status.feed.state, status.stale_for, status.feed.age) == (WatchState.CONNECTING, 7, 7)
    assert (status.feed.reason, status.delivered, status.fetched) == ("UNAVAILABLE: server gone", 2, 1)
    assert str(status) == (
        "identity.example.com/Project v1 (watch): connecting (last current 7.0 s ago, 1 failed attempts, "
        "UNAVAILABLE: server gone), 2 holders"
    )


async def test_a_watch_that_fails_for_good_is_visible_and_bounded(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """STORE-12, STORE-16, STORE-18: here because of a fault in the clock that it was given."""

    async def broken(_: float) -> None:
        raise OSError("no time")

    with monkeypatch.context() as patch:
        patch.setattr(watching.clock, "sleep", broken)
        await watching.stream.end()
    assert (watching.state, watching.status.feed.reason) == (WatchState.FAILED, "OSError: no time")
    assert "the watch of identity.example.com/Project v1 failed: OSError: no time" in caplog.text
    assert await watching.ask(P1) == EU
    await watching.clock.advance(301)
    asking = await watching.asking(P1)
    await watching.gets[0].answer(project("projects/p1", "us"))
    assert await asking == US
    await watching.store.stop()


async def test_what_was_never_in_the_cache_is_not_stale(failing: Watching) -> None:
    """STORE-12"""
    await failing.stream.end()
    with pytest.raises(NotInCache):
        failing.store.cached_policy_for(P3)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"max_stale": 89}, "a loss may go unnoticed for 90 s"),
        ({"poll_interval": 200}, "a loss may go unnoticed for 400 s"),
        ({"fetched_for": 5.1}, "fetched_for is 5.1 s"),
        ({"fetched_for": -1}, "fetched_for is -1 s"),
        ({"fetch_within": 0}, "more than 0 s"),
        ({"max_fetched": 0}, "at least 1"),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(wrong: dict[str, float], reason: str) -> None:
    """STORE-9, STORE-12"""
    with pytest.raises(ValueError, match=reason):
        PolicyStoreOptions(**wrong)  # type: ignore[arg-type]


def test_the_bound_may_be_shorter_where_losses_are_noticed_sooner() -> None:
    """STORE-12"""
    options = PolicyStoreOptions(max_stale=20, poll_interval=10, watch=WatchTiming(silence=20))
    assert options.max_stale == 20
    assert PolicyStoreOptions(when_lost=WhenLost.FAIL, max_stale=0, watch=TIMING).when_lost is WhenLost.FAIL
