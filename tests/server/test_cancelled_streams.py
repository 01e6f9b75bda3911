"""Streams that the server ends at the worst moments: their clients are told all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest

from goten.meta.v1 import methods, region_service_pb2_grpc
from goten.meta.v1.region_service_pb2 import WatchRegionsRequest, WatchRegionsResponse
from goten.server.adaptor import stream_handler
from goten.server.host import Server
from tests.server.scene import refused

API = "goten.meta.v1.RegionService"


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("sent", [0, 1, 3])
async def test_a_stream_that_is_ended_while_it_sends(sent: int, turns: int) -> None:
    """METHOD-17: so many responses were sent before, and so many turns of the event loop later it is ended."""
    stopping: list[asyncio.Task[None]] = []

    async def stop() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop(grace=30)

    async def watch(request: Any, caller: str) -> AsyncIterator[Any]:
        for _ in range(sent):
            yield WatchRegionsResponse(is_current=True)
        stopping.append(asyncio.create_task(stop()))
        while True:
            yield WatchRegionsResponse(is_current=True)

    server = Server([{API: {"WatchRegions": stream_handler(methods.WATCH_REGIONS, watch)}}], listen="127.0.0.1:0")
    await server.start()
    server.ready()
    async with grpc.aio.insecure_channel(server.address) as channel:
        call = region_service_pb2_grpc.RegionServiceStub(channel).WatchRegions(WatchRegionsRequest(), timeout=20)
        error = await refused(_read_all(call))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "going away" in str(error.details())
    await asyncio.gather(*stopping)


async def _read_all(call: Any) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass
