"""A running watch: its loop, deadlines, state and ends, with a clock and a network that the test holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from identity_example_com.v1 import descriptors, methods

from goten.watch import (
    Applied,
    BackoffPolicy,
    Reset,
    ResetReason,
    Watcher,
    WatchEvent,
    WatchFailed,
    WatchNotCurrent,
    WatchQuery,
    WatchState,
    WatchTiming,
    copy_message,
)
from tests.runtime.watch.fakes import FakeNetwork, HandClock, Project, project, response, settle

P1, P2, P3 = project("projects/p1"), project("projects/p2"), project("projects/p3")
NO_JITTER = BackoffPolicy(first=1, factor=2, limit=10, jitter=0)
TIMING = WatchTiming(silence=60, lost_sync=300, healthy=30, backoff=NO_JITTER)


class Scene:
    """A watch of projects, and everything around it."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock()
        self.network = FakeNetwork()
        self.events: list[WatchEvent[Project]] = []
        options = {"timing": TIMING, "listener": self.events.append, "keep": copy_message, **options}
        self.watcher = Watcher[Project, Project](
            self.network, methods.WATCH_PROJECTS, descriptors.PROJECT, clock=self.clock, **options
        )

    @property
    def state(self) -> str:
        return self.watcher.status.state

    async def become_current(self) -> None:
        self.watcher.launch()
        await settle()
        self.network.call.send(response(P1, P2, token="t1"))
        await settle()

    async def end_call(self, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE, details: str = "") -> None:
        self.network.call.end(code, details)
        await settle()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    yield made
    await made.watcher.stop()


async def test_it_asks_for_a_stateless_watch(scene: Scene) -> None:
    """WATCH-1."""
    scene.watcher.launch()
    await settle()
    assert scene.network.asked == [("identity.example.com", "v1", None)]
    assert str(scene.network.call.request).split() == ["type:", "STATELESS", "max_chunk_size:", "200"]


async def test_every_stream_asks_the_same_but_for_the_token() -> None:
    """WATCH-1."""
    query = WatchQuery(filter='title = "x"', view=1, field_mask=("multi_region_policy",), max_chunk_size=10)
    scene = Scene(query=query, region="eu-1")
    await scene.become_current()
    await scene.end_call()
    await scene.clock.advance(1)
    first, second = (call.request for call in scene.network.calls)
    assert (first.filter, first.view, list(first.field_mask.paths)) == ('title = "x"', 1, ["multi_region_policy"])
    assert (first.resume_token, second.resume_token) == ("", "t1")
    second.ClearField("resume_token")
    assert first == second
    assert scene.network.asked[0] == ("identity.example.com", "v1", "eu-1")
    await scene.watcher.stop()


async def test_start_returns_when_it_is_current(scene: Scene) -> None:
    starting = asyncio.create_task(scene.watcher.start(within=10))
    await settle()
    assert scene.state == WatchState.CONNECTING
    scene.network.call.send(response(P1))
    await settle()
    assert scene.state == WatchState.SYNCING
    assert not starting.done()
    assert not scene.watcher.view
    scene.network.call.send(response(P2, token="t1"))
    await starting
    assert scene.state == WatchState.CURRENT
    assert dict(scene.watcher.view) == {"projects/p1": P1, "projects/p2": P2}
    assert scene.events == [Applied(added=dict(scene.watcher.view), snapshot=True)]
    await scene.watcher.wait_current(within=0)


async def test_start_that_takes_too_long_leaves_nothing_running(scene: Scene) -> None:
    starting = asyncio.create_task(scene.watcher.start(within=10))
    await settle()
    await scene.end_call(details="not here")
    await scene.clock.advance(10)
    with pytest.raises(WatchNotCurrent, match=r"within 10 s; it is connecting \(never current, 1 failed.*: not here"):
        await starting
    assert scene.state == WatchState.STOPPED
    assert scene.network.call.cancelled
    assert scene.clock.sleeping == []


