"""Random trouble: no answer of a PolicyStore is older than allowed, none is made up, none takes for ever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from dataclasses import dataclass, field

import grpc.aio
import pytest
from identity.proto.v1 import project_service_pb2

from goten.policy_store import PolicyStore
from tests.processes.identity import DEADLINE, Identity
from tests.processes.policies import QUICK, SLACK, account, ask, ask_until, running_store
from tests.processes.truth import Truth
from tests.processes.waiting import until
from tests.servers.process import ServerProcess

PROJECTS = [f"projects/p{number}" for number in range(4)]
ORGANIZATION = "organizations/o1"
HOLDERS = [*PROJECTS, ORGANIZATION]
LONGEST_LAG = 0.5
ALLOWED_AGE = max(QUICK.max_stale, LONGEST_LAG + QUICK.fetch_within) + SLACK
"""What a source delivered is of use for `max_stale`; a fetch may be answered by a server that lags."""


def _unwritten() -> dict[str, Truth[tuple[str, ...] | None]]:
    return {holder: Truth(None) for holder in HOLDERS}


@dataclass
class World:
    """One server, one store, and what its holders' policies truly are."""

    server: ServerProcess
    identity: Identity
    store: PolicyStore
    random: random.Random
    truths: dict[str, Truth[tuple[str, ...] | None]] = field(default_factory=_unwritten)
    versions: int = 0
    good_answers: int = 0
    excuses: int = 0
    """Answers that said that nothing is known now."""
    starting: asyncio.Task[None] | None = None

    async def write_projects(self, name: str) -> None:
        """Changes, deletes and creates a project again and again."""
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 0.3))
            gone = self.random.random() < 0.2
            await self._write(name, None if gone else self._new_regions())

    async def write_organization(self) -> None:
        """Changes the policy of the organization again and again."""
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 1.0))
            await self._write(ORGANIZATION, self._new_regions())

    async def ask(self) -> None:
        """Asks for random names, and compares with what was true."""
        now = asyncio.get_running_loop().time
        while True:
            holder = self.random.choice(HOLDERS)
            began = now()
            answer = await ask(self.store, account_below(holder))
            if isinstance(answer, type):
                self.excuses += 1
            else:
                self.good_answers += 1
                allowed = self.truths[holder].allowed(began - ALLOWED_AGE, now())
                assert answer in allowed, f"{holder} is said to have {answer}, when it may have {allowed}"
            await asyncio.sleep(self.random.uniform(0.0, 0.02))

    async def make_trouble(self) -> None:
        """One trouble after the other, with pauses in which all is well, at first some time."""
        control = self.identity.control
        await asyncio.sleep(0.5)
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 1.5))
            trouble = self.random.choice([self._kill, self._pause, control.compact, self._misbehave, self._misbehave])
            await trouble()

    async def _kill(self) -> None:
        self.server.kill()
        await asyncio.sleep(self.random.choice([0.0, self.random.uniform(0.0, 3.0)]))
        await self._start()

    async def _start(self) -> None:
        """Starts the server in a thread; whoever stops waiting does not stop that."""
        self.starting = asyncio.create_task(asyncio.to_thread(self.server.start))
        await asyncio.shield(self.starting)

    async def _pause(self) -> None:
        self.server.pause()
        await asyncio.sleep(self.random.uniform(0.1, 3.0))
        self.server.go_on()

    async def _misbehave(self) -> None:
        control = self.identity.control
        match self.random.randrange(7):
            case 0:
                await control.set(hold_watch=True)
            case 1:
                await control.set(frozen=True)
            case 2:
                await control.set(watch_delay=self.random.uniform(0.0, 0.2))
            case 3:
                await control.set(answer_delay=self.random.uniform(0.0, 0.8), get_delay=self.random.uniform(0.0, 0.8))
            case 4:
                await control.set(refuse_watch=self.random.choice(["UNAVAILABLE", "OUT_OF_RANGE", "NOT_FOUND"]))
            case 5:
                await control.set(size_error=self.random.choice([-1, 1, None]))
            case 6:
                await control.set(lag=True, hold_watch=self.random.random() < 0.5)
                await asyncio.sleep(self.random.uniform(0.0, LONGEST_LAG))
                await control.set(lag=False)
        await asyncio.sleep(self.random.uniform(0.0, 2.0))
        await control.clear()

    async def _write(self, holder: str, regions: tuple[str, ...] | None) -> None:
        """Repeats a write until it is acknowledged, so that it is known what is true."""
        now = asyncio.get_running_loop().time
        self.truths[holder].begin(regions, now())
        while True:
            try:
                await self.make_true(holder, regions)
            except grpc.aio.AioRpcError:
                await asyncio.sleep(0.02)
            else:
                self.truths[holder].end(now())
                return

    async def make_true(self, holder: str, regions: tuple[str, ...] | None) -> None:
        """Writes the policy of a holder, or deletes it; may be repeated."""
        if holder == ORGANIZATION:
            if regions is not None:
                await self.identity.put_organization(holder, regions)
        elif regions is not None:
            await self.identity.put_project(holder, regions)
        else:
            request = project_service_pb2.DeleteProjectRequest(name=holder, allow_missing=True)
            await self.identity.projects.DeleteProject(request, timeout=DEADLINE, wait_for_ready=True)

    async def end_trouble(self) -> None:
        """Whatever was going on when time was up."""
        if self.starting is not None:
            await self.starting
        if self.server.running:
            self.server.go_on()
        else:
            await self._start()
        await self.identity.control.clear()

    def _new_regions(self) -> tuple[str, ...]:
        """Never the same twice, so that every answer tells which write it is of."""
        self.versions += 1
        return (f"r{self.versions}",)


def account_below(holder: str) -> str:
    return account(holder) if holder.startswith("projects/") else f"{holder}/serviceAccounts/robot"


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.full)])
async def test_random_trouble(server: ServerProcess, identity: Identity, seconds: float) -> None:
    """STORE-6 to STORE-14. `SEED=n` in the environment repeats a run, as far as processes allow."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    print(f"SEED={seed}")
    async with running_store(server.address) as store:
        world = World(server, identity, store, random.Random(seed))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for project in PROJECTS:
                    group.create_task(world.write_projects(project))
                group.create_task(world.write_organization())
                group.create_task(world.make_trouble())
                for _ in range(3):
                    group.create_task(world.ask())
        await world.end_trouble()
        for holder, truth in world.truths.items():
            await world.make_true(holder, truth.now)
            await ask_until(store, account_below(holder), truth.now)
        await until(lambda: all(source.stale_for is None for source in store.sources), "all sources are current")
        print(f"{world.good_answers} answers, {world.excuses} excuses, {world.versions} policies")
        assert world.good_answers > 0
