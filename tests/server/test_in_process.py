"""A channel to handlers of the same process behaves as one over the network, as far as it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest

from goten.meta.v1 import methods
from goten.meta.v1.region_pb2 import Region
from goten.refusals import not_found
from goten.server.adaptor import stream_handler, unary_handler
from goten.server.in_process import InProcessChannel

GET = methods.GET_REGION
WATCH = methods.WATCH_REGIONS


class Regions:
    def __init__(self) -> None:
        self.sent = 0
        self.closed = False

    async def get(self, request: Any, caller: str) -> Region:
        if request.name == "regions/slow":
            await asyncio.sleep(60)
        if request.name != "regions/a":
            raise not_found("meta.goten.com/Region", request.name)
        return Region(name=request.name)

    async def watch(self, request: Any, caller: str) -> AsyncIterator[Any]:
        try:
            for _ in range(request.max_chunk_size):
                self.sent += 1
                yield WATCH.response(snapshot_size=self.sent)
            if request.filter:
                await asyncio.sleep(60)
        finally:
            self.closed = True


@pytest.fixture
def regions() -> Regions:
    return Regions()


@pytest.fixture
async def channel(regions: Regions) -> AsyncIterator[InProcessChannel]:
    handlers = {GET.api: {GET.name: unary_handler(GET, regions.get), WATCH.name: stream_handler(WATCH, regions.watch)}}
    channel = InProcessChannel([handlers])
    yield channel
    await channel.close()


def get(channel: InProcessChannel) -> Any:
    return channel.unary_unary(GET.path, GET.request.SerializeToString, GET.response.FromString)


def watch(channel: InProcessChannel, **request: Any) -> Any:
    call = channel.unary_stream(WATCH.path, WATCH.request.SerializeToString, WATCH.response.FromString)
    return call(WATCH.request(**request))


async def test_answers_with_copies(channel: InProcessChannel) -> None:
    answer = await get(channel)(GET.request(name="regions/a"))
    assert answer == Region(name="regions/a")


async def test_a_refusal_comes_with_code_and_details(channel: InProcessChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await get(channel)(GET.request(name="regions/b"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert any(key == "grpc-status-details-bin" for key, _ in caught.value.trailing_metadata())


async def test_a_timeout_is_kept(channel: InProcessChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await get(channel)(GET.request(name="regions/slow"), timeout=0.01)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_what_is_not_served_is_unimplemented(channel: InProcessChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await channel.unary_unary("/x/Y")(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_stream_is_read_to_its_end(channel: InProcessChannel) -> None:
    stream = watch(channel, max_chunk_size=40)
    read = [await stream.read() for _ in range(40)]
    assert [response.snapshot_size for response in read] == list(range(1, 41))
    assert await stream.read() is grpc.aio.EOF


async def test_a_slow_reader_holds_the_handler_up(channel: InProcessChannel, regions: Regions) -> None:
    stream = watch(channel, max_chunk_size=1000)
    await stream.read()
    await asyncio.sleep(0.01)
    assert regions.sent < 50


async def test_a_cancelled_stream_ends_its_handler(channel: InProcessChannel, regions: Regions) -> None:
    stream = watch(channel, max_chunk_size=1, filter="wait")
    await stream.read()
    stream.cancel()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stream.read()
    assert caught.value.code() is grpc.StatusCode.CANCELLED
    assert regions.closed


async def test_closing_ends_everything(channel: InProcessChannel, regions: Regions) -> None:
    stream = watch(channel, max_chunk_size=1, filter="wait")
    await stream.read()
    await channel.close()
    assert regions.closed
    with pytest.raises(grpc.aio.UsageError):
        watch(channel)
