"""Measures one benchmark of EnvRegistry beside a real Meta, and prints what it found, as JSON.

python -m benchmarks.registry NAME FOLDER [--tiny]
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.registry.change import Followed, change
from benchmarks.registry.ready import Known, ready
from benchmarks.registry.rounds import Found
from benchmarks.registry.start import Started, start
from benchmarks.serving.both import Place
from benchmarks.serving.processes import Cores


class Operation(NamedTuple):
    """What is measured, at its full size, and at one at which it only shows that it works."""

    measure: Callable[[Place, Any], Awaitable[Found]]
    full: Any
    tiny: Any


OPERATIONS: Final[Mapping[str, Operation]] = {
    "registry-ready": Operation(ready, Known(1000, 20, rounds=9), Known(3, 2, rounds=1)),
    "registry-change": Operation(change, Followed(10, 10, 50, rounds=99), Followed(2, 2, 3, rounds=1)),
    "registry-start": Operation(start, Started(10, 20, 50, 10, rounds=5), Started(2, 2, 3, 2, rounds=1)),
}


async def measure(name: str, folder: Path, *, tiny: bool) -> Found:
    operation = OPERATIONS[name]
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, {cores.client})
    return await operation.measure(Place(folder, cores), operation.tiny if tiny else operation.full)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    found = asyncio.run(measure(sys.argv[1], folder, tiny="--tiny" in sys.argv[3:]))
    print(json.dumps(found._asdict()))
