"""A PolicyStore against a server in another process: policies change, and all that can go wrong does."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import grpc.aio
import pytest

from goten.meta.v1 import service_pb2, service_service_pb2, service_service_pb2_grpc
from goten.policy_store import FetchFailed, PolicyStore, SourcesNotReady, StalePolicy, WhenLost
from goten.watch import WatchState
from tests.processes.identity import DEADLINE, Identity, policy
from tests.processes.policies import (
    QUICK,
    SLACK,
    account,
    ask,
    ask_until,
    channels_to,
    make_store,
    running_store,
)
from tests.processes.waiting import until
from tests.servers.process import ServerProcess

P1, P2 = "projects/p1", "projects/p2"
EU, US, BOTH = ("eu",), ("us",), ("eu", "us")
NEVER_EXPIRES = dataclasses.replace(QUICK, fetched_for=5.0)


@pytest.fixture
async def store(shared_server: ServerProcess, shared: Identity) -> AsyncIterator[PolicyStore]:
    """A store over the shared server, which has the project p1."""
    await shared.put_project(P1, EU)
    async with running_store(shared_server.address) as store:
        yield store


@pytest.fixture
async def own(server: ServerProcess, identity: Identity) -> AsyncIterator[PolicyStore]:
    """A store over the test's own server, which has the projects p1 and p2."""
    await identity.put_project(P1, EU)
    await identity.put_project(P2, EU)
    async with running_store(server.address) as store:
        yield store


def project_state(store: PolicyStore) -> WatchState:
    return next(source.feed.state for source in store.sources if "identity.example.com/Project" in source.source)


# --- when all is well -------------------------------------------------------------------------------------------------


async def test_answers_change_with_the_policies(store: PolicyStore, shared: Identity) -> None:
    """STORE-6, STORE-7: projects are watched, and a hit asks no server."""
    assert await ask(store, account(P1)) == EU
    await shared.put_project(P1, BOTH)
    assert await ask_until(store, account(P1), BOTH) in ([], [EU])
    assert await ask(store, account(P2)) is None
    await shared.put_project(P2, US)
    await ask_until(store, account(P2), US)
    await shared.delete_project(P1)
    assert await ask_until(store, account(P1), None) in ([], [BOTH])
    assert (await shared.control.calls())["Project.get"] <= 4


async def test_hits_reach_no_server(store: PolicyStore, shared: Identity) -> None:
    """STORE-6"""
    before = await shared.control.calls()
    for number in range(100):
        assert await ask(store, f"{P1}/roles/r{number}") == EU
    assert (await shared.control.calls())["Project.get"] == before["Project.get"]


async def test_holders_that_cannot_be_watched_are_polled(store: PolicyStore, shared: Identity) -> None:
    """STORE-14"""
    name = "organizations/o1/serviceAccounts/robot"
    await shared.put_organization("organizations/o1", EU)
    await ask_until(store, name, EU)
    await shared.put_organization("organizations/o1", US)
    assert await ask_until(store, name, US, within=2 * QUICK.poll_interval + SLACK) in ([], [EU])


async def test_holders_of_two_services_are_followed(
    shared_server: ServerProcess, store: PolicyStore, shared: Identity
) -> None:
    """STORE-1: a role below a service of Meta is governed by that."""
    name = "services/devices.example.com/roles/viewer"
    async with grpc.aio.insecure_channel(shared_server.address) as channel:
        stub = service_service_pb2_grpc.ServiceServiceStub(channel)
        service = service_pb2.Service(name="services/devices.example.com", multi_region_policy=policy("eu"))
        await stub.CreateService(service_service_pb2.CreateServiceRequest(service=service), timeout=DEADLINE)
        await ask_until(store, name, EU)
    assert await store.policy_for("users/ada@example.com") is None


# --- kills, pauses, silence -------------------------------------------------------------------------------------------


async def test_a_killed_server_is_outlived_for_as_long_as_is_allowed_and_then_resumed(
    own: PolicyStore, server: ServerProcess, identity: Identity
) -> None:
    """STORE-12, STORE-13"""
    loop = asyncio.get_running_loop()
    server.kill()
    killed = loop.time()
    assert await ask_until(own, account(P1), StalePolicy, within=QUICK.max_stale + SLACK) == [EU]
    assert loop.time() - killed >= QUICK.max_stale - SLACK, "stale policies are of use for a while"
    assert await ask(own, account("projects/new")) is FetchFailed
    server.start()
    await identity.put_project(P1, BOTH)
    await identity.delete_project(P2)
    assert await ask_until(own, account(P1), BOTH) in ([], [EU], [StalePolicy], [StalePolicy, EU])
    await ask_until(own, account(P2), None)
    await until(lambda: project_state(own) is WatchState.CURRENT, "the watch is back")
    calls = await identity.control.calls()
    assert calls["Project.resume"] >= 1
    assert calls["Project.snapshot"] == calls["Project.hard_reset"] == 0


