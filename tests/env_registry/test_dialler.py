"""Channels to real servers: shared, drained, replaced (ENV-15 to ENV-17)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest

from goten.channels import UnknownService
from goten.env_registry.changes import Change, DeploymentChange
from goten.env_registry.dialler import Dialler
from goten.env_registry.endpoints import Wanted
from goten.env_registry.environment import Environment, with_deployments
from goten.env_registry.reachability import SETTLING
from goten.meta.v1.common_pb2 import LabelledDomain
from goten.meta.v1.deployment_pb2 import Deployment
from goten.watch import Clock
from tests.env_registry.clocks import JumpingClock
from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.samples import deployment

IAM, DEVICES = "iam.example.com", "devices.example.com"
HERE = Wanted(IAM, "v1", "us-west2")


class Backend(grpc.GenericRpcHandler):
    """Answers its name: at once, when it is told to, or in three parts when it is told to."""

    def __init__(self, name: str) -> None:
        self.name = name.encode()
        self.go_on = asyncio.Event()
        self.asked = asyncio.Event()
        self.address = ""
        self._server: Any = None

    async def start(self) -> None:
        """Listens where it did before, if it did."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((self,))
        self.address = f"127.0.0.1:{self._server.add_insecure_port(self.address or '127.0.0.1:0')}"
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(0)

    def service(self, details: Any) -> Any:
        async def answer(request: bytes, context: Any) -> bytes:
            return self.name

        async def wait(request: bytes, context: Any) -> bytes:
            self.asked.set()
            await self.go_on.wait()
            return self.name

        async def stream(request: bytes, context: Any) -> AsyncIterator[bytes]:
            yield self.name
            await self.go_on.wait()
            yield self.name
            yield self.name

        if details.method == "/x/Stream":
            return grpc.unary_stream_rpc_method_handler(stream)
        return grpc.unary_unary_rpc_method_handler(wait if details.method == "/x/Wait" else answer)


@asynccontextmanager
async def backends(*names: str) -> AsyncIterator[list[Backend]]:
    started = [Backend(name) for name in names]
    for backend in started:
        await backend.start()
    try:
        yield started
    finally:
        for backend in started:
            await backend.stop()


async def ask(channel: grpc.aio.Channel) -> str:
    """Who answers."""
    call: Any = channel.unary_unary("/x/Answer")
    answer: bytes = await call(b"", timeout=5)
    return answer.decode()


class Place:
    """A dialler, and the deployments around it."""

    def __init__(self, drain: float = 5.0, clock: Clock | None = None) -> None:
        self.dialler = Dialler(drain=drain, clock=clock)
        self.environment = Environment()
        self.own: Deployment | None = None

    def put(self, region: str, address: str, domain: str = IAM, **fields: Any) -> None:
        """A deployment comes, or is another now."""
        self._change(domain, region, deployment(domain, region, public_domain=address, **fields))

    def take_away(self, region: str, domain: str = IAM) -> None:
        self._change(domain, region, None)

    def move(self, own: Deployment) -> None:
        self.own = own
        self.dialler.follow(self.environment, own, ())

    def _change(self, domain: str, region: str, after: Deployment | None) -> None:
        before = self.environment.deployment(domain, region)
        name = f"services/{domain}/deployments/{region}"
        changed, removed = ([after], []) if after is not None else ([], [name])
        self.environment = with_deployments(self.environment, changed, removed)
        changes: list[Change] = [DeploymentChange(name, before, after)]
        self.dialler.follow(self.environment, self.own, changes)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with nothing_left():
        made = Place()
        yield made
        await made.dialler.close()


async def test_channels_are_shared_by_address(place: Place) -> None:
    """ENV-15"""
    async with backends("one") as (one,):
        place.put("us-west2", one.address)
        place.put("us-west2", one.address, domain=DEVICES)
        channel = place.dialler.channel(HERE)
        assert place.dialler.channel(Wanted(IAM, "v1")) is channel
        assert place.dialler.channel(Wanted(DEVICES, "v1")) is channel
        assert place.dialler.addresses == (one.address,)
        assert await ask(channel) == "one"


