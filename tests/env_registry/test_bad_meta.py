"""Meta that lies, hangs, sends garbage or an impossible history; clocks that jump.

Everything here ends well or with a named error, and the fixture `town` finds that nothing is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc import StatusCode

from goten.env_registry import CallFailed, Phase, RegistrationRefused, RegistryFailed, StartTimeout
from goten.meta.v1 import methods
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.region_service_pb2 import ListRegionsResponse
from goten.refusals import STATUS_DETAILS_KEY
from goten.watch import WatchTiming
from tests.env_registry.clocks import JumpingClock
from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import QUICK, Neighbourhood, until
from tests.env_registry.proxy import Answer, Proxy, Stream, failed
from tests.env_registry.samples import deployment, service

DEVICES, IAM = "devices.example.com", "iam.example.com"
WATCHES = {method.name: method for method in (methods.WATCH_SERVICES, methods.WATCH_DEPLOYMENTS)}


def altered(alter: Callable[[str, Any, int], None]) -> Callable[[str, bytes, Stream], AsyncIterator[bytes]]:
    """Watches whose responses are changed: by method, response, and its number on the stream from 0."""

    async def watch(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        number = 0
        async for raw in meta(request):
            response: Any = WATCHES[name].response.FromString(raw)
            alter(name, response, number)
            number += 1
            yield response.SerializeToString()

    return watch


def changes_of(name: str, response: Any) -> Any:
    return response.service_changes if name == "WatchServices" else response.deployment_changes


# --- lies ------------------------------------------------------------------------------------------------------------


def wrong_size(name: str, response: Any, number: int) -> None:
    if response.snapshot_size >= 0:
        response.snapshot_size += 7


def removed_in_a_snapshot(name: str, response: Any, number: int) -> None:
    changes = changes_of(name, response)
    kept = list(changes)
    if number == 0:
        del changes[:]
        for known in (f"services/{IAM}", f"services/{IAM}/deployments/us-west2", "services/x", "regions/us-west2", ""):
            changes.add().removed.name = known
        changes.extend(kept)


def everything_twice(name: str, response: Any, number: int) -> None:
    for change in list(changes_of(name, response)):
        changes_of(name, response).append(change)


def unusable_names(name: str, response: Any, number: int) -> None:
    if not changes_of(name, response):
        return
    for bad in ("x", "services/", "services", "/", "services/a/b", "services/a/deployments/", "a/b/c/d", "é" * 9):
        change = changes_of(name, response).add()
        (change.current.service if name == "WatchServices" else change.current.deployment).name = bad
    changes_of(name, response).add()


@pytest.mark.parametrize("lie", [wrong_size, removed_in_a_snapshot, everything_twice, unusable_names])
async def test_lies_are_seen_through(town: Neighbourhood, proxy: Proxy, lie: Callable[[str, Any, int], None]) -> None:
    """ENV-10, ENV-23"""
    await town.start(IAM)
    proxy.watching = altered(lie)
    registry = await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address)
    await until(lambda: registry.status.phase is Phase.READY)
    known = registry.environment
    assert known.services.keys() == {DEVICES, IAM, "meta.goten.com"}
    assert known.deployments.keys() == known.services.keys()
    await town.start("other.example.com", imports={DEVICES: "v1"})
    await until(lambda: registry.environment.deployment("other.example.com", "us-west2") is not None)


async def test_own_records_that_are_never_shown_are_named(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-10, ENV-20: a start begins again, in no hurry, until its deadline."""

    def hide(name: str, response: Any, number: int) -> None:
        for change in list(changes_of(name, response)):
            if DEVICES in str(change):
                changes_of(name, response).remove(change)
        response.snapshot_size = -1

    proxy.watching = altered(hide)
    with pytest.raises(StartTimeout, match=f"services/{DEVICES} is not in Meta"):
        await town.start(DEVICES, meta=proxy.address, deadline=1.0)
    assert 2 <= proxy.calls.count("WatchServices") < 40