async def test_with_no_staleness_allowed_nothing_old_is_answered(server: ServerProcess, identity: Identity) -> None:
    """STORE-12: the server is asked each time."""
    options = dataclasses.replace(QUICK, when_lost=WhenLost.FAIL)
    await identity.put_project(P1, EU)
    async with running_store(server.address, options) as store:
        server.kill()
        await until(lambda: project_state(store) is not WatchState.CURRENT, "the loss is noticed")
        assert await ask(store, account(P1), options) is StalePolicy
        server.start(refuse_watch="UNAVAILABLE")
        await identity.put_project(P1, US)
        assert await ask_until(store, account(P1), US, options) in ([], [StalePolicy])
        assert project_state(store) is not WatchState.CURRENT, "nothing but a fetch can have told"


@pytest.mark.parametrize("how", ["paused", "frozen"])
async def test_a_server_that_falls_silent_is_noticed(
    own: PolicyStore, server: ServerProcess, identity: Identity, how: str
) -> None:
    """STORE-12: also where the connection seems to be alive, what is answered is never older than allowed."""
    if how == "paused":
        server.pause()
    else:
        await identity.control.set(frozen=True)
    assert await ask_until(own, account(P1), StalePolicy, within=QUICK.max_stale + QUICK.fetch_within + SLACK) == [EU]
    assert project_state(own) is not WatchState.CURRENT
    if how == "paused":
        server.go_on()
    else:
        await identity.control.clear()
    await identity.put_project(P1, US)
    await ask_until(own, account(P1), US)


async def test_a_watch_that_lags_hides_a_change_no_longer_than_allowed(store: PolicyStore, shared: Identity) -> None:
    """STORE-12: unary RPCs are served, so that fetches find what the watch does not tell."""
    await shared.control.set(hold_watch=True)
    await shared.put_project(P1, US)
    assert await ask_until(store, account(P1), US, within=QUICK.max_stale + SLACK) in ([], [EU])
    await shared.control.set(hold_watch=False)
    await until(lambda: project_state(store) is WatchState.CURRENT, "the watch is back")
    assert await ask(store, account(P1)) == US


async def test_a_history_that_is_gone_costs_a_snapshot_and_nothing_else(
    own: PolicyStore, server: ServerProcess, identity: Identity
) -> None:
    """STORE-13"""
    await identity.control.set(hold_watch=True)
    await identity.put_project(P1, BOTH)
    await identity.delete_project(P2)
    await identity.control.compact()
    server.restart()
    assert await ask_until(own, account(P1), BOTH) in ([], [EU])
    assert await ask_until(own, account(P2), None) in ([], [EU])
    await until(lambda: project_state(own) is WatchState.CURRENT, "the watch is back")
    assert (await identity.control.calls())["Project.hard_reset"] == 1


async def test_a_server_that_cannot_count_is_believed_in_all_else(store: PolicyStore, shared: Identity) -> None:
    """STORE-13"""
    await shared.control.set(hold_watch=True, size_error=3)
    await shared.put_project(P1, BOTH)
    await shared.control.compact()
    before = (await shared.control.calls())["Project.watch"]
    await shared.control.set(hold_watch=False)
    assert await ask_until(store, account(P1), BOTH) in ([], [EU])
    await shared.put_project(P1, US)
    assert await ask_until(store, account(P1), US) in ([], [BOTH])
    await until(lambda: project_state(store) is WatchState.CURRENT, "the watch is back")
    assert (await shared.control.calls())["Project.watch"] <= before + 3


# --- slow and racing fetches ------------------------------------------------------------------------------------------


async def test_misses_of_one_holder_make_one_fetch(store: PolicyStore, shared: Identity) -> None:
    """STORE-8: however slow the server is; the policy is used at once, before the watch tells of it."""
    await shared.control.set(hold_watch=True, answer_delay=0.2)
    await shared.put_project(P2, US)
    before = (await shared.control.calls())["Project.get"]
    names = [account(P2), f"{P2}/roles/viewer", *(f"{P2}/regions/eu/serviceAccounts/r{n}" for n in range(50))]
    assert await asyncio.gather(*(ask(store, name) for name in names)) == [US] * len(names)
    assert (await shared.control.calls())["Project.get"] == before + 1


