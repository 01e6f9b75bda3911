"""A process that is killed while 64 writers write."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

from goten.storage import Event, SqliteStorage
from tests.storage.crashing_writer import KEPT, PARTS
from tests.storage.following import following
from tests.storage.model import Model

QUICK_KILLS = 4
FULL_KILLS = 50


class Acknowledged(NamedTuple):
    writer: int
    nth: int
    revision: int


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path, repo: Path, full_run: bool) -> None:
    """STORAGE-6, STORAGE-10: the file is free again, too."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    path = tmp_path / "crash.db"
    model = Model()
    for _ in range(FULL_KILLS if full_run else QUICK_KILLS):
        acknowledged = run_and_kill(repo, path, random)
        asyncio.run(read_on(path, model, acknowledged))
    assert model.revision > 100


def run_and_kill(repo: Path, path: Path, random: Random) -> list[Acknowledged]:
    command = [sys.executable, "-m", "tests.storage.crashing_writer", str(path), str(random.random())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=repo) as process:
        assert process.stdout is not None
        lines = []
        try:
            if random.random() < 0.25:
                # At any moment of its life, also while it opens the file.
                time.sleep(random.uniform(0, 0.4))
            else:
                for _ in range(random.randint(1, 3000)):
                    lines.append(process.stdout.readline())
                    assert lines[-1], "the process ended by itself"
        finally:
            process.kill()
        lines += process.stdout.readlines()
    return [Acknowledged(*map(int, line.split())) for line in lines if line.endswith(b"\n")]


async def read_on(path: Path, model: Model, acknowledged: Sequence[Acknowledged]) -> None:
    """Reads on where the model ends, and checks what was written since."""
    storage = SqliteStorage(path)
    await storage.start()
    status = await storage.status()
    assert status.compacted <= model.revision
    async with following(storage, model.revision) as old:
        await old.reached(status.revision)
    transactions = {revision: list(events) for revision, events in groupby(old.events, lambda event: event.revision)}
    assert list(transactions) == list(range(model.revision + 1, status.revision + 1))
    for events in transactions.values():
        check_whole(events)
    for writer, nth, revision in acknowledged:
        assert transactions[revision][len(PARTS)].key == f"h/{writer}/{nth}"
    for event in old.events:
        model.apply(event)
    assert list((await storage.range("")).items) == model.range()
    await storage.stop()


def check_whole(events: Sequence[Event]) -> None:
    """All that a writer does in one transaction is there."""
    parts, own, gone = events[: len(PARTS)], events[len(PARTS)], events[len(PARTS) + 1 :]
    (value,) = {event.value for event in parts}
    assert value is not None
    number, count = parts[0].key.split("/")[1], int(value)
    assert [event.key for event in parts] == [f"w/{number}/{part}" for part in PARTS]
    assert own.key == f"h/{number}/{count}"
    assert [event.key for event in gone] == ([f"h/{number}/{count - KEPT}"] if count > KEPT else [])