async def test_a_short_moment_of_being_current_is_enough(scene: Scene) -> None:
    starting = asyncio.create_task(scene.watcher.start(within=10))
    await settle()
    scene.network.call.send(response(P1, token="t1"), response(is_hard_reset=True))
    await starting
    assert scene.state == WatchState.SYNCING


async def test_several_may_wait(scene: Scene) -> None:
    scene.watcher.launch()
    waiting = [asyncio.create_task(scene.watcher.wait_current(within=10)) for _ in range(3)]
    await settle()
    scene.network.call.send(response(token="t1"))
    await asyncio.gather(*waiting)


async def test_what_is_read_while_it_waits_for_more_goes_on(scene: Scene) -> None:
    await scene.become_current()
    scene.network.call.send(response("projects/p1", P3, token="t2"))
    await settle()
    assert set(scene.watcher.view) == {"projects/p2", "projects/p3"}
    assert scene.events[-1] == Applied(added={"projects/p3": P3}, removed={"projects/p1": P1})


async def test_it_resumes_after_an_error_and_hears_what_it_missed(scene: Scene) -> None:
    """WATCH-10."""
    await scene.become_current()
    await scene.end_call(details="gone")
    status = scene.watcher.status
    assert (status.state, status.reason, status.failures) == (WatchState.CONNECTING, "UNAVAILABLE: gone", 1)
    assert len(scene.watcher.view) == 2
    await scene.clock.advance(1)
    assert scene.network.call.request.resume_token == "t1"
    scene.network.call.send(response("projects/p1", token="t2"))
    await settle()
    assert set(scene.watcher.view) == {"projects/p2"}
    assert (scene.watcher.status.reason, scene.watcher.status.failures) == ("", 0)


async def test_pauses_grow_up_to_the_limit(scene: Scene) -> None:
    """WATCH-14."""
    scene.watcher.launch()
    await settle()
    for pause in [1, 2, 4, 8, 10, 10]:
        await scene.end_call()
        assert scene.clock.sleeping == [pause]
        await scene.clock.advance(pause)
    assert len(scene.network.calls) == 7


async def test_a_healthy_stream_makes_pauses_start_anew(scene: Scene) -> None:
    """WATCH-14."""
    scene.watcher.launch()
    await settle()
    await scene.end_call()
    await scene.clock.advance(1)
    scene.network.call.send(response(token="t1"))
    await scene.clock.advance(29)
    await scene.end_call()
    assert scene.clock.sleeping == [2]
    await scene.clock.advance(2)
    scene.network.call.send(response(token="t1"))
    await scene.clock.advance(30)
    await scene.end_call()
    assert scene.clock.sleeping == [1]


async def test_a_server_that_lies_about_the_size_is_not_stormed(scene: Scene) -> None:
    """WATCH-8, WATCH-14: two more snapshots, each after a pause, then it stays."""
    scene.watcher.launch()
    for pause in [1, 2]:
        await settle()
        scene.network.call.send(response(P1, token="t1"), response(size=0))
        await settle()
        assert scene.clock.sleeping == [pause]
        await scene.clock.advance(pause)
    scene.network.call.send(response(P1, token="t1"), response(size=0))
    await scene.clock.advance(30)
    assert (scene.state, len(scene.network.calls)) == (WatchState.CURRENT, 3)
    assert scene.watcher.anomalies.size_mismatches == 3
    assert [call.cancelled for call in scene.network.calls] == [True, True, False]


async def test_chunks_are_halved_while_something_is_exhausted(scene: Scene) -> None:
    """WATCH-14."""
    await scene.become_current()
    for pause in [1, 2]:
        await scene.end_call(grpc.StatusCode.RESOURCE_EXHAUSTED)
        await scene.clock.advance(pause)
    assert [call.request.max_chunk_size for call in scene.network.calls] == [200, 100, 50]
    scene.network.call.send(response(token="t2"))
    await scene.clock.advance(30)
    await scene.end_call()
    await scene.clock.advance(1)
    assert scene.network.call.request.max_chunk_size == 200


