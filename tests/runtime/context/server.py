"""A gRPC server on loopback whose handlers a test brings, and a resolver of policies that a test controls."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
from device_management.proto.v1 import device_service_pb2_grpc as devices_grpc
from identity.proto.v1 import project_service_pb2_grpc as projects_grpc

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_context import Policies, current_policies
from goten.policy_interceptor import PolicyInterceptor
from goten.syncing import governor_of
from tests.runtime.context.services import DEVICES


async def at_once(governor: str) -> None:
    """No wait before a policy is known."""


class Resolver:
    """Policies by governor, which a test may change. `before` is awaited first, and may raise."""

    def __init__(self, policies: Mapping[str, Policy] | None = None) -> None:
        self.policies = dict(policies or {})
        self.asked: list[str] = []
        self.before: Callable[[str], Awaitable[None]] = at_once

    async def policy_for(self, name: ResourceName) -> Policy | None:
        governor = governor_of(name)
        self.asked.append(governor)
        await self.before(governor)
        return self.policies.get(governor)


class Spy(grpc.aio.ServerInterceptor):
    """Calls handlers from outside of the PolicyInterceptor, and notes which policies it sees between their answers."""

    def __init__(self) -> None:
        self.seen: list[Policies] = []

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        handler = await continuation(handler_call_details)
        if not handler.response_streaming:

            async def answer(request: Any, context: Any) -> Any:
                response = await (handler.stream_unary or handler.unary_unary)(request, context)
                self.seen.append(current_policies())
                return response

            make: Any = getattr(grpc, f"{'stream' if handler.request_streaming else 'unary'}_unary_rpc_method_handler")
            return make(answer, handler.request_deserializer, handler.response_serializer)

        async def answers(request: Any, context: Any) -> AsyncIterator[Any]:
            async for response in (handler.stream_stream or handler.unary_stream)(request, context):
                self.seen.append(current_policies())
                yield response
            self.seen.append(current_policies())

        make = getattr(grpc, f"{'stream' if handler.request_streaming else 'unary'}_stream_rpc_method_handler")
        return make(answers, handler.request_deserializer, handler.response_serializer)


class Served:
    """Stubs of the services on the server."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.devices = devices_grpc.DeviceServiceStub(channel)
        self.projects = projects_grpc.ProjectServiceStub(channel)


@asynccontextmanager
async def serving(
    resolver: Resolver,
    handlers: Mapping[str, Any],
    *,
    interceptors: Sequence[grpc.aio.ServerInterceptor] | None = None,
    outside: Sequence[grpc.aio.ServerInterceptor] = (),
    leave_out: Sequence[str] = (),
) -> AsyncIterator[Served]:
    """Serves the example services with `handlers`, by the name of the RPC; all others are unimplemented.

    At the end, nothing may have gone wrong in the background.
    """
    wrong: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, report: None if _is_of_another_loop(report) else wrong.append(report))
    if interceptors is None:
        interceptors = [PolicyInterceptor(DEVICES, resolver, leave_out=leave_out)]
    with ThreadPoolExecutor(1) as threads:
        server = grpc.aio.server(threads, interceptors=[*outside, *interceptors])
        devices, projects = devices_grpc.DeviceServiceServicer(), projects_grpc.ProjectServiceServicer()
        for name, handler in handlers.items():
            setattr(devices if hasattr(devices, name) else projects, name, handler)
        devices_grpc.add_DeviceServiceServicer_to_server(devices, server)
        projects_grpc.add_ProjectServiceServicer_to_server(projects, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Served(channel)
        finally:
            await server.stop(None)
    gc.collect()
    await asyncio.sleep(0)
    assert not wrong, wrong
    assert current_policies() == {}


def _is_of_another_loop(report: dict[str, Any]) -> bool:
    """grpc.aio has one poller for all loops of a process; it may still have an event for one that an earlier test
    closed, and says so in whichever loop runs now."""
    closed = str(report.get("exception")) == "Event loop is closed"
    return closed and "PollerCompletionQueue._handle_events" in str(report.get("message"))


class Turns:
    """Lets the steps of several tasks happen in an order that a test chooses."""

    def __init__(self) -> None:
        self._reached: dict[str, asyncio.Event] = {}

    def __getitem__(self, point: str) -> asyncio.Event:
        return self._reached.setdefault(point, asyncio.Event())

    async def pass_by(self, point: str) -> None:
        """Says that a point is reached, and waits until it is left."""
        self[point].set()
        await self[f"{point} left"].wait()

    async def leave(self, point: str) -> None:
        """Waits until a point is reached, and lets whoever is there go on."""
        await self[point].wait()
        self[f"{point} left"].set()
