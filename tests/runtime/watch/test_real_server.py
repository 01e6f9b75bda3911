"""A watch over loopback, of a real gRPC server that fails in real ways (WATCH-8, WATCH-10 to WATCH-12, WATCH-14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import grpc.aio
import pytest
from identity_example_com.v1 import descriptors, methods

from goten.channels import StaticChannelProvider
from goten.watch import (
    CHANNEL_OPTIONS,
    BackoffPolicy,
    Reset,
    ResetReason,
    Watcher,
    WatchEvent,
    WatchFailed,
    WatchQuery,
    WatchState,
    WatchTiming,
)
from tests.runtime.watch.project_server import Project, ProjectServer, ProjectStore

QUICK = WatchTiming(backoff=BackoffPolicy(first=0.001, limit=0.02))
# The channel, too, dials again at once.
OPTIONS = [(name, min(value, 20) if "reconnect" in name else value) for name, value in CHANNEL_OPTIONS]


def title_of(project: Project) -> str:
    return project.title


class Scene:
    """A server, and a watch of it that keeps titles."""

    def __init__(self, channels: StaticChannelProvider, server: ProjectServer, max_chunk_size: int) -> None:
        self.server = server
        self.store = server.store
        self.events: list[WatchEvent[str]] = []
        self._news = asyncio.Event()
        self.watcher = Watcher(
            channels,
            methods.WATCH_PROJECTS,
            descriptors.PROJECT,
            keep=title_of,
            query=WatchQuery(max_chunk_size=max_chunk_size),
            listener=self._hear,
            timing=QUICK,
        )

    def _hear(self, event: WatchEvent[str]) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when `condition` holds; it is looked at after each event."""
        async with asyncio.timeout(10):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_in_step(self) -> None:
        def in_step() -> bool:
            wanted = {name: project.title for name, project in self.store.projects.items()}
            return self.watcher.status.state is WatchState.CURRENT and dict(self.watcher.view) == wanted

        await self.until(in_step)

    @property
    def resets(self) -> list[ResetReason]:
        return [event.reason for event in self.events if isinstance(event, Reset)]

    @property
    def tokens(self) -> list[str]:
        return [request.resume_token for request in self.server.requests]


@pytest.fixture
async def server() -> AsyncIterator[ProjectServer]:
    store = ProjectStore()
    for number in range(5):
        store.put(f"projects/p{number}", f"title {number}")
    server = ProjectServer(store)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def channels(server: ProjectServer) -> AsyncIterator[StaticChannelProvider]:
    async with StaticChannelProvider({"identity.example.com": f"127.0.0.1:{server.port}"}, options=OPTIONS) as channels:
        yield channels


@pytest.fixture
async def scene(server: ProjectServer, channels: StaticChannelProvider) -> AsyncIterator[Scene]:
    made = Scene(channels, server, max_chunk_size=2)
    yield made
    await made.watcher.stop()


async def test_it_follows(scene: Scene) -> None:
    await scene.watcher.start(within=10)
    await scene.until_in_step()
    scene.store.put("projects/p9", "new")
    scene.store.put("projects/p1", "other")
    scene.store.delete("projects/p2")
    await scene.until_in_step()
    assert scene.resets == []
    assert scene.tokens == [""]


async def test_a_restarted_server_is_resumed(scene: Scene) -> None:
    await scene.watcher.start(within=10)
    await scene.server.stop()
    scene.store.delete("projects/p0")
    scene.store.put("projects/p9", "while away")
    await scene.server.start()
    await scene.until_in_step()
    assert scene.resets == []
    assert scene.tokens == ["", "5"]


async def test_a_compacted_server_sends_a_snapshot(scene: Scene) -> None:
    await scene.watcher.start(within=10)
    await scene.server.stop()
    scene.store.delete("projects/p0")
    scene.store.compact()
    await scene.server.start()
    await scene.until_in_step()
    assert scene.resets == [ResetReason.HARD_RESET]


async def test_a_server_that_refuses_tokens_is_asked_for_a_snapshot(scene: Scene) -> None:
    await scene.watcher.start(within=10)
    scene.server.refuse_tokens = True
    await scene.server.stop()
    scene.store.delete("projects/p0")
    await scene.server.start()
    await scene.until_in_step()
    assert scene.resets == [ResetReason.TOKEN_REFUSED]
    assert scene.tokens == ["", "5", ""]


async def test_a_wrong_size_leads_to_a_snapshot(scene: Scene) -> None:
    scene.server.said_sizes = [3]
    await scene.watcher.start(within=10)
    await scene.until(lambda: len(scene.resets) == 1)
    await scene.until_in_step()
    assert scene.resets == [ResetReason.SIZE_MISMATCH]
    assert scene.watcher.anomalies.size_mismatches == 1


async def test_a_server_that_comes_late_is_waited_for(scene: Scene) -> None:
    await scene.server.stop()
    scene.watcher.launch()
    await asyncio.sleep(0.03)
    assert scene.watcher.status.failures > 0
    await scene.server.start()
    await scene.watcher.wait_current(within=10)
    await scene.until_in_step()


async def test_responses_too_large_for_grpc_become_smaller(
    server: ProjectServer, channels: StaticChannelProvider
) -> None:
    for number in range(5):
        server.store.put(f"projects/p{number}", "x" * 1_000_000)
    scene = Scene(channels, server, max_chunk_size=8)
    async with scene.watcher:
        await scene.until_in_step()
    assert [request.max_chunk_size for request in server.requests] == [8, 4]


async def test_a_method_that_is_not_there_is_final(caplog: pytest.LogCaptureFixture) -> None:
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with StaticChannelProvider({"identity.example.com": f"127.0.0.1:{port}"}) as channels:
        watcher = Watcher(channels, methods.WATCH_PROJECTS, descriptors.PROJECT, keep=title_of)
        with pytest.raises(WatchFailed, match="UNIMPLEMENTED"):
            await watcher.start(within=10)
    await server.stop(None)


async def read_all(watcher: Watcher[Project, str]) -> None:
    async for _ in watcher.view.changes():
        pass


async def test_a_provider_that_is_closed_under_a_watch_is_a_failure(
    server: ProjectServer, channels: StaticChannelProvider, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(channels, server, max_chunk_size=2)
    await scene.watcher.start(within=10)
    await channels.close()
    with pytest.raises(WatchFailed, match="RuntimeError: this StaticChannelProvider is closed"):
        await asyncio.wait_for(read_all(scene.watcher), 10)
    # A reader is not the owner, who is to hear of it too.
    with pytest.raises(WatchFailed):
        await scene.watcher.stop()


async def test_nothing_is_left_on_the_server(scene: Scene) -> None:
    """Stopping cancels the RPC: the server, too, ends it."""
    await scene.watcher.start(within=10)
    assert not scene.server.idle.is_set()
    await scene.watcher.stop()
    await asyncio.wait_for(scene.server.idle.wait(), 10)
