"""Many clients at once, as when a server is back after a while."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc.aio

from goten.meta.v1 import methods, region_service_pb2_grpc
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.region_service_pb2 import GetRegionRequest
from goten.server.adaptor import unary_handler
from goten.server.host import Server

AT_ONCE = 2_500


async def get(request: Any, caller: str) -> Any:
    return Region(name=request.name)


async def test_all_requests_are_served_however_many_come_at_once() -> None:
    """gRPC by itself cancels some of those beyond 1,000."""
    api = {"goten.meta.v1.RegionService": {"GetRegion": unary_handler(methods.GET_REGION, get)}}
    server = Server([api], listen="127.0.0.1:0")
    await server.start()
    server.ready()
    try:
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub = region_service_pb2_grpc.RegionServiceStub(channel)
            await stub.GetRegion(GetRegionRequest(name="regions/warm"))
            calls = [stub.GetRegion(GetRegionRequest(name=f"regions/r{number}")) for number in range(AT_ONCE)]
            await asyncio.sleep(0)
            # They are on their way, and the server, in this same loop, takes none of them for a while.
            time.sleep(0.5)  # noqa: ASYNC251
            answers = await asyncio.gather(*calls)
    finally:
        await server.stop(grace=1)
    assert [answer.name for answer in answers] == [f"regions/r{number}" for number in range(AT_ONCE)]
