"""Random histories of a server that lags, against what the rules allow to be answered."""

from __future__ import annotations

import asyncio
import random
from typing import Any, TypeAlias

import grpc

from goten.policy_context import PolicyUnavailable
from goten.policy_store import HolderNotFound, WhenLost
from goten.watch import WatchState
from tests.runtime.policy_store.scene import Watching
from tests.runtime.policy_store.services import project, watched

HOLDERS = ["projects/p1", "projects/p2", "projects/p3"]
STEPS = 60
MAX_STALE = 120.0
LAG = 3.0
"""Seconds by which a get may lag behind what is stored."""

State: TypeAlias = str | None
"""The region of a holder; None: it does not exist."""


class World:
    """A server with a few holders, its watch and its gets, of which each sees the past in its own way."""

    def __init__(self, scene: Watching, dice: random.Random) -> None:
        self.scene = scene
        self.dice = dice
        self.history: list[tuple[float, dict[str, State]]] = [
            (0.0, {"projects/p1": "eu", "projects/p2": "us", "projects/p3": None})
        ]
        self.sent = 0
        """The revision that the watch has delivered; its resume token is `t` and that."""
        self.asked_at: dict[int, float] = {}
        self.questions: list[tuple[str, asyncio.Task[Any]]] = []

    @property
    def now(self) -> float:
        return self.scene.clock.now()

    @property
    def is_current(self) -> bool:
        return self.scene.state == WatchState.CURRENT

    @property
    def is_connected(self) -> bool:
        return not (self.scene.stream.ended or self.scene.stream.cancelled)

    def states_since(self, moment: float, holder: str) -> set[State]:
        """All states of a holder that were the stored ones at `moment` or later."""
        ends = [begin for begin, _ in self.history[1:]] + [float("inf")]
        return {state[holder] for (_, state), end in zip(self.history, ends, strict=True) if end >= moment}

    # --- steps ------------------------------------------------------------------------------------------------------

    async def write(self) -> None:
        holder = self.dice.choice(HOLDERS)
        state = self.dice.choice(["eu", "us", "asia", None])
        self.history.append((self.now, {**self.history[-1][1], holder: state}))

    async def deliver(self) -> None:
        """Some of what was stored since, up to a boundary; a bookmark if there is nothing new."""
        if not self.is_connected:
            return
        upto = self.dice.randint(self.sent, len(self.history) - 1)
        before, after = self.history[self.sent][1], self.history[upto][1]
        changed = [_item(holder, after[holder]) for holder in HOLDERS if before[holder] != after[holder]]
        self.sent = upto
        await self.scene.stream.send(watched(*changed, token=f"t{upto}"))

    async def reset(self) -> None:
        """A snapshot from now on, of a revision that is not older than what was delivered."""
        if not self.is_connected:
            return
        upto = self.dice.randint(self.sent, len(self.history) - 1)
        state = self.history[upto][1]
        there = [project(holder, region) for holder, region in state.items() if region is not None]
        await self.scene.stream.send(watched(reset=True))
        if self.dice.random() < 0.3:
            await self.ask()
        self.sent = upto
        await self.scene.stream.send(watched(*there, token=f"t{upto}"))

    async def lose(self) -> None:
        if self.is_connected:
            await self.scene.stream.end()

    async def ask(self) -> None:
        holder = self.dice.choice(HOLDERS)
        task = await self.scene.asking(f"{holder}/rooms/r")
        self.questions.append((holder, task))
        if task.done():
            self.check_now(holder, _answer(task))

    async def answer(self) -> None:
        """Some get, as the server was at some moment since a little before it was asked."""
        self.note_gets()
        waiting = [(number, call) for number, call in enumerate(self.scene.gets) if not call.is_over]
        if not waiting:
            return
        number, call = self.dice.choice(waiting)
        state = self.dice.choice(sorted(self.states_since(self.asked_at[number] - LAG, call.request.name), key=str))
        if self.dice.random() < 0.15:
            await call.fail(grpc.StatusCode.UNAVAILABLE)
        elif state is None:
            await call.fail(grpc.StatusCode.NOT_FOUND)
        else:
            await call.answer(project(call.request.name, state))

    async def wait(self) -> None:
        self.note_gets()
        await self.scene.clock.advance(self.dice.choice([0.1, 1.0, 1.0, 4.0, 20.0, 130.0]))

    def note_gets(self) -> None:
        for number in range(len(self.scene.gets)):
            self.asked_at.setdefault(number, self.now)

    # --- what must hold -----------------------------------------------------------------------------------------------

    def check_now(self, holder: str, answer: State | type[PolicyUnavailable]) -> None:
        """An answer that came without waiting."""
        delivered = self.history[self.sent][1][holder]
        if self.is_current and delivered is not None:
            assert answer == delivered
            return
        # Fetched: five seconds old at most when it was asked for, by a server that lags.
        allowed = self.states_since(self.now - 5 - LAG, holder)
        if (self.scene.status.stale_for or 0.0) <= MAX_STALE:
            allowed.add(delivered)
        assert answer in allowed

    async def check_all(self) -> None:
        """In the end nothing is left of the past, and nobody waits."""
        if not self.is_connected:
            await self.scene.clock.advance(30)
        self.sent = len(self.history) - 1
        state = self.history[-1][1]
        there = [project(holder, region) for holder, region in state.items() if region is not None]
        await self.scene.stream.send(watched(reset=True), watched(*there, token="end"))
        await self.scene.clock.advance(5)
        assert all(task.done() for _, task in self.questions)
        for holder in HOLDERS:
            task = await self.scene.asking(f"{holder}/rooms/r")
            if state[holder] is None:
                await self.scene.gets[-1].fail(grpc.StatusCode.NOT_FOUND)
            assert _answer(task) == state[holder]


def _item(holder: str, state: State) -> Any:
    return holder if state is None else project(holder, state)


def _answer(task: asyncio.Task[Any]) -> State | type[PolicyUnavailable]:
    try:
        return str(task.result().default_control_region)
    except HolderNotFound:
        return None
    except PolicyUnavailable as error:
        return type(error)


async def run_history(seed: int) -> None:
    dice = random.Random(seed)
    when_lost = dice.choice(list(WhenLost))
    scene = Watching(max_stale=MAX_STALE, when_lost=when_lost, poll_interval=10, fetch_within=dice.choice([2, 5]))
    await scene.start()
    world = World(scene, dice)
    steps = [world.write, world.deliver, world.deliver, world.ask, world.ask, world.ask, world.answer, world.wait]
    for _ in range(STEPS):
        await dice.choice([*steps, world.reset, world.lose])()
    await world.check_all()
    await scene.close()


async def test_random_histories(full_run: bool) -> None:
    """STORE-6 to STORE-14"""
    for seed in range(5000 if full_run else 150):
        try:
            await run_history(seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
