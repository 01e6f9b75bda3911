"""No RPC sees what another brought, however they interleave and end: CONTEXT-5, CONTEXT-7, on a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import grpc
import grpc.aio
import pytest
from device_management.proto.v1 import device_custom_pb2 as custom
from device_management.proto.v1 import device_pb2, device_service_pb2

from goten.policy import Policy
from goten.policy_context import Policies, current_policies, use_policy
from tests.runtime.context.server import Resolver, Turns, serving
from tests.runtime.context.services import IN_EU, IN_US, project

P1, P2 = project("p1"), project("p2")
PROJECTS = [f"p{number}" for number in range(40)]
POLICIES = {project(project_id): Policy(("us-west2", f"of-{project_id}")) for project_id in PROJECTS}
"""Each project's policy is another."""


def device_of(project_id: str) -> str:
    return f"projects/{project_id}/regions/us-west2/devices/d1"


def policies_for(name: str) -> Policies:
    """What a request with this name alone should bring."""
    governor = project(name.split("/")[1])
    return {governor: POLICIES[governor]}


async def some_turns(random: Random) -> None:
    """Lets other tasks run, a different number of times each time."""
    for _ in range(random.randrange(5)):
        await asyncio.sleep(0)


@pytest.fixture
def shuffled() -> Resolver:
    """A resolver whose answers overtake each other."""
    resolver, random = Resolver(POLICIES), Random(1)

    async def turns(governor: str) -> None:
        await some_turns(random)

    resolver.before = turns
    return resolver


async def test_many_rpcs_at_once(shuffled: Resolver, full_run: bool) -> None:
    """CONTEXT-7: all four kinds, with handlers that are slow in various ways."""
    random = Random(2)
    wrong: list[Any] = []

    async def look(name: str) -> None:
        for _ in range(2):
            if current_policies() != policies_for(name):
                wrong.append((name, current_policies()))
            await some_turns(random)

    async def get(request: Any, context: Any) -> device_pb2.Device:
        await look(request.name)
        return device_pb2.Device(name=request.name)

    async def query(request: Any, context: Any) -> AsyncIterator[Any]:
        for _ in range(3):
            await look(request.name)
            yield custom.QueryTelemetryResponse()

    async def upload(requests: Any, context: Any) -> Any:
        async for request in requests:
            await look(request.name)
        return custom.UploadTelemetryResponse()

    async def shell(requests: Any, context: Any) -> AsyncIterator[Any]:
        name = ""
        async for request in requests:
            name = request.name or name
            await look(name)
            yield custom.DeviceShellResponse()
            await look(name)

    handlers = {"GetDevice": get, "QueryTelemetry": query, "UploadTelemetry": upload, "DeviceShell": shell}
    async with serving(shuffled, handlers) as served:

        async def call(number: int) -> None:
            names = [device_of(random.choice(PROJECTS)) for _ in range(3)]
            if number % 4 == 0:
                await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=names[0]))
            elif number % 4 == 1:
                request = custom.QueryTelemetryRequest(name=names[0])
                assert len([_ async for _ in served.devices.QueryTelemetry(request)]) == 3
            elif number % 4 == 2:
                await served.devices.UploadTelemetry(custom.UploadTelemetryRequest(name=name) for name in names)
            else:
                # An empty name: about the last one.
                in_turn = (names[0], "", names[1], names[2], "")
                requests = (custom.DeviceShellRequest(name=name) for name in in_turn)
                assert len([_ async for _ in served.devices.DeviceShell(requests)]) == len(in_turn)

        for start in range(0, 20_000 if full_run else 800, 200):
            await asyncio.gather(*(call(number) for number in range(start, start + 200)))
    assert wrong == []


