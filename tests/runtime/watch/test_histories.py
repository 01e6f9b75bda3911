"""The named guarantees of spec/protocol/watch.md, on random histories with faults (WATCH-2 to WATCH-13, WATCH-18)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.runtime.watch.simulation import Simulation

QUICK_HISTORIES = 2_000
FULL_HISTORIES = 50_000

RANDOMS = st.randoms(use_true_random=False)


class WatchHistory(RuleBasedStateMachine):
    """Hypothesis chooses what happens, and shrinks what goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.simulation = Simulation()

    @rule(random=RANDOMS)
    def write(self, random: Random) -> None:
        self.simulation.write(random)

    @rule(random=RANDOMS)
    def deliver(self, random: Random) -> None:
        self.simulation.deliver(random)

    @rule(random=RANDOMS)
    def disconnect(self, random: Random) -> None:
        self.simulation.disconnect(random)

    @rule(random=RANDOMS)
    def refuse(self, random: Random) -> None:
        self.simulation.refuse(random)

    @rule(random=RANDOMS)
    def compact(self, random: Random) -> None:
        self.simulation.compact(random)

    @rule(random=RANDOMS)
    def restore(self, random: Random) -> None:
        self.simulation.restore(random)

    @rule()
    def lose_sync(self) -> None:
        self.simulation.lose_sync()

    @rule(random=RANDOMS)
    def settle(self, random: Random) -> None:
        self.simulation.settle(random)


TestWatchHistory = WatchHistory.TestCase


def run_history(random: Random) -> None:
    simulation = Simulation()
    rare = [simulation.disconnect, simulation.refuse, simulation.compact, simulation.restore]
    for _ in range(random.randint(1, 80)):
        chance = random.random()
        if chance < 0.55:
            simulation.deliver(random)
        elif chance < 0.8:
            simulation.write(random)
        elif chance < 0.97:
            random.choice(rare)(random)
        else:
            simulation.lose_sync()
    simulation.settle(random)


def run_histories(seed: int, count: int) -> None:
    for number in range(count):
        try:
            run_history(Random(f"{seed}/{number}"))
        except AssertionError as error:
            raise AssertionError(f"history {number} of seed {seed}") from error


def test_histories() -> None:
    run_histories(seed=1, count=QUICK_HISTORIES)


@pytest.mark.full
def test_many_histories() -> None:
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    run_histories(seed, FULL_HISTORIES)
