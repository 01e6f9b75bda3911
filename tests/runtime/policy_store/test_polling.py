"""Sources without a Watch method."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from identity.proto.v1 import organization_service_pb2
from identity_example_com.v1 import descriptors as identity
from identity_example_com.v1.service import SERVICE as IDENTITY

from goten.policy_sources import PolicySource, SourceMode, imported_source
from goten.policy_store import FetchFailed, HolderNotFound, StalePolicy
from goten.types import view_pb2
from goten.watch import WatchState
from tests.runtime.policy_store.scene import Polling, Scene, Watching
from tests.runtime.policy_store.services import HALLS, LIST, ROOMS, organization, policy, project, watched
from tests.runtime.watch.fakes import settle

O1, O2, O3, O4 = (f"organizations/o{number}/halls/h" for number in (1, 2, 3, 4))
EU, US = policy("eu"), policy("us")


def listed(*regions: str) -> list[Any]:
    """organizations/o1, o2, ... with one region each."""
    return [organization(f"organizations/o{number}", region) for number, region in enumerate(regions, start=1)]


def fail_lists(scene: Polling) -> None:
    def fail(_: Any) -> Any:
        raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "server gone")

    scene.network.script[LIST] = fail


async def test_all_pages_are_listed(polling: Polling) -> None:
    """STORE-5, STORE-14"""
    polling.listed = listed("eu", "us", "eu", "us", "eu")
    await polling.store.start()
    assert [call.request.page_token for call in polling.lists] == ["", "2", "4"]
    request = polling.lists[0].request
    assert (request.view, request.field_mask.paths, request.page_size) == (
        view_pb2.NAME,
        ["spec.placement.policy"],
        500,
    )
    assert [await polling.ask(name) for name in (O1, O2, O3, O4)] == [EU, US, EU, US]
    assert (polling.status.source, polling.status.delivered) == ("identity.example.com/Organization v1 (poll)", 5)
    assert polling.gets == []


async def test_it_polls_at_an_interval(polling: Polling) -> None:
    """STORE-13, STORE-14"""
    polling.listed = listed("eu", "us")
    await polling.store.start()
    before = await polling.ask(O1)
    polling.listed = listed("eu", "eu", "us")
    await polling.clock.advance(29.9)
    assert await polling.ask(O2) == US
    assert polling.status.feed.age == pytest.approx(29.9)
    await polling.clock.advance(0.1)
    assert await polling.ask(O1) is before
    assert (await polling.ask(O2), await polling.ask(O3)) == (EU, US)
    assert polling.status.feed.age == 0


async def test_intervals_are_shortened_at_random() -> None:
    """STORE-14"""
    scene = Polling()
    scene.store = type(scene.store)(HALLS, scene.network, clock=scene.clock, random=lambda: 0.5)
    scene.store.add(imported_source(IDENTITY, identity.ORGANIZATION))
    await scene.store.start()
    assert scene.clock.sleeping == [pytest.approx(28.5)]
    await scene.close()


async def test_a_miss_is_fetched_and_stays_until_the_next_poll(polling: Polling) -> None:
    """STORE-9"""
    await polling.store.start()
    await polling.clock.advance(1)
    asking = await polling.asking(O1)
    await polling.gets[0].answer(organization("organizations/o1", "eu"))
    assert await asking == EU
    await polling.clock.advance(28.9)
    assert await polling.ask(O1) == EU
    polling.listed = listed("us")
    await polling.clock.advance(0.1)
    assert await polling.ask(O1) == US


async def test_that_a_holder_is_missing_stays_until_the_next_poll(polling: Polling) -> None:
    """STORE-9, STORE-11"""
    await polling.store.start()
    await polling.clock.advance(1)
    asking = await polling.asking(O1)
    await polling.gets[0].fail(grpc.StatusCode.NOT_FOUND)
    with pytest.raises(HolderNotFound):
        await asking
    await polling.clock.advance(28.9)
    with pytest.raises(HolderNotFound):
        await polling.ask(O1)
    await polling.clock.advance(0.1)
    await polling.asking(O1)
    assert len(polling.gets) == 2


async def test_who_left_the_list_is_fetched(polling: Polling) -> None:
    """STORE-11: it may have slipped from one page to another while they were read."""
    polling.listed = listed("eu")
    await polling.store.start()
    polling.listed = []
    await polling.clock.advance(30)
    asking = await polling.asking(O1)
    await polling.gets[0].answer(organization("organizations/o1", "eu"))
    assert await asking == EU


async def begin_poll(polling: Polling) -> None:
    """The next poll begins, and waits for its answer."""
    await polling.store.start()
    del polling.network.script[LIST]
    await polling.clock.advance(30)


def page(*organizations: Any) -> Any:
    return organization_service_pb2.ListOrganizationsResponse(organizations=organizations)


async def test_a_fetch_that_began_during_a_poll_is_newer(polling: Polling) -> None:
    """STORE-14: the holder came after its page was read."""
    await begin_poll(polling)
    asking = await polling.asking(O1)
    await polling.gets[0].answer(organization("organizations/o1", "eu"))
    await polling.lists[-1].answer(page())
    assert await polling.ask(O1) == await asking == EU


async def test_a_fetch_that_ended_before_a_poll_began_is_older(polling: Polling) -> None:
    """STORE-9"""
    await polling.store.start()
    await polling.clock.advance(20)
    asking = await polling.asking(O1)
    await polling.gets[0].answer(organization("organizations/o1", "eu"))
    await polling.clock.advance(10)
    await polling.asking(O1)
    assert len(polling.gets) == 2
    assert await asking == EU


async def test_a_poll_that_ends_overtakes_fetches(polling: Polling) -> None:
    """STORE-10: what they bring does not stay; who waits for a holder that was listed has it."""
    await begin_poll(polling)
    first, second = await polling.asking(O1), await polling.asking(O2)
    await polling.lists[-1].answer(page(organization("organizations/o2", "us")))
    assert await second == US
    await polling.gets[0].answer(organization("organizations/o1", "eu"))
    assert await first == EU
    await polling.asking(O1)
    assert len(polling.gets) == 3


async def test_a_failed_poll_is_repeated_sooner_and_sooner_no_more(polling: Polling) -> None:
    """STORE-14: pauses grow up to the interval."""
    polling.listed = listed("eu")
    await polling.store.start()
    fail_lists(polling)
    await polling.clock.advance(30)
    pauses = []
    for _ in range(6):
        (pause,) = polling.clock.sleeping
        pauses.append(pause)
        await polling.clock.advance(pause)
    assert pauses == [1, 2, 4, 8, 10, 10]


async def test_a_lost_poll_is_as_old_as_the_last_list(polling: Polling) -> None:
    """STORE-12, STORE-16"""
    polling.listed = listed("eu")
    await polling.store.start()
    fail_lists(polling)
    await polling.clock.advance(35)
    status = polling.status
    assert (status.feed.state, status.stale_for, status.feed.age) == (WatchState.CONNECTING, 35, 35)
    assert status.feed.reason == "UNAVAILABLE: server gone"
    await polling.clock.advance(265)
    assert await polling.ask(O1) == EU
    await polling.clock.advance(0.1)
    asking = await polling.asking(O1)
    await polling.gets[0].fail(grpc.StatusCode.UNAVAILABLE)
    with pytest.raises(StalePolicy, match=r"stale for 300\.1 s"):
        await asking


async def test_it_recovers(polling: Polling) -> None:
    """STORE-13, STORE-14"""
    polling.listed = listed("eu")
    await polling.store.start()
    script = polling.network.script[LIST]
    fail_lists(polling)
    await polling.clock.advance(31)
    polling.network.script[LIST] = script
    polling.listed = listed("us")
    await polling.clock.advance(10)
    assert (polling.status.feed.state, polling.status.stale_for) == (WatchState.CURRENT, None)
    assert await polling.ask(O1) == US
    assert polling.clock.sleeping[0] > 20


async def test_a_poll_that_hangs_has_failed(polling: Polling) -> None:
    """STORE-14"""
    await begin_poll(polling)
    await polling.clock.advance(29.9)
    assert polling.state == WatchState.CURRENT
    await polling.clock.advance(0.1)
    assert polling.state == WatchState.CONNECTING
    assert (polling.status.feed.reason, polling.status.stale_for) == ("it took longer than 30 s", 60)
    assert polling.lists[-1].given_up


async def test_pages_that_never_end_are_left(polling: Polling) -> None:
    """STORE-14: a token that leads to itself."""
    polling.network.script[LIST] = lambda _: organization_service_pb2.ListOrganizationsResponse(next_page_token="x")
    await polling.store.start()
    assert len(polling.lists) == 2


# --- sources that lack a method ---------------------------------------------------------------------------------------


def without(source: PolicySource, *methods: str) -> PolicySource:
    parts = {name: None if name in methods else getattr(source, name) for name in ("get", "list", "watch")}
    mode = SourceMode.POLL if parts["watch"] is None else SourceMode.WATCH
    return PolicySource(
        holder=source.holder, service=source.service, version=source.version, mode=mode, own_store=None, **parts
    )


async def test_without_get_what_is_delivered_is_all_there_is() -> None:
    """STORE-8"""
    scene = Watching()
    scene.store = type(scene.store)(ROOMS, scene.network, clock=scene.clock)
    scene.store.add(without(imported_source(IDENTITY, identity.PROJECT), "get"))
    await scene.start()
    with pytest.raises(HolderNotFound):
        await (await scene.asking("projects/p3/rooms/r"))
    await scene.stream.send(watched(project("projects/p3", "eu"), token="t2"))
    assert await scene.ask("projects/p3/rooms/r") == EU
    await scene.stream.end()
    with pytest.raises(FetchFailed, match="UNIMPLEMENTED: its service has no Get method for it"):
        await (await scene.asking("projects/p4/rooms/r"))
    await scene.close()


async def test_with_get_alone_everything_is_fetched() -> None:
    """STORE-8, STORE-9"""
    scene = Scene(HALLS)
    scene.store.add(without(imported_source(IDENTITY, identity.ORGANIZATION), "list"))
    await scene.store.start()
    asking = await scene.asking(O1)
    (get,) = scene.network.calls["/example.identity.v1.OrganizationService/GetOrganization"]
    await get.answer(organization("organizations/o1", "eu"))
    assert await asking == await scene.ask(O1) == EU
    assert scene.state == WatchState.CURRENT
    await scene.close()


async def test_a_list_method_of_another_resource_is_refused() -> None:
    scene = Scene(HALLS)
    wrong = imported_source(IDENTITY, identity.ORGANIZATION)
    wrong = PolicySource(
        holder=wrong.holder,
        service=wrong.service,
        version=wrong.version,
        mode=SourceMode.POLL,
        get=wrong.get,
        list=IDENTITY.access_method("identity.example.com/Project", "list"),
        watch=None,
    )
    scene.store.add(wrong)
    with pytest.raises(ValueError, match=r"ListProjects: its response has no field with .*Organization"):
        await scene.store.start()
    await scene.close()


async def test_stop_during_a_poll(polling: Polling) -> None:
    """STORE-18"""
    await begin_poll(polling)
    await polling.store.stop()
    await settle()
    assert polling.lists[-1].given_up
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