async def test_silence_ends_a_stream(scene: Scene) -> None:
    """WATCH-15, WATCH-16: what may have happened since the last response counts as missed."""
    await scene.become_current()
    heard = scene.clock.now()
    await scene.clock.advance(59)
    assert scene.watcher.status.stale_since is None
    await scene.clock.advance(1)
    assert scene.network.call.cancelled
    status = scene.watcher.status
    assert (status.state, status.stale_since, status.confirmed_at, status.age) == (
        WatchState.CONNECTING,
        heard,
        heard,
        60,
    )
    assert "nothing arrived" in status.reason
    await scene.clock.advance(1)
    assert scene.network.call.request.resume_token == "t1"


async def test_bookmarks_keep_a_quiet_stream_alive(scene: Scene) -> None:
    """WATCH-15."""
    await scene.become_current()
    for number in range(5):
        await scene.clock.advance(50)
        scene.network.call.send(response(token=f"b{number}"))
    await settle()
    assert len(scene.network.calls) == 1
    assert (scene.state, scene.watcher.status.age) == (WatchState.CURRENT, 0)
    assert all(isinstance(event, Applied) and event.is_bookmark for event in scene.events[1:])


async def test_a_server_that_takes_the_call_and_says_nothing_is_left(scene: Scene) -> None:
    """WATCH-15."""
    scene.watcher.launch()
    await scene.clock.advance(61)
    assert len(scene.network.calls) == 2


async def test_sync_is_lost_when_no_server_is_there_for_long(scene: Scene) -> None:
    """WATCH-13."""
    await scene.become_current()
    scene.network.known = False
    await scene.end_call()
    await scene.clock.advance(299)
    assert len(scene.events) == 1
    await scene.clock.advance(11)
    assert scene.events[1:] == [Reset(ResetReason.SYNC_LOST)]
    assert len(scene.watcher.view) == 2
    scene.network.known = True
    await scene.clock.advance(10)
    assert scene.network.call.request.resume_token == ""
    scene.network.call.send(response(P2, token="t9"))
    await settle()
    assert set(scene.watcher.view) == {"projects/p2"}
    assert scene.state == WatchState.CURRENT


async def test_sync_is_lost_on_a_stream_that_never_gets_to_a_boundary(scene: Scene) -> None:
    """WATCH-13: however much arrives."""
    await scene.become_current()
    for _ in range(10):
        scene.network.call.send(response(P3))
        await scene.clock.advance(29)
    assert len(scene.network.calls) == 1
    assert scene.watcher.status.stale_since is not None
    await scene.clock.advance(11)
    assert scene.network.calls[0].cancelled
    assert scene.network.call.request.resume_token == ""
    # The next one has the same time again.
    for _ in range(10):
        scene.network.call.send(response(P3))
        await scene.clock.advance(29)
    assert len(scene.network.calls) == 2


async def test_a_token_that_the_server_cannot_serve_is_given_up_at_last(scene: Scene) -> None:
    """WATCH-13: a retry with it fails for ever."""
    await scene.become_current()
    tokens: list[str] = []
    await scene.end_call(grpc.StatusCode.INTERNAL)
    while scene.clock.now() < 1400:
        await scene.clock.advance(10)
        tokens.append(scene.network.call.request.resume_token)
        await scene.end_call(grpc.StatusCode.INTERNAL)
    assert (tokens[0], tokens[-1]) == ("t1", "")


async def test_stale_since_does_not_move_while_it_reconnects(scene: Scene) -> None:
    """WATCH-16."""
    await scene.become_current()
    await scene.clock.advance(20)
    lost = scene.clock.now()
    await scene.end_call()
    for _ in range(3):
        await scene.clock.advance(10)
        await scene.end_call()
    status = scene.watcher.status
    assert (status.stale_since, status.confirmed_at, status.age) == (lost, 1000.0, 50.0)
    await scene.clock.advance(10)
    scene.network.call.send(response(P1))
    await settle()
    assert (scene.state, scene.watcher.status.stale_since) == (WatchState.SYNCING, lost)
    scene.network.call.send(response(token="t2"))
    await settle()
    assert (scene.state, scene.watcher.status.stale_since) == (WatchState.CURRENT, None)


