"""Watches of one resource."""

from __future__ import annotations

import grpc
import pytest

from goten.refusals import Refused
from goten.types import view_pb2
from tests.server.watching.rig import Stream, deployment, name_of, running_rig


async def told(stream: Stream) -> list[str]:
    """The region of what is there, `-` for what is not, response by response."""
    changes = [response.change for response in await stream.read_all()]
    assert {change.WhichOneof("change_type") for change in changes} <= {"current", "removed"}
    return [change.current.deployment.region if change.HasField("current") else "-" for change in changes]


async def test_current_then_current_or_removed() -> None:
    """FEED-17."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r1"))
        async with rig.watch_one(name_of("a")) as stream:
            assert await told(stream) == ["r1"]
            await rig.put(deployment("a", region="r2"))
            assert await told(stream) == ["r2"]
            await rig.remove(name_of("a"))
            [response] = await stream.read_all()
            assert response.change.removed.name == name_of("a")


async def test_a_resource_that_is_not_there() -> None:
    """FEED-17."""
    async with running_rig() as rig, rig.watch_one(name_of("a")) as stream:
        with pytest.raises(Refused) as caught:
            await stream.read()
        assert caught.value.code is grpc.StatusCode.NOT_FOUND
        assert rig.hub.watchers == 0


async def test_a_resource_that_is_created_again() -> None:
    """FEED-17: the stream stays open."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r1"))
        async with rig.watch_one(name_of("a")) as stream:
            assert await told(stream) == ["r1"]
            await rig.remove(name_of("a"))
            assert await told(stream) == ["-"]
            await rig.put(deployment("a", region="r2"))
            assert await told(stream) == ["r2"]


async def test_states_may_be_skipped() -> None:
    """FEED-12, FEED-17."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r1"))
        async with rig.watch_one(name_of("a")) as stream:
            assert await told(stream) == ["r1"]
            reading = await stream.poll()
            assert reading is None
            await rig.put(deployment("a", region="r2"))
            await stream.poll()
            for region in ("r3", "r4"):
                await rig.put(deployment("a", region=region))
            await rig.remove(name_of("a"))
            await rig.put(deployment("a", region="r5"))
            assert (await told(stream))[-1] == "r5"


async def test_a_mask() -> None:
    """FEED-9, FEED-17."""
    async with running_rig() as rig:
        await rig.put(deployment("a", region="r1", public_domain="p1"))
        async with rig.watch_one(name_of("a"), view=view_pb2.NAME, mask=["region"]) as stream:
            [response] = await stream.read_all()
            assert response.change.current.deployment == deployment("a", region="r1")
            await rig.put(deployment("a", region="r1", public_domain="p2"))
            assert await stream.poll() is None
            await rig.put(deployment("a", region="r2", public_domain="p2"))
            assert await told(stream) == ["r2"]


async def test_others_do_not_wake_it() -> None:
    async with running_rig() as rig:
        await rig.put(deployment("a"))
        async with rig.watch_one(name_of("a")) as stream:
            await stream.read_all()
            await rig.put(deployment("b"))
            await rig.clock.advance(100)
            assert await stream.poll() is None


@pytest.mark.parametrize("name", ["", "nonsense", "services/s/deployments/-", "services/s"])
async def test_what_is_no_name_of_one_resource(name: str) -> None:
    async with running_rig() as rig, rig.watch_one(name) as stream:
        with pytest.raises(Refused, match=r"^INVALID_ARGUMENT: name: "):
            await stream.read()