async def test_rpcs_under_way_end_on_the_old_channel(place: Place) -> None:
    """ENV-17: the endpoint changes; what is under way finishes, what is new goes to the new one."""
    async with backends("old", "new") as (old, new):
        place.put("us-west2", old.address)
        channel: Any = place.dialler.channel(HERE)
        waiting = channel.unary_unary("/x/Wait")(b"")
        stream = channel.unary_stream("/x/Stream")(b"")
        assert await stream.read() == b"old"
        await old.asked.wait()
        place.put("us-west2", new.address)
        replaced = place.dialler.channel(HERE)
        assert replaced is not channel
        assert await ask(replaced) == "new"
        old.go_on.set()
        assert await waiting == b"old"
        assert [await stream.read(), await stream.read(), await stream.read()] == [b"old", b"old", grpc.aio.EOF]
        assert place.dialler.addresses == (new.address,)


async def test_rpcs_may_not_go_on_for_ever() -> None:
    """ENV-17: within a stated time."""
    async with nothing_left(), backends("old", "new") as (old, new):
        place = Place(drain=0.2)
        place.put("us-west2", old.address)
        channel: Any = place.dialler.channel(HERE)
        waiting = channel.unary_unary("/x/Wait")(b"")
        await old.asked.wait()
        place.put("us-west2", new.address)
        assert await waiting.code() is grpc.StatusCode.CANCELLED
        with pytest.raises(grpc.aio.UsageError):
            await ask(channel)
        await place.dialler.close()


@pytest.mark.parametrize("turns", [0, 1, 5])
async def test_closing_ends_what_was_retired(place: Place, turns: int) -> None:
    """ENV-22"""
    async with backends("old", "new") as (old, new):
        place.put("us-west2", old.address)
        channel: Any = place.dialler.channel(HERE)
        waiting = channel.unary_unary("/x/Wait")(b"")
        await old.asked.wait()
        place.put("us-west2", new.address)
        for _ in range(turns):
            await asyncio.sleep(0)
        await place.dialler.close()
        assert await waiting.code() is grpc.StatusCode.CANCELLED
        assert channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN
        with pytest.raises(RuntimeError, match="closed"):
            place.dialler.channel(HERE)


async def test_a_channel_stays_as_long_as_anyone_has_its_address(place: Place) -> None:
    """ENV-17"""
    async with backends("one") as (one,):
        place.put("us-west2", one.address)
        place.put("eastus2", one.address, domain=DEVICES)
        channel = place.dialler.channel(HERE)
        place.put("us-west2", "127.0.0.1:9")
        assert place.dialler.channel(Wanted(DEVICES, "v1")) is channel
        assert await ask(channel) == "one"
        place.take_away("eastus2", DEVICES)
        assert place.dialler.addresses == ()


async def test_a_disabled_deployment_is_drained_and_comes_back(place: Place) -> None:
    """ENV-15, ENV-17"""
    async with backends("one") as (one,):
        place.put("us-west2", one.address)
        first = place.dialler.channel(HERE)
        place.put("us-west2", one.address, is_disabled=True)
        with pytest.raises(UnknownService, match="disabled"):
            place.dialler.channel(HERE)
        place.put("us-west2", one.address)
        assert place.dialler.channel(HERE) is not first
        assert await ask(place.dialler.channel(HERE)) == "one"


async def test_moving_into_another_network_replaces_private_endpoints(place: Place) -> None:
    """ENV-15, ENV-17"""
    async with backends("public", "private", "label") as (public, private, label):
        place.put(
            "us-west2",
            public.address,
            private_domain=private.address,
            local_network_id="net-1",
            labelled_domains=[LabelledDomain(label="inner", domain=label.address, is_private=True)],
        )
        place.move(deployment(DEVICES, "us-west2", local_network_id="net-1"))
        labelled = Wanted(IAM, "v1", label="inner")
        assert await ask(place.dialler.channel(HERE)) == "private"
        assert await ask(place.dialler.channel(labelled)) == "label"
        place.move(deployment(DEVICES, "us-west2", local_network_id="net-2"))
        assert await ask(place.dialler.channel(HERE)) == "public"
        with pytest.raises(UnknownService):
            place.dialler.channel(labelled)
        assert place.dialler.addresses == (public.address,)