async def test_every_state_is_told_when_it_begins() -> None:
    """WATCH-16: once, and in order; the status shows it already."""
    told: list[tuple[WatchState, WatchState]] = []
    scenes: list[Scene] = []
    scenes.append(Scene(on_state=lambda state: told.append((state, scenes[0].watcher.status.state))))
    (scene,) = scenes
    await scene.become_current()
    scene.network.call.send(response(P3), response(P3, token="t2"), response(token="t3"))
    await scene.end_call()
    await scene.clock.advance(1)
    await scene.watcher.stop()
    assert [state for state, _ in told] == ["connecting", "current", "syncing", "current", "connecting", "stopped"]
    assert all(state == shown for state, shown in told)


async def test_an_exception_at_the_very_end_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-17."""

    def on_state(state: WatchState) -> None:
        if state is WatchState.FAILED:
            raise KeyError("mine")

    scene = Scene(on_state=on_state)
    scene.watcher.launch()
    await settle()
    await scene.end_call(grpc.StatusCode.UNIMPLEMENTED)
    with pytest.raises(KeyError, match="mine"):
        await scene.watcher.stop()


async def test_an_unknown_service_is_waited_for(scene: Scene) -> None:
    """WATCH-10."""
    scene.network.known = False
    scene.watcher.launch()
    await scene.clock.advance(5)
    assert "no server of identity.example.com v1 is known" in scene.watcher.status.reason
    scene.network.known = True
    await scene.clock.advance(4)
    assert len(scene.network.calls) == 1


async def test_a_channel_that_is_closed_is_asked_for_again(scene: Scene) -> None:
    """WATCH-10: closed before the call, or under it."""
    scene.network.closed = True
    scene.watcher.launch()
    await settle()
    assert scene.watcher.status.reason == "UNAVAILABLE: Channel is closed."
    scene.network.closed = False
    await scene.clock.advance(1)
    scene.network.call.drop()
    await settle()
    assert scene.watcher.status.reason == "CANCELLED: the channel was closed"
    await scene.clock.advance(2)
    assert len(scene.network.calls) == 2


async def test_what_cannot_be_decoded_ends_the_stream(scene: Scene) -> None:
    """WATCH-10."""
    await scene.become_current()
    scene.network.call.send(b"\xff\xff")
    await settle()
    assert "INTERNAL: the response is no example.identity.v1.WatchProjectsResponse" in scene.watcher.status.reason
    await scene.clock.advance(1)
    assert scene.network.call.request.resume_token == "t1"


async def test_a_refusal_before_it_ever_worked_is_final(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-12, WATCH-17."""
    starting = asyncio.create_task(scene.watcher.start(within=10))
    await settle()
    await scene.end_call(grpc.StatusCode.PERMISSION_DENIED, "not you")
    with pytest.raises(WatchFailed, match=r"of identity.example.com/Project v1 failed: PERMISSION_DENIED: not you"):
        await starting
    assert (scene.state, scene.watcher.status.reason) == (WatchState.FAILED, "PERMISSION_DENIED: not you")
    assert "not you" in caplog.text
    # It was raised before.
    await scene.watcher.stop()


async def test_a_refusal_after_it_worked_is_not(scene: Scene) -> None:
    """WATCH-12."""
    await scene.become_current()
    await scene.end_call(grpc.StatusCode.UNAUTHENTICATED)
    await scene.clock.advance(1)
    assert scene.network.call.request.resume_token == "t1"


