"""The process side of serving, over real gRPC: readiness, health, reflection, limits, and the end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # type: ignore[import-untyped]

from goten.meta.v1 import methods, region_service_pb2_grpc
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.region_service_pb2 import GetRegionRequest, WatchRegionsRequest, WatchRegionsResponse
from goten.server.adaptor import stream_handler, unary_handler
from goten.server.host import Server
from goten.server.listening import ListenRefused
from tests.server.scene import details_of, refused

API = "goten.meta.v1.RegionService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Regions:
    """Gets answer when they are let; watches send one response and wait."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.let.set()
        self.called = asyncio.Event()
        self.open = 0
        self.cancelled = 0

    async def get(self, request: Any, caller: str) -> Any:
        self.called.set()
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return Region(name=request.name)

    async def watch(self, request: Any, caller: str) -> AsyncIterator[Any]:
        self.open += 1
        try:
            yield WatchRegionsResponse(is_current=True)
            await asyncio.Event().wait()
        finally:
            self.open -= 1

    def handlers(self) -> Any:
        return {
            API: {
                "GetRegion": unary_handler(methods.GET_REGION, self.get),
                "WatchRegions": stream_handler(methods.WATCH_REGIONS, self.watch),
            }
        }


@asynccontextmanager
async def host(regions: Regions, **options: Any) -> AsyncIterator[tuple[Server, Any, grpc.aio.Channel]]:
    server = Server([regions.handlers()], **{"listen": "127.0.0.1:0", **options})
    await server.start()
    try:
        async with grpc.aio.insecure_channel(server.address) as channel:
            yield server, region_service_pb2_grpc.RegionServiceStub(channel), channel
    finally:
        await server.stop(grace=0)


async def status(channel: grpc.aio.Channel, api: str = "") -> int:
    stub = health_pb2_grpc.HealthStub(channel)
    answer: int = (await stub.Check(health_pb2.HealthCheckRequest(service=api))).status
    return answer


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_nothing_is_served_until_it_is_ready() -> None:
    """METHOD-17"""
    async with host(Regions()) as (server, stub, channel):
        error = await refused(stub.GetRegion(GetRegionRequest(name="regions/eu")))
        assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "the server is not ready yet")
        assert [await status(channel, api) for api in ("", API)] == [NOT_SERVING, NOT_SERVING]
        server.ready()
        assert (await stub.GetRegion(GetRegionRequest(name="regions/eu"))).name == "regions/eu"
        assert [await status(channel, api) for api in ("", API)] == [SERVING, SERVING]
        error = await refused(status(channel, "unknown"))
        assert error.code() is grpc.StatusCode.NOT_FOUND