async def test_answers_about_something_else_are_no_answers(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20, ENV-23"""

    async def mix_up(name: str, request: bytes, meta: Answer) -> bytes:
        return service("other.example.com").SerializeToString() if name == "GetService" else await meta(request)

    proxy.unary = mix_up
    before = town.app.store.revision
    with pytest.raises(StartTimeout, match=r"the answer is 'services/other\.example\.com', and not services/devices"):
        await town.start(DEVICES, meta=proxy.address, deadline=0.5)
    assert town.app.store.revision == before


async def test_a_list_without_an_end_is_an_error(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-12, ENV-23"""
    registry = await town.start(DEVICES, meta=proxy.address)
    page = ListRegionsResponse(regions=[Region(name="regions/x")], next_page_token="more")

    async def go_on(name: str, request: bytes, meta: Answer) -> bytes:
        return page.SerializeToString()

    proxy.unary = go_on
    with pytest.raises(CallFailed, match=r"ListRegions: INTERNAL: the answer has no end: 200 regions in 200 pages"):
        await registry.regions()


# --- garbage ---------------------------------------------------------------------------------------------------------


async def test_garbage_is_waited_out(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20, ENV-23"""
    left = {"GetService": 2, "CreateService": 1, "ListResources": 1, "WatchServices": 2, "WatchDeployments": 1}

    def bad(name: str) -> bool:
        left[name] = left.get(name, 0) - 1
        return left[name] >= 0

    async def call(name: str, request: bytes, meta: Answer) -> bytes:
        answer = await meta(request)
        return b"\xff\xff\xff" if bad(name) else answer

    async def watch(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        if bad(name):
            yield b"\xff\xff\xff"
        async for response in meta(request):
            yield response

    proxy.unary, proxy.watching = call, watch
    registry = await town.start(DEVICES, meta=proxy.address)
    assert max(left.values()) <= 0
    assert registry.service.name == f"services/{DEVICES}"


async def test_nothing_but_garbage_is_named(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20, ENV-23"""

    async def call(name: str, request: bytes, meta: Answer) -> bytes:
        return b"\xff\xff\xff"

    async def watch(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        yield b"\xff\xff\xff"

    proxy.watching = watch
    with pytest.raises(StartTimeout, match=r"watch services.*INTERNAL: the response is no goten.meta.v1.WatchServices"):
        await town.start(DEVICES, meta=proxy.address, deadline=0.4)
    proxy.unary = call
    with pytest.raises(StartTimeout, match=r"GetService: INTERNAL: the answer is no goten\.meta\.v1\.Service"):
        await town.start(DEVICES, meta=proxy.address, deadline=0.4)


async def test_garbage_in_the_details_of_a_refusal_is_no_reason(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20"""

    async def refuse(name: str, request: bytes, meta: Answer) -> bytes:
        trailing = grpc.aio.Metadata((STATUS_DETAILS_KEY, b"\xff\xff\xff"))
        raise grpc.aio.AioRpcError(StatusCode.FAILED_PRECONDITION, grpc.aio.Metadata(), trailing, details="because")

    proxy.unary = refuse
    with pytest.raises(RegistrationRefused, match="GetService: FAILED_PRECONDITION: because"):
        await town.start(DEVICES, meta=proxy.address)


# --- silence and refusal ---------------------------------------------------------------------------------------------


async def test_a_watch_that_falls_silent_in_a_snapshot_is_opened_again(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-10, WATCH-15"""
    await town.start(IAM)
    silent = {"WatchServices", "WatchDeployments"}

    async def stall(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        async for raw in meta(request):
            if name in silent:
                silent.discard(name)
                response: Any = WATCHES[name].response.FromString(raw)
                response.is_current = False
                yield response.SerializeToString()
                await asyncio.Event().wait()
            yield raw

    proxy.watching = stall
    timing = WatchTiming(silence=0.4, backoff=QUICK)
    registry = await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address, watch=timing)
    assert not silent
    assert registry.environment.deployment(IAM, "us-west2") is not None


async def test_a_server_that_is_no_meta_is_named(town: Neighbourhood) -> None:
    """ENV-20"""
    server = grpc.aio.server()
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        with pytest.raises(RegistrationRefused, match="GetService: UNIMPLEMENTED"):
            await town.start(DEVICES, meta=f"127.0.0.1:{port}")
    finally:
        await server.stop(0)


@pytest.mark.parametrize("watch", [*WATCHES])
async def test_a_meta_without_watches_is_named(town: Neighbourhood, proxy: Proxy, watch: str) -> None:
    """ENV-18"""

    async def refuse(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        if name == watch:
            raise failed(StatusCode.UNIMPLEMENTED, "never heard of it")
        async for response in meta(request):
            yield response

    proxy.watching = refuse
    kind = watch.removeprefix("Watch").removesuffix("s")
    with pytest.raises(RegistryFailed, match=rf"watch of .*{kind}.* ended: UNIMPLEMENTED: never heard of it"):
        await town.start(DEVICES, meta=proxy.address)


# --- history ---------------------------------------------------------------------------------------------------------


async def test_a_history_that_jumps_back_is_followed_and_healed(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-11: tokens are accepted, and then comes what was, and what never was."""
    await town.start(IAM, public_domain="127.0.0.1:9001")
    registry = await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address)
    jumping = True
    healed = asyncio.Event()

    async def jump(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        asked: Any = WATCHES[name].request.FromString(request)
        if not jumping:
            # What the server cannot place is answered by a reset.
            asked.resume_token = "from another world"
            async for response in meta(asked.SerializeToString()):
                yield response
        assert asked.resume_token
        yield _jump_back(name)
        await healed.wait()
        raise failed(StatusCode.UNAVAILABLE)

    proxy.watching = jump
    await proxy.stop()
    await until(lambda: registry.status.phase is Phase.STALE)
    await proxy.listen()
    await until(lambda: registry.environment.versions(IAM) == ("v0",))
    await until(lambda: registry.environment.deployments_of(IAM)["us-west2"].public_domain == "127.0.0.1:9")
    jumping = False
    healed.set()
    await until(lambda: registry.environment.versions(IAM) == ("v1",))
    await until(lambda: registry.environment.deployments_of(IAM)["us-west2"].public_domain == "127.0.0.1:9001")
    await until(lambda: registry.status.phase is Phase.READY)


def _jump_back(name: str) -> bytes:
    """A boundary, with an older state of what is known, and the end of what is not."""
    response: Any = WATCHES[name].response(is_current=True, resume_token="before everything")
    changes = changes_of(name, response)
    if name == "WatchServices":
        changes.add().current.service.CopyFrom(service(IAM, "us-west2", versions=("v0",)))
        changes.add().removed.name = "services/never.example.com"
    else:
        changes.add().current.deployment.CopyFrom(deployment(IAM, "us-west2", public_domain="127.0.0.1:9"))
        changes.add().removed.name = "services/never.example.com/deployments/us-west2"
    return bytes(response.SerializeToString())


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_a_clock_that_jumps_does_no_harm(town: Neighbourhood, proxy: Proxy, jump: float) -> None:
    """ENV-11, ENV-18: also one that breaks its promise, and goes back."""
    clock = JumpingClock()
    registry = await town.start(DEVICES, meta=proxy.address, clock=clock, lists_max_age=1000.0)
    await registry.regions()
    clock.offset += jump
    asked = proxy.calls.count("ListRegions")
    assert (await registry.regions()).age == 0
    assert proxy.calls.count("ListRegions") == asked + 1
    await proxy.stop()
    await until(lambda: registry.status.phase is Phase.STALE)
    clock.offset += jump
    age = registry.status.age
    assert age is not None
    assert age > 3500 if jump > 0 else age == 0
    assert (await registry.regions()).age >= 0
    await proxy.listen()
    await until(lambda: registry.status.phase is Phase.READY)
    assert registry.status.age == 0
    await town.start(IAM, used_services=(DEVICES,))
    await until(lambda: registry.environment.service(IAM) is not None)


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
async def test_a_clock_that_jumps_during_the_start_does_no_harm(town: Neighbourhood, proxy: Proxy, jump: float) -> None:
    """ENV-20: deadlines are slept, and not compared."""
    clock = JumpingClock()

    async def leap(name: str) -> None:
        clock.offset += jump

    proxy.before = leap
    registry = await town.start(DEVICES, meta=proxy.address, clock=clock)
    assert registry.status.phase is Phase.READY


class TestNothingIsLeft:
    """What the fixture checks, it would find."""

    async def test_of_tasks(self) -> None:
        with pytest.raises(AssertionError, match=r"still running: .*'left'"):
            async with nothing_left(turns=3):
                task = asyncio.create_task(asyncio.sleep(60), name="left")
        task.cancel()

    async def test_of_channels(self) -> None:
        with pytest.raises(AssertionError, match="1 channels are open"):
            async with nothing_left() as made:
                grpc.aio.insecure_channel("127.0.0.1:1")
        await made[0].close()