async def test_changes_of_others_touch_no_channel(place: Place) -> None:
    """ENV-17"""
    async with backends("one") as (one,):
        place.put("us-west2", one.address)
        channel = place.dialler.channel(HERE)
        for number in range(20):
            place.put("eastus2", f"127.0.0.1:{number + 1}", domain=DEVICES)
        place.take_away("eastus2", DEVICES)
        assert place.dialler.channel(HERE) is channel
        assert await ask(channel) == "one"


async def test_another_region_answers_while_the_wanted_one_is_down(place: Place) -> None:
    """ENV-16: a real server goes and comes back."""
    async with backends("here", "there") as (here, there):
        place.put("us-west2", here.address)
        place.put("eastus2", there.address)
        anywhere = Wanted(IAM, "v1", "us-west2", other_region=True)
        assert await ask(place.dialler.channel(anywhere)) == "here"
        await here.stop()
        answers = []
        async with asyncio.timeout(10):
            while "there" not in answers:
                try:
                    answers.append(await ask(place.dialler.channel(anywhere)))
                except grpc.aio.AioRpcError as error:
                    answers.append(error.code().name)
                await asyncio.sleep(0.02)
        assert {*answers} <= {"UNAVAILABLE", "there"}
        assert answers.count("UNAVAILABLE") <= 2
        for _ in range(5):
            assert await ask(place.dialler.channel(anywhere)) == "there"
        with pytest.raises(grpc.aio.AioRpcError, match="UNAVAILABLE"):
            await ask(place.dialler.channel(HERE))
        await here.start()

        async def answers_again() -> bool:
            return await ask(place.dialler.channel(anywhere)) == "here"

        await until(answers_again)


async def test_a_connection_that_is_seen_to_end_costs_no_call() -> None:
    """ENV-16: the server says so, or its socket closes; and it is no reason for the other region that it is not
    connected yet."""
    clock = JumpingClock()
    async with nothing_left(), backends("here", "there") as (here, there):
        place = Place(clock=clock)
        place.put("us-west2", here.address)
        place.put("eastus2", there.address)
        anywhere = Wanted(IAM, "v1", "us-west2", other_region=True)
        channels = [place.dialler.channel(anywhere) for _ in range(3)]
        assert channels == [channels[0]] * 3
        assert await ask(channels[0]) == "here"
        for _ in range(3):
            clock.offset += SETTLING + 1
            await here.stop()
            await until(lambda: channels[0].get_state() is not grpc.ChannelConnectivity.READY)
            assert [await ask(place.dialler.channel(anywhere)) for _ in range(5)] == ["there"] * 5
            await here.start()

            async def answers_again() -> bool:
                return await ask(place.dialler.channel(anywhere)) == "here"

            await until(answers_again)
        await place.dialler.close()


async def test_a_connection_may_take_its_time(place: Place) -> None:
    """ENV-15: as one to another continent does."""
    async with backends("far") as (far,):
        host, _, port = far.address.rpartition(":")

        async def lag(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.4)
            from_far, to_far = await asyncio.open_connection(host, int(port))
            await asyncio.gather(_pass_on(reader, to_far), _pass_on(from_far, writer))

        async with await asyncio.start_server(lag, "127.0.0.1", 0) as between:
            place.put("us-west2", f"127.0.0.1:{between.sockets[0].getsockname()[1]}")
            assert await ask(place.dialler.channel(HERE)) == "far"
            await place.dialler.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def test_a_registry_follows_a_deployment_that_moves(town: Neighbourhood) -> None:
    """ENV-17, from Meta to the channel; seed 2: "make networking connections"."""
    async with backends("old", "new") as (old, new):
        first = await town.start(IAM, public_domain=old.address)
        devices = await town.start(DEVICES, imports={IAM: "v1"})
        assert await ask(devices.channel(IAM, "v1")) == "old"
        call: Any = devices.channel(IAM, "v1")
        waiting = call.unary_unary("/x/Wait")(b"")
        await old.asked.wait()
        await first.stop()
        await town.start(IAM, public_domain=new.address, replace_endpoint=True)
        await until(lambda: devices.environment.deployments_of(IAM)["us-west2"].public_domain == new.address)
        assert await ask(devices.channel(IAM, "v1")) == "new"
        old.go_on.set()
        assert await waiting == b"old"