async def test_all_who_watch_the_health_are_told() -> None:
    """METHOD-17"""
    async with host(Regions()) as (server, _, channel):
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service=API)
        first, second, leaving = (stub.Watch(request) for _ in range(3))
        unknown = stub.Watch(health_pb2.HealthCheckRequest(service="unknown"))
        assert [(await call.read()).status for call in (first, second, leaving)] == [NOT_SERVING] * 3
        assert (await unknown.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        leaving.cancel()
        server.ready()
        assert [(await call.read()).status for call in (first, second)] == [SERVING] * 2
        await server.stop(grace=5)
        assert [(await call.read()).status for call in (first, second)] == [NOT_SERVING] * 2
        assert [await call.code() for call in (first, second)] == [grpc.StatusCode.OK] * 2


async def test_streams_end_and_requests_under_way_finish() -> None:
    """METHOD-17"""
    regions = Regions()
    async with host(regions) as (server, stub, _):
        server.ready()
        watch = stub.WatchRegions(WatchRegionsRequest())
        assert (await watch.read()).is_current
        regions.let.clear()
        get = stub.GetRegion(GetRegionRequest(name="regions/eu"))
        get_task = asyncio.ensure_future(get)
        await regions.called.wait()
        stopping = asyncio.create_task(server.stop(grace=5))
        error = await refused(watch.read())
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert "going away" in str(error.details())
        assert regions.open == 0
        late = await refused(stub.GetRegion(GetRegionRequest(name="regions/us"), wait_for_ready=False))
        assert late.code() is grpc.StatusCode.UNAVAILABLE
        regions.let.set()
        assert (await get_task).name == "regions/eu"
        await stopping
        await server.stop()


async def test_requests_that_outlast_the_grace_are_cancelled() -> None:
    """METHOD-17"""
    regions = Regions()
    async with host(regions) as (server, stub, _):
        server.ready()
        regions.let.clear()
        get = asyncio.ensure_future(stub.GetRegion(GetRegionRequest(name="regions/eu")))
        await regions.called.wait()
        await server.stop(grace=0.05)
        assert (await refused(get)).code() is grpc.StatusCode.UNAVAILABLE
        await until(lambda: regions.cancelled == 1)


async def test_a_connection_has_a_bounded_number_of_streams() -> None:
    """METHOD-18"""
    regions = Regions()
    async with host(regions, streams_per_connection=2) as (server, stub, _):
        server.ready()
        calls = [stub.WatchRegions(WatchRegionsRequest()) for _ in range(2)]
        for call in calls:
            await call.read()
        error = await refused(stub.WatchRegions(WatchRegionsRequest()).read())
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert details_of(error)["ErrorInfo"].reason == "TOO_MANY_STREAMS"
        assert details_of(error)["ErrorInfo"].metadata["limit"] == "2"
        options = [("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(server.address, options=options) as other:
            another: Any = region_service_pb2_grpc.RegionServiceStub(other).WatchRegions(WatchRegionsRequest())
            assert (await another.read()).is_current
        calls[0].cancel()
        await until(lambda: regions.open == 1)
        assert (await stub.WatchRegions(WatchRegionsRequest()).read()).is_current


async def test_reflection_knows_the_apis() -> None:
    async with host(Regions()) as (_, _, channel):
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        call = stub.ServerReflectionInfo(
            iter(
                [
                    reflection_pb2.ServerReflectionRequest(list_services=""),
                    reflection_pb2.ServerReflectionRequest(file_containing_symbol=API),
                ]
            )
        )
        answers = [answer async for answer in call]
    names = {service.name for service in answers[0].list_services_response.service}
    assert names == {API, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert answers[1].file_descriptor_response.file_descriptor_proto


async def test_requests_have_a_size_limit() -> None:
    async with host(Regions(), max_request_bytes=1000) as (server, stub, _):
        server.ready()
        assert await stub.GetRegion(GetRegionRequest(name="x" * 900))
        error = await refused(stub.GetRegion(GetRegionRequest(name="x" * 1100)))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_what_cannot_be_read_is_no_failure_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """METHOD-12"""
    async with host(Regions()) as (server, _, channel):
        server.ready()
        call: Any = channel.unary_unary(f"/{API}/GetRegion")
        error = await refused(call(b"\xff\xff"))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "the request cannot be read as goten.meta.v1.GetRegionRequest" in str(error.details())
        unknown_method: Any = channel.unary_unary(f"/{API}/Unknown")
        unknown = await refused(unknown_method(b""))
        assert unknown.code() is grpc.StatusCode.UNIMPLEMENTED
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def test_unexpected_failures_are_logged_once_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """METHOD-12"""

    async def fail(request: Any, caller: str) -> Any:
        raise RuntimeError("the secret")

    handler = {API: {"GetRegion": unary_handler(methods.GET_REGION, fail)}}
    server = Server([handler], listen="127.0.0.1:0")
    await server.start()
    server.ready()
    async with grpc.aio.insecure_channel(server.address) as channel:
        error = await refused(region_service_pb2_grpc.RegionServiceStub(channel).GetRegion(GetRegionRequest()))
    await server.stop(grace=0)
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in f"{error.details()}{error.trailing_metadata()}"
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info is not None
    assert "the secret" in str(record.exc_info[1])


async def test_a_caller_who_leaves_cancels_what_runs_for_it() -> None:
    regions = Regions()
    async with host(regions) as (server, stub, _):
        server.ready()
        regions.let.clear()
        get = stub.GetRegion(GetRegionRequest(name="regions/eu"))
        asking = asyncio.ensure_future(get)
        await regions.called.wait()
        get.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await until(lambda: regions.cancelled == 1)
        watch = stub.WatchRegions(WatchRegionsRequest())
        await watch.read()
        watch.cancel()
        await until(lambda: regions.open == 0)


async def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = Server([Regions().handlers()], listen=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ListenRefused, match="something else listens there; end that first, or choose another port"):
            await server.start()
        await server.stop()


async def test_a_unix_socket_will_do(tmp_path: Path) -> None:
    async with host(Regions(), listen=f"unix:{tmp_path}/s", streams_per_connection=1) as (server, stub, _):
        server.ready()
        assert (server.port, server.address) == (0, f"unix:{tmp_path}/s")
        assert (await stub.GetRegion(GetRegionRequest(name="regions/eu"))).name == "regions/eu"
        # Its connections cannot be told apart.
        for _ in range(3):
            assert (await stub.WatchRegions(WatchRegionsRequest()).read()).is_current


async def test_handlers_of_one_api_may_come_from_several() -> None:
    async def get(request: Any, caller: str) -> Any:
        return Region(name="regions/made")

    operation: Callable[[Any, str], Awaitable[Any]] = get
    parts = [
        {API: {"GetRegion": unary_handler(methods.GET_REGION, operation)}},
        {API: {"ListRegions": unary_handler(methods.LIST_REGIONS, operation)}},
    ]
    assert Server(parts, listen="127.0.0.1:0").port == 0
    with pytest.raises(ValueError, match=r"goten\.meta\.v1\.RegionService has two handlers of GetRegion"):
        Server([parts[0], *parts])