async def test_a_failure_that_nobody_saw_is_raised_by_stop(caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-17."""
    scene = Scene()
    scene.watcher.launch()
    await settle()
    await scene.end_call(grpc.StatusCode.UNIMPLEMENTED)
    with pytest.raises(WatchFailed, match="UNIMPLEMENTED"):
        await scene.watcher.stop()
    await scene.watcher.stop()
    with pytest.raises(WatchFailed, match="UNIMPLEMENTED"):
        await scene.watcher.wait_current(within=1)


async def test_a_listener_that_raises_ends_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-17."""

    def listener(event: object) -> None:
        raise KeyError("mine")

    scene = Scene(listener=listener)
    await scene.become_current()
    assert scene.state == WatchState.FAILED
    assert scene.network.call.cancelled
    with pytest.raises(WatchFailed, match=r"KeyError: 'mine'") as caught:
        await scene.watcher.stop()
    assert isinstance(caught.value.__cause__, KeyError)
    assert any(record.levelno == logging.ERROR and record.exc_info for record in caplog.records)


async def test_keep_that_raises_ends_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-17."""

    def keep(message: Project) -> Project:
        raise ValueError(f"bad {message.name}")

    scene = Scene(keep=keep)
    await scene.become_current()
    with pytest.raises(WatchFailed, match="ValueError: bad projects/p1"):
        await scene.watcher.stop()


async def test_more_than_it_may_keep_ends_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    """WATCH-17."""
    scene = Scene(max_resources=1)
    await scene.become_current()
    with pytest.raises(WatchFailed, match="more than 1 resources"):
        await scene.watcher.wait_current(within=1)
    await scene.watcher.stop()


async def test_stop_joins_everything(scene: Scene) -> None:
    before = asyncio.all_tasks()
    await scene.become_current()
    assert asyncio.all_tasks() > before
    await scene.watcher.stop()
    assert asyncio.all_tasks() == before
    assert scene.network.call.cancelled
    assert scene.state == WatchState.STOPPED
    await scene.watcher.stop()
    with pytest.raises(WatchFailed, match="it is stopped"):
        await scene.watcher.wait_current(within=1)
    assert len(scene.watcher.view) == 2


@pytest.mark.parametrize("turns", range(6))
async def test_stop_at_any_moment(turns: int) -> None:
    scene = Scene()
    before = asyncio.all_tasks()
    scene.watcher.launch()
    for _ in range(turns):
        await asyncio.sleep(0)
    await scene.watcher.stop()
    assert asyncio.all_tasks() == before
    assert scene.state == WatchState.STOPPED
    assert all(call.cancelled for call in scene.network.calls)


async def test_stop_while_it_pauses(scene: Scene) -> None:
    await scene.become_current()
    await scene.end_call()
    await scene.watcher.stop()
    assert scene.clock.sleeping == []


async def test_who_waits_when_it_is_stopped_is_told(scene: Scene) -> None:
    scene.watcher.launch()
    waiting = asyncio.create_task(scene.watcher.wait_current(within=10))
    await settle()
    await scene.watcher.stop()
    with pytest.raises(WatchFailed, match="it is stopped"):
        await waiting


async def test_it_starts_once(scene: Scene) -> None:
    scene.watcher.launch()
    with pytest.raises(RuntimeError, match="started before"):
        scene.watcher.launch()


async def test_as_a_context_manager_it_stops_at_the_end() -> None:
    scene = Scene()
    async with scene.watcher as watcher:
        await settle()
        scene.network.call.send(response(P1, token="t1"))
        await watcher.wait_current(within=10)
        assert set(watcher.view) == {"projects/p1"}
    assert scene.state == WatchState.STOPPED


async def test_the_listener_sees_the_view_of_the_event() -> None:
    seen: list[set[str]] = []
    scenes: list[Scene] = []
    scenes.append(Scene(listener=lambda event: seen.append(set(scenes[0].watcher.view))))
    (scene,) = scenes
    await scene.become_current()
    scene.network.call.send(response("projects/p1", token="t2"))
    await settle()
    assert seen == [{"projects/p1", "projects/p2"}, {"projects/p2"}]
    await scene.watcher.stop()
