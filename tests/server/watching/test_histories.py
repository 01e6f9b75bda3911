"""The named guarantees of spec/protocol/watch_server.md, on random histories of concurrent writers and watchers under
random disconnects, restarts, restores from a backup and compaction (FEED-2 to FEED-12)."""

from __future__ import annotations

from random import Random

import pytest

from tests.server.watching.world import World

QUICK_HISTORIES = 300
FULL_HISTORIES = 10_000


async def run_history(random: Random) -> World:
    async with World(random) as world:
        for _ in range(random.randint(5, 60)):
            await world.step()
        await world.settle()
        return world


async def run_histories(seed: int, count: int) -> None:
    resets = resumed = boundaries = 0
    for number in range(count):
        try:
            world = await run_history(Random(f"{seed}/{number}"))
        except AssertionError as error:
            raise AssertionError(f"history {number} of seed {seed}") from error
        resets += sum(client.resets for client in world.clients)
        resumed += sum(client.resumed for client in world.clients)
        boundaries += sum(len(client.boundaries) for client in world.clients)
    assert min(resets, resumed, boundaries // 10) > count / 10, "the histories are not what they should be"


async def test_histories() -> None:
    await run_histories(seed=1, count=QUICK_HISTORIES)


@pytest.mark.full
async def test_many_histories() -> None:
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    await run_histories(seed, FULL_HISTORIES)
