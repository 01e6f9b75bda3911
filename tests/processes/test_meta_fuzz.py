"""A Meta server, as a process, among clients that do everything wrong: it answers, goes on, and leaks nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from goten.admin.v1 import admin_pb2
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.storage import SqliteStorage
from tests.meta.broken import broken_rules
from tests.meta.world import world
from tests.processes.fuzzed_calls import FuzzedCall, FuzzingClient, complaint, make_call, tokens_in
from tests.processes.fuzzed_messages import REGIONS
from tests.processes.meta_process import DEADLINE, MetaProcess

QUICK, FULL = 400, 10_000
KILLED_CLIENTS = {QUICK: 1, FULL: 15}
SEED = os.environ.get("GOTEN_TEST_SEED")
"""Set it to run a seed again that a failure named."""

HELD_AT_MOST = 100
TOKENS_KEPT = 40
MAX_GROWTH = 250_000_000
"""Bytes: resources of up to a megabyte, and what the history keeps of them."""


class Server:
    """The process, seen from outside."""

    def __init__(self, process: MetaProcess, channel: grpc.aio.Channel) -> None:
        self._process = process
        self._health = health_pb2_grpc.HealthStub(channel)
        self._admin = AdminServiceStub(channel)

    async def check_health(self) -> None:
        """Serving; during an import, soon again."""
        async with asyncio.timeout(DEADLINE):
            while True:
                answer = await self._health.Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    break
                await asyncio.sleep(0.01)
        self._process.take()
        assert self._process.process.poll() is None

    async def status(self) -> admin_pb2.Status:
        return await self._admin.GetStatus(admin_pb2.GetStatusRequest())

    async def watchers(self) -> int:
        """Those of the server's own db-controller aside."""
        return (await self.status()).watchers - 2

    async def unsettled(self) -> int:
        return (await self.status()).unsettled

    @property
    def files(self) -> int:
        return len(os.listdir(f"/proc/{self._process.process.pid}/fd"))

    @property
    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self._process.process.pid}/task"))

    @property
    def memory(self) -> int:
        """Bytes that are resident."""
        pages = Path(f"/proc/{self._process.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Sockets:
    """Clients that do not speak gRPC, or not to the end."""

    PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._place = host, int(port)
        self._open: list[socket.socket] = []

    def connect(self, random: Random) -> None:
        made = socket.create_connection(self._place, timeout=DEADLINE)
        made.sendall(self._noise(random))
        match random.randrange(3):
            case 0:
                made.close()
            case 1:  # With a reset.
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                made.close()
            case 2:
                self._open.append(made)
        while len(self._open) > 20:
            self._open.pop(0).close()

    def _noise(self, random: Random) -> bytes:
        frame = struct.pack(">I", random.choice([0, 9, 2**24 - 1]))[1:] + random.randbytes(6)
        return random.choice(
            [
                b"",
                b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                random.randbytes(200),
                self.PREFACE[: random.randrange(len(self.PREFACE))],
                self.PREFACE + self.SETTINGS,
                self.PREFACE + self.SETTINGS + frame + random.randbytes(100),
                self.PREFACE + self.SETTINGS * 2_000,
            ]
        )

    def close(self) -> None:
        for each in self._open:
            each.close()
        self._open = []


WATCHING = """
import sys, grpc
from goten.meta.v1.service_service_pb2 import WatchServicesRequest, WatchServiceRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
stub = ServiceServiceStub(grpc.insecure_channel(sys.argv[1]))
calls = [stub.WatchServices(WatchServicesRequest(type=number % 2)) for number in range(20)]
calls += [stub.WatchService(WatchServiceRequest(name="services/meta.goten.com")) for _ in range(20)]
for call in calls:
    next(call)
print("open", flush=True)
sys.stdin.read()
"""


def kill_a_watching_client(address: str) -> None:
    """It has 40 watches, reads none of them any more, and is gone without a word."""
    child = subprocess.Popen([sys.executable, "-c", WATCHING, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        child.kill()


@asynccontextmanager
async def server(file: Path) -> AsyncIterator[tuple[MetaProcess, Server]]:
    """A server with some regions, and what is seen of it through a connection of its own."""
    config = file.with_suffix(".toml")
    config.write_text(f"regions = {REGIONS}\n")
    with MetaProcess(f"sqlite:{file}", "--config", str(config)) as process:
        async with grpc.aio.insecure_channel(process.address) as channel:
            yield process, Server(process, channel)


async def until(holds: Callable[[], object], what: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE
    while not holds():
        assert loop.time() < deadline, f"it takes too long until {what}"
        await asyncio.sleep(0.05)


async def until_none(count: Callable[[], object], what: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE
    while number := await count():  # type: ignore[misc]
        assert loop.time() < deadline, f"{number} {what} are left"
        await asyncio.sleep(0.05)


def is_alarming(line: str) -> bool:
    """Whoever deletes Meta's own records, as these clients do, is told by its registry that it cannot mend that."""
    told = "level=error" in line and "logger=goten.env_registry" not in line
    return told or "raceback" in line or "level=critical" in line


class Fuzzing:
    """Makes calls in bursts, and looks at the server after each call."""

    def __init__(self, seed: str, address: str, observed: Server) -> None:
        self._seed = seed
        self._random = Random(seed)
        self._observed = observed
        self._tokens: list[str] = []
        self.client = FuzzingClient(address)
        self.sockets = Sockets(address)

    async def run(self, count: int, first: int) -> None:
        number = first
        while number < first + count:
            burst = range(number, min(number + self._random.randint(1, 8), first + count))
            tokens = tuple(self._tokens)
            await asyncio.gather(*(self._one(each, tokens) for each in burst))
            number = burst.stop
            if self._random.random() < 0.05:
                self.sockets.connect(self._random)
            if self.client.held > HELD_AT_MOST:
                await self.client.leave()

    async def _one(self, number: int, tokens: Sequence[str]) -> None:
        call = make_call(Random(f"{self._seed}/{number}"), tokens)
        outcome = await self.client.run(call)
        problem = complaint(call, outcome)
        assert not problem, f"seed {self._seed}, call {number}: {problem}: {outcome}\n{call}"
        self._tokens = [*self._tokens, *tokens_in(call, outcome)][-TOKENS_KEPT:]
        await self._looked_at(call, number)

    async def _looked_at(self, call: FuzzedCall, number: int) -> None:
        try:
            await self._observed.check_health()
        except (grpc.aio.AioRpcError, TimeoutError, AssertionError) as error:
            raise AssertionError(f"seed {self._seed}, after call {number}: {error!r}\n{call}") from error

    async def close(self) -> None:
        self.sockets.close()
        await self.client.close()


@pytest.mark.parametrize("count", [QUICK, pytest.param(FULL, marks=pytest.mark.full)])
async def test_whatever_comes_is_answered_and_leaves_nothing_behind(tmp_path: Path, count: int) -> None:
    """METHOD-12: also REG-7 to REG-15 and REG-21 hold for all that is stored after it."""
    seed = SEED or str(Random().randrange(1_000_000))
    print(f"seed {seed}")
    file = tmp_path / "meta.sqlite"
    async with server(file) as (process, observed):
        await observed.check_health()
        files, threads = observed.files, observed.threads
        fuzzing = Fuzzing(seed, process.address, observed)
        try:
            part = count // 4
            await fuzzing.run(part, 0)
            memory = observed.memory
            for kill in range(KILLED_CLIENTS[count]):
                await asyncio.to_thread(kill_a_watching_client, process.address)
                share = (count - part) // KILLED_CLIENTS[count]
                await fuzzing.run(share, part + kill * share)
        finally:
            await fuzzing.close()
        await until_none(observed.watchers, "watchers")
        await until_none(observed.unsettled, "unsettled services")
        await until(lambda: observed.files <= files + 2, "the files of all connections are closed")
        assert observed.threads <= threads + 8
        assert observed.memory - memory < MAX_GROWTH
        await observed.check_health()
        process.signal(signal.SIGTERM)
        assert process.wait() == 0
    assert not [line for line in process.err.splitlines() if is_alarming(line)]
    async with world(SqliteStorage(file), regions=(), controller=False) as stored:
        assert stored.pending() == []
        assert broken_rules(stored) == []
        await stored.storage.stop()
