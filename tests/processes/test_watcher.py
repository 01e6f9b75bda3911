"""The watch client against a server in another process, which is killed, paused, slow, and wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from identity_example_com.v1 import descriptors, methods

from goten.channels import StaticChannelProvider
from goten.watch import (
    CHANNEL_OPTIONS,
    Applied,
    BackoffPolicy,
    Reset,
    ResetReason,
    Watcher,
    WatchEvent,
    WatchQuery,
    WatchState,
    WatchTiming,
)
from tests.processes.conftest import QUICK_OPTIONS, remove_state
from tests.processes.identity import Identity, Project
from tests.processes.waiting import until
from tests.servers.process import ServerProcess

QUICK = WatchTiming(silence=0.8, lost_sync=5.0, backoff=BackoffPolicy(first=0.02, limit=0.2))


class Scene:
    """A watch of all projects that keeps their titles."""

    def __init__(self, channels: StaticChannelProvider, timing: WatchTiming) -> None:
        self.events: list[WatchEvent[str]] = []
        self.watcher = Watcher(
            channels,
            methods.WATCH_PROJECTS,
            descriptors.PROJECT,
            keep=_title_of,
            query=WatchQuery(max_chunk_size=2),
            listener=self.events.append,
            timing=timing,
        )

    def knows(self, **titles: str) -> bool:
        """Whether the watch is current, and these are the projects."""
        current = self.watcher.status.state is WatchState.CURRENT
        return current and self.watcher.view == {f"projects/{name}": title for name, title in titles.items()}

    def news(self) -> list[WatchEvent[str]]:
        """What was heard since the last call, without bookmarks."""
        heard, self.events[:] = list(self.events), []
        return [event for event in heard if isinstance(event, Reset) or not event.is_bookmark]


def _title_of(project: Project) -> str:
    return project.title


@pytest.fixture
async def scene(server: ServerProcess, identity: Identity) -> AsyncIterator[Scene]:
    """A watch that is current, of projects `a` to `c`."""
    for name in ("a", "b", "c"):
        await identity.put_project(f"projects/{name}", title=name)
    async with StaticChannelProvider({"identity.example.com": server.address}, options=QUICK_OPTIONS) as channels:
        scene = Scene(channels, QUICK)
        async with scene.watcher:
            await until(lambda: scene.knows(a="a", b="b", c="c"), "the watch becomes current")
            scene.news()
            yield scene


async def test_after_a_kill_the_watch_goes_on_where_it_was(
    scene: Scene, server: ServerProcess, identity: Identity
) -> None:
    """WATCH-3, WATCH-10: what happened while it was away arrives once, without a snapshot."""
    await identity.control.set(refuse_watch="UNAVAILABLE")
    server.kill()
    await until(lambda: scene.watcher.status.state is not WatchState.CURRENT, "the loss is noticed")
    assert scene.watcher.view["projects/a"] == "a", "what is known stays in use"
    server.start()
    await identity.delete_project("projects/b")
    await identity.put_project("projects/c", title="new")
    await until(lambda: scene.knows(a="a", c="new"), "the watch catches up")
    news = [event for event in scene.news() if isinstance(event, Applied)]
    assert not any(event.snapshot for event in news)
    assert {name for event in news for name in (*event.changed, *event.removed)} == {"projects/b", "projects/c"}
    assert (await identity.control.calls())["Project.snapshot"] == 0


async def test_history_that_was_compacted_meanwhile_leads_to_a_snapshot_of_which_only_the_difference_counts(
    scene: Scene, server: ServerProcess, identity: Identity
) -> None:
    """WATCH-5, WATCH-6."""
    await identity.control.set(hold_watch=True)
    await identity.delete_project("projects/b")
    await identity.control.compact()
    await identity.control.set(hold_watch=False)
    await until(lambda: scene.knows(a="a", c="c"), "the watch catches up")
    assert scene.news() == [Reset(ResetReason.HARD_RESET), Applied(removed={"projects/b": "b"}, snapshot=True)]


async def test_a_server_that_lost_all_is_believed(
    scene: Scene, server: ServerProcess, identity: Identity, tmp_path: Path
) -> None:
    """WATCH-6: a token of another store gets a hard reset, and deletions are found out."""
    server.kill()
    remove_state(tmp_path)
    server.start()
    await identity.put_project("projects/d", title="d")
    await until(lambda: scene.knows(d="d"), "only what is new is there")
    assert scene.news()[0] == Reset(ResetReason.HARD_RESET)


async def test_a_paused_server_is_given_up_and_found_again(
    scene: Scene, server: ServerProcess, identity: Identity
) -> None:
    """WATCH-15: the connection stays open, so that only silence tells."""
    server.pause()
    await until(lambda: scene.watcher.status.failures > 0, "the silence is noticed")
    assert "nothing arrived" in scene.watcher.status.reason
    server.go_on()
    await identity.put_project("projects/a", title="new")
    await until(lambda: scene.knows(a="new", b="b", c="c"), "the watch catches up")


async def test_a_frozen_server_is_given_up_and_found_again(scene: Scene, identity: Identity) -> None:
    """WATCH-15: its connections answer pings."""
    await identity.control.set(frozen=True)
    await until(lambda: scene.watcher.status.failures > 0, "the silence is noticed")
    await identity.control.clear()
    await identity.put_project("projects/a", title="new")
    await until(lambda: scene.knows(a="new", b="b", c="c"), "the watch catches up")


async def test_a_server_that_cannot_count_is_followed_all_the_same(scene: Scene, identity: Identity) -> None:
    """WATCH-8: sizes that stay wrong cost two snapshots, not a storm of them."""
    await identity.control.set(hold_watch=True, size_error=1)
    await identity.put_project("projects/a", title="new")
    await identity.control.compact()
    await identity.control.set(hold_watch=False)
    await until(lambda: scene.watcher.anomalies.size_mismatches == 3, "the size is found wrong three times")
    await until(lambda: scene.knows(a="new", b="b", c="c"), "the watch catches up")
    await identity.put_project("projects/b", title="new")
    await until(lambda: scene.knows(a="new", b="new", c="c"), "the watch goes on")
    assert (await identity.control.calls())["Project.watch"] == 3


async def test_a_slow_server_is_waited_for(scene: Scene, identity: Identity) -> None:
    """WATCH-2: nothing is applied before the boundary, however long it takes."""
    await identity.control.set(watch_delay=0.1)
    for name in ("a", "b", "c"):
        await identity.put_project(f"projects/{name}", title="new")
    await until(lambda: scene.knows(a="new", b="new", c="new"), "everything arrives")


@pytest.mark.full
async def test_pings_find_out_that_a_server_is_paused(server: ServerProcess, identity: Identity) -> None:
    """WATCH-15: with the options meant for use, and long before the deadline for silence."""
    async with StaticChannelProvider({"identity.example.com": server.address}, options=CHANNEL_OPTIONS) as channels:
        scene = Scene(channels, WatchTiming())
        async with scene.watcher:
            await until(scene.knows, "the watch becomes current")
            server.pause()
            await until(lambda: scene.watcher.status.failures > 0, "the pause is noticed", within=45)
            server.go_on()
            await until(scene.knows, "the watch catches up", within=30)