async def test_two_streams_that_take_turns() -> None:
    """CONTEXT-12: step by step, each stream is asked for what it sees after the other has moved on."""
    seen: list[tuple[bytes, Policies]] = []

    async def shell(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for request in requests:
            seen.append((request.typed, current_policies()))
            yield custom.DeviceShellResponse(printed=request.typed)
            seen.append((request.typed, current_policies()))

    async with serving(Resolver(POLICIES), {"DeviceShell": shell}) as served:
        first, second = served.devices.DeviceShell(), served.devices.DeviceShell()
        script = [(first, "p1", b"a"), (second, "p2", b"b"), (first, "p3", b"c"), (second, "", b"d"), (first, "", b"e")]
        for stream, project_id, typed in script:
            name = device_of(project_id) if project_id else ""
            await stream.write(custom.DeviceShellRequest(name=name, typed=typed))
            answer: Any = await stream.read()
            assert answer.printed == typed
        for stream in (first, second):
            await stream.done_writing()
            assert await stream.read() is grpc.aio.EOF
    wanted = {b"a": "p1", b"b": "p2", b"c": "p3", b"d": "p2", b"e": "p3"}
    assert len(seen) == 2 * len(script)
    assert all(policies == policies_for(device_of(wanted[typed])) for typed, policies in seen)


async def test_an_rpc_that_is_cancelled_while_its_policy_is_fetched() -> None:
    """CONTEXT-7: the lookup ends, and the handler is not called."""
    turns, resolver, ended = Turns(), Resolver({P1: IN_US}), asyncio.Event()

    async def slow(governor: str) -> None:
        try:
            await turns.pass_by("lookup")
        finally:
            ended.set()

    async def get(request: Any, context: Any) -> device_pb2.Device:
        raise AssertionError("the handler must not be called")

    resolver.before = slow
    async with serving(resolver, {"GetDevice": get}) as served:
        call = served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=device_of("p1")))
        waiting = asyncio.ensure_future(call)
        await turns["lookup"].wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await ended.wait()


async def test_an_rpc_that_is_cancelled_in_its_handler_leaves_nothing_behind() -> None:
    """CONTEXT-7: neither to the clean-up of the handler, which has its policies, nor to the next RPC."""
    turns, seen, ended = Turns(), [], asyncio.Event()

    async def get(request: Any, context: Any) -> device_pb2.Device:
        seen.append(current_policies())
        if request.name == device_of("p2"):
            return device_pb2.Device()
        try:
            with use_policy(P2, IN_EU):
                await turns.pass_by("handler")
        finally:
            seen.append(current_policies())
            ended.set()
        return device_pb2.Device()

    async with serving(Resolver({P1: IN_US}), {"GetDevice": get}) as served:
        call = served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=device_of("p1")))
        waiting = asyncio.ensure_future(call)
        await turns["handler"].wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await ended.wait()
        await served.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=device_of("p2")))
    assert seen == [{P1: IN_US}, {P1: IN_US}, {}]


async def test_a_generator_that_waits_is_cancelled_with_its_policies() -> None:
    """CONTEXT-5"""
    turns, seen, ended = Turns(), [], asyncio.Event()

    async def watch(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            with use_policy(P2, IN_EU):
                yield custom.QueryTelemetryResponse()
                await turns.pass_by("handler")
        finally:
            seen.append(current_policies())
            ended.set()

    async with serving(Resolver({P1: IN_US}), {"QueryTelemetry": watch}) as served:
        call = served.devices.QueryTelemetry(custom.QueryTelemetryRequest(name=device_of("p1")))
        await call.read()
        await turns["handler"].wait()
        call.cancel()
        await ended.wait()
    assert seen == [{P1: IN_US}]


async def test_a_generator_that_nobody_asks_for_more_is_closed_with_its_policies() -> None:
    """CONTEXT-5: the client stops reading, so the server is stuck between two responses, outside of the handler."""
    seen, ended = [], asyncio.Event()
    samples = [custom.Sample(metric="m" * 1000) for _ in range(1000)]

    async def query(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            with use_policy(P2, IN_EU):
                while True:
                    yield custom.QueryTelemetryResponse(samples=samples)
        finally:
            seen.append(current_policies())
            ended.set()

    async with serving(Resolver({P1: IN_US}), {"QueryTelemetry": query}) as served:
        call = served.devices.QueryTelemetry(custom.QueryTelemetryRequest(name=device_of("p1")))
        await call.read()
        call.cancel()
        await ended.wait()
    assert seen == [{P1: IN_US}]
