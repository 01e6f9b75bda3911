"""Start, stop, and what is registered before."""

from __future__ import annotations

import asyncio

import devices_example_com.v1.policy_store as devices_policy_store
import grpc
import identity_example_com.v1.policy_store as identity_policy_store
import pytest
from devices_example_com.v1.service import SERVICE as DEVICES
from identity_example_com.v1 import descriptors as identity
from identity_example_com.v1.service import SERVICE as IDENTITY
from identity_example_com.v2 import descriptors as identity_v2
from identity_example_com.v2.service import SERVICE as IDENTITY_V2

from goten.policy_sources import imported_source, own_source
from goten.policy_store import (
    DuplicateSource,
    NotRunning,
    PolicyStore,
    SourceMissing,
    SourcesNotReady,
)
from goten.watch import WatchFailed, WatchState
from tests.runtime.policy_store.network import Network
from tests.runtime.policy_store.scene import Polling, Scene, Watching
from tests.runtime.policy_store.services import ROOMS, WATCH, policy, project, watched
from tests.runtime.policy_store.test_own_store import ScriptedStore
from tests.runtime.watch.fakes import HandClock, settle

P1 = "projects/p1/rooms/r"


# --- registration -----------------------------------------------------------------------------------------------------


async def test_a_forgotten_initializer_is_named() -> None:
    """STORE-4"""
    store = PolicyStore(DEVICES, Network())
    with pytest.raises(SourceMissing) as caught:
        await store.start()
    assert str(caught.value) == (
        "names of devices.example.com v1 need policies of devices.example.com/Project v1, "
        "identity.example.com/Organization v1, identity.example.com/Project v1: "
        "call devices_example_com.v1.policy_store.register_policy_sources(store) before start()"
    )


async def test_each_missing_source_is_named() -> None:
    """STORE-4: of another version counts for nothing."""
    network = Network()
    store = PolicyStore(IDENTITY, network)
    store.add(imported_source(IDENTITY, identity.PROJECT))
    store.add(imported_source(IDENTITY_V2, identity_v2.ORGANIZATION))
    with pytest.raises(SourceMissing) as caught:
        await store.start()
    assert caught.value.holders == ("identity.example.com/Organization v1", "meta.goten.com/Service v1")
    assert caught.value.call == "identity_example_com.v1.policy_store.register_policy_sources(store)"
    assert network.asked == []


async def test_the_call_of_a_service_that_was_not_generated_is_guessed() -> None:
    """STORE-4"""
    with pytest.raises(SourceMissing, match=r"call rooms_example_test.v1.policy_store.register_policy_sources\(store"):
        await PolicyStore(ROOMS, Network()).start()


def test_initializers_of_several_services_go_together() -> None:
    """STORE-4: both need identity's holders, by the same sources."""
    store = PolicyStore(DEVICES, Network())
    devices_policy_store.register_policy_sources(store)
    identity_policy_store.register_policy_sources(store)


def test_another_source_of_the_same_type_is_refused() -> None:
    """STORE-4"""
    store = PolicyStore(IDENTITY, Network())
    identity_policy_store.register_policy_sources(store)
    with pytest.raises(DuplicateSource, match=r"another source for identity.example.com/Project v1"):
        store.add(own_source(IDENTITY, identity.PROJECT, ScriptedStore()))
    store.add(imported_source(IDENTITY_V2, identity_v2.PROJECT))


async def test_sources_are_added_before_the_start(watching: Watching) -> None:
    """STORE-4"""
    with pytest.raises(NotRunning, match="is running: sources are added before"):
        watching.store.add(imported_source(IDENTITY, identity.PROJECT))


# --- start ------------------------------------------------------------------------------------------------------------


async def test_start_returns_when_every_source_is_current() -> None:
    """STORE-15"""
    scene = Scene(IDENTITY)
    identity_policy_store.register_policy_sources(scene.store)
    scene.network.script["/example.identity.v1.OrganizationService/ListOrganizations"] = Polling()._list
    starting = asyncio.create_task(scene.store.start())
    await settle()
    projects, services = (scene.network.streams[path][0] for path in (WATCH, SERVICES))
    assert [source.feed.state for source in scene.store.sources] == [
        WatchState.CURRENT,
        WatchState.CONNECTING,
        WatchState.CONNECTING,
    ]
    await projects.send(watched(project("projects/p1", "eu"), token="t1"))
    with pytest.raises(NotRunning, match="is starting"):
        await scene.store.policy_for("projects/p1/roles/r")
    await services.send(watched(token="t1"))
    await starting
    assert await scene.ask("projects/p1/roles/r") == policy("eu")
    await scene.close()


SERVICES = "/goten.meta.v1.ServiceService/WatchServices"


async def test_a_start_that_takes_too_long_says_what_it_waits_for() -> None:
    """STORE-15, STORE-16"""
    scene = Watching()
    starting = asyncio.create_task(scene.store.start(within=10))
    await settle()
    await scene.stream.end(details="not here")
    await scene.clock.advance(10)
    with pytest.raises(SourcesNotReady) as caught:
        await starting
    assert str(caught.value) == (
        "policy sources were not ready within 10 s: identity.example.com/Project v1 (watch): connecting "
        "(never current, 1 failed attempts, UNAVAILABLE: not here), 0 holders"
    )
    with pytest.raises(NotRunning, match="is stopped"):
        await scene.store.policy_for(P1)
    await scene.close()