async def test_a_server_that_is_too_slow_fails_what_it_is_asked_and_nothing_else(
    store: PolicyStore, shared: Identity
) -> None:
    """STORE-8"""
    await shared.control.set(answer_delay=60)
    hits = [ask(store, account(P1)) for _ in range(10)]
    assert await asyncio.gather(*hits, ask(store, account(P2))) == [EU] * 10 + [FetchFailed]
    await shared.control.set(answer_delay=0)
    assert await ask(store, account(P2)) is None


async def test_a_holder_that_get_does_not_find_is_there_once_the_watch_tells_of_it(
    shared_server: ServerProcess, shared: Identity
) -> None:
    """STORE-9, STORE-11: that a holder is missing is remembered, but not against an event."""
    async with running_store(shared_server.address, NEVER_EXPIRES) as store:
        await shared.control.set(hold_watch=True, hidden=[P1])
        await shared.put_project(P1, EU)
        assert await ask(store, account(P1)) is None
        before = (await shared.control.calls())["Project.get"]
        await shared.control.set(hold_watch=False)
        assert await ask_until(store, account(P1), EU, within=2) in ([], [None])
        assert (await shared.control.calls())["Project.get"] == before


async def test_what_a_late_answer_says_does_not_replace_what_the_watch_said(
    shared_server: ServerProcess, shared: Identity
) -> None:
    """STORE-9, STORE-10: a get reads, the policy changes, the watch tells of it, and then the answer arrives."""
    async with running_store(shared_server.address, NEVER_EXPIRES) as store:
        await shared.control.set(hold_watch=True, get_delay=0.5)
        await shared.put_project(P1, EU)
        late = asyncio.create_task(ask(store, account(P1)))
        await asyncio.sleep(0.2)
        await shared.put_project(P1, US)
        await shared.control.set(hold_watch=False)
        await ask_until(store, account(P1), US)
        assert await late in (EU, US)
        await asyncio.sleep(0.6)
        assert await ask(store, account(P1)) == US


async def test_a_fetch_through_a_server_that_lags_is_trusted_for_a_short_time_only(
    store: PolicyStore, shared: Identity
) -> None:
    """STORE-9: the watch has not told of the holder, and Get answers from what is long past."""
    await shared.control.set(hold_watch=True)
    await shared.put_project(P2, EU)
    await shared.control.set(lag=True)
    await shared.put_project(P2, US)
    assert await ask(store, account(P2)) == EU
    await shared.control.set(lag=False)
    assert await ask_until(store, account(P2), US, within=QUICK.fetched_for + SLACK) in ([], [EU])


# --- beginning and end ------------------------------------------------------------------------------------------------


async def test_a_start_without_a_server_fails_in_time_and_says_for_what_it_waited(server: ServerProcess) -> None:
    """STORE-15"""
    server.kill()
    async with channels_to(server.address) as channels:
        store = make_store(channels)
        with pytest.raises(SourcesNotReady, match="Project v1"):
            async with asyncio.timeout(0.5 + SLACK):
                await store.start(within=0.5)


async def test_a_start_waits_for_a_server_that_comes_up(server: ServerProcess, identity: Identity) -> None:
    """STORE-15"""
    await identity.put_project(P1, EU)
    server.kill()
    async with channels_to(server.address) as channels:
        store = make_store(channels)
        starting = asyncio.create_task(store.start())
        await asyncio.sleep(0.2)
        server.start()
        async with asyncio.timeout(DEADLINE):
            await starting
        assert await ask(store, account(P1)) == EU
        await store.stop()


async def test_a_stop_is_clean_while_the_server_does_not_answer(server: ServerProcess, identity: Identity) -> None:
    """STORE-18: who waits for a fetch is told, and no task is left."""
    await identity.put_project(P1, EU)
    before = asyncio.all_tasks()
    async with channels_to(server.address) as channels:
        store = make_store(channels)
        await store.start()
        server.pause()
        waiting = asyncio.create_task(store.policy_for(account(P2)))
        await asyncio.sleep(0.05)
        async with asyncio.timeout(SLACK):
            await store.stop()
            (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(outcome, Exception)
    await until(lambda: asyncio.all_tasks() == before, "all tasks have ended, those of gRPC too")
