"""A process that writes as fast as it can and says what was acknowledged, until it is killed.

    python -m tests.storage.crashing_writer PATH SEED

Lines on standard output: the number of a writer, its how-manieth transaction, and the revision of that.
"""

from __future__ import annotations

import asyncio
import os
import sys
from random import Random
from typing import NoReturn

from goten.storage import Change, Compare, Delete, Put, SqliteStorage

WRITERS = 64
PARTS = "abc"
KEPT = 20


async def write(storage: SqliteStorage, number: int, random: Random) -> NoReturn:
    """Transactions of a writer: three keys that count alike, a key of its own, and one that goes."""
    found = await storage.get(f"w/{number}/a")
    count, revision = (int(found.value), found.mod_revision) if found else (0, 0)
    while True:
        count += 1
        changes: list[Change] = [Put(f"w/{number}/{part}", b"%d" % count) for part in PARTS]
        changes += [Put(f"h/{number}/{count}", random.randbytes(random.choice((10, 300, 6000))))]
        changes += [Delete(f"h/{number}/{count - KEPT}")]
        answer = await storage.commit([Compare(f"w/{number}/a", revision)], changes)
        assert answer is not None
        revision = answer
        os.write(1, b"%d %d %d\n" % (number, count, revision))


async def main(path: str, seed: str) -> None:
    random = Random(seed)
    storage = SqliteStorage(path)
    await storage.start()
    before = (await storage.status()).revision
    async with asyncio.TaskGroup() as tasks:
        for number in range(WRITERS):
            tasks.create_task(write(storage, number, random))
        await asyncio.sleep(random.uniform(0, 0.2))
        await storage.compact(before)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