async def test_the_same_for_polls() -> None:
    """STORE-15"""
    scene = Polling()
    del scene.network.script["/example.identity.v1.OrganizationService/ListOrganizations"]
    starting = asyncio.create_task(scene.store.start())
    await scene.clock.advance(30)
    with pytest.raises(SourcesNotReady, match=r"within 30 s: identity.example.com/Organization v1 \(poll\): "):
        await starting
    await scene.close()


async def test_a_server_that_refuses_to_be_watched_ends_the_start() -> None:
    """STORE-15: at once."""
    scene = Watching()
    starting = asyncio.create_task(scene.store.start())
    await settle()
    await scene.stream.end(grpc.StatusCode.PERMISSION_DENIED, "not for you")
    with pytest.raises(WatchFailed, match="PERMISSION_DENIED: not for you"):
        await starting
    await scene.close()


async def test_a_start_can_be_cancelled() -> None:
    """STORE-15, STORE-18"""
    scene = Watching()
    starting = asyncio.create_task(scene.store.start())
    await settle()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert scene.stream.cancelled
    await scene.close()


async def test_it_starts_once(watching: Watching) -> None:
    """STORE-15"""
    with pytest.raises(NotRunning, match="this PolicyStore is running"):
        await watching.store.start()


async def test_nothing_is_answered_before_the_start() -> None:
    """STORE-15"""
    store = PolicyStore(ROOMS, Network())
    with pytest.raises(NotRunning, match="this PolicyStore is not started"):
        await store.policy_for(P1)
    with pytest.raises(NotRunning):
        store.cached_policy_for("rooms/r")
    await store.stop()


async def test_a_store_without_sources_starts() -> None:
    """STORE-15: of a service all of whose names are global."""
    from catalog_example_com.v1.policy_store import register_policy_sources
    from catalog_example_com.v1.service import SERVICE

    store = PolicyStore(SERVICE, Network())
    register_policy_sources(store)
    async with store:
        assert await store.policy_for("projects/p1/orders/o1") is None
        assert store.sources == ()


async def test_sources_are_reached_in_the_region_that_is_given() -> None:
    network, clock = Network(), HandClock()
    store = PolicyStore(ROOMS, network, region="eu", clock=clock)
    store.add(imported_source(IDENTITY, identity.PROJECT))
    starting = asyncio.create_task(store.start())
    await settle()
    await network.streams[WATCH][0].send(watched(token="t1"))
    await starting
    asking = asyncio.create_task(store.policy_for(P1))
    await settle()
    assert network.asked == [("identity.example.com", "v1", "eu")] * 2
    await store.stop()
    await asyncio.gather(asking, return_exceptions=True)


# --- stop -------------------------------------------------------------------------------------------------------------


async def test_after_a_stop_nothing_runs_and_nothing_is_answered(watching: Watching) -> None:
    """STORE-18"""
    assert await watching.ask(P1) == policy("eu")
    await watching.store.stop()
    assert watching.stream.cancelled
    for name in (P1, "rooms/r"):
        with pytest.raises(NotRunning, match="this PolicyStore is stopped"):
            await watching.store.policy_for(name)
        with pytest.raises(NotRunning):
            watching.store.cached_policy_for(name)
    assert (watching.status.feed.state, watching.status.delivered) == (WatchState.STOPPED, 0)
    await watching.store.stop()
    with pytest.raises(NotRunning):
        await watching.store.start()


async def test_a_stop_while_the_watch_pauses(watching: Watching) -> None:
    """STORE-18"""
    await watching.stream.end()
    await watching.store.stop()


async def test_a_stop_during_the_start_ends_it() -> None:
    """STORE-18"""
    scene = Watching()
    starting = asyncio.create_task(scene.store.start())
    await settle()
    await scene.store.stop()
    with pytest.raises(WatchFailed, match="it is stopped"):
        await starting
    await scene.close()


async def test_a_stop_in_the_last_moment_of_the_start_ends_it() -> None:
    """STORE-18: the source is current, and the start does not know yet."""
    scene = Watching()
    starting = asyncio.create_task(scene.store.start())
    await settle()
    scene.stream.arrive(watched(token="t1"))
    while scene.state != WatchState.CURRENT:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await scene.store.stop()
    with pytest.raises(NotRunning, match="is stopped"):
        await starting
    with pytest.raises(NotRunning):
        await scene.store.policy_for(P1)
    await scene.close()


async def test_a_stop_before_anything_has_run() -> None:
    """STORE-18"""
    scene = Polling()
    starting = asyncio.create_task(scene.store.start())
    await asyncio.sleep(0)
    await scene.store.stop()
    with pytest.raises(WatchFailed, match="it is stopped"):
        await starting
    await scene.close()
