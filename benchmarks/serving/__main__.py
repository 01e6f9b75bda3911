"""Measures one benchmark of the Meta service and prints what it found, as JSON.

python -m benchmarks.serving NAME FOLDER [--tiny]
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.serving import fanout, holding, reading, unary, watches
from benchmarks.serving.both import Place
from benchmarks.serving.fanout import Followed
from benchmarks.serving.processes import Cores
from benchmarks.serving.reading import Held
from benchmarks.serving.rounds import Outcome
from benchmarks.serving.unary import Calls
from benchmarks.serving.watchers import own_question
from benchmarks.serving.watches import Watched


class Operation(NamedTuple):
    """What is measured, at its full size, and at one at which it only shows that it works."""

    measure: Callable[[Place, Any], Awaitable[Outcome]]
    full: Any
    tiny: Any


_TINY_CALLS: Final = Calls(calls=16, rounds=1, services=4)
_TINY_WATCHED: Final = Watched(8, events=3, rounds=1)
_TINY_HELD: Final = Held(40, rounds=1)

OPERATIONS: Final[Mapping[str, Operation]] = {
    "meta-get-1": Operation(partial(unary.get, in_flight=1), Calls(300, 15), _TINY_CALLS),
    "meta-get-8": Operation(partial(unary.get, in_flight=8), Calls(1000, 15), _TINY_CALLS),
    "meta-get-64": Operation(partial(unary.get, in_flight=64), Calls(1000, 15), _TINY_CALLS),
    "meta-create-64": Operation(partial(unary.create_resources, in_flight=64), Calls(1000, 15), _TINY_CALLS),
    "meta-create-service": Operation(partial(unary.create_services, in_flight=64), Calls(200, 9), _TINY_CALLS),
    "meta-create-deployment": Operation(
        partial(unary.create_deployments, in_flight=64), Calls(200, 9, services=300), _TINY_CALLS
    ),
    "watch-event": Operation(watches.events, Watched(1000, events=1, rounds=15), _TINY_WATCHED),
    "watch-burst": Operation(watches.events, Watched(1000, events=1000, rounds=1), _TINY_WATCHED),
    "watcher-memory": Operation(watches.memory, 1000, 100),
    "watcher-memory-filters": Operation(partial(watches.memory, question=own_question), 1000, 100),
    "list-pages": Operation(reading.list_pages, Held(20_000, rounds=11), _TINY_HELD),
    "watch-snapshot": Operation(reading.snapshot, Held(21_000, rounds=11), _TINY_HELD),
    "resource-memory": Operation(holding.memory, Held(100_000, rounds=1), Held(2000, rounds=1)),
    "hold-100000": Operation(holding.start, Held(100_000, rounds=1), _TINY_HELD),
    "services-info": Operation(fanout.followers, Followed(3, 50, 100, rounds=15), Followed(3, 2, 2, rounds=1)),
    "services-info-users": Operation(fanout.users, Followed(1000, 0, 0, rounds=15), Followed(3, 0, 0, rounds=1)),
}


async def measure(name: str, folder: Path, *, tiny: bool) -> Outcome:
    operation = OPERATIONS[name]
    cores = Cores.of_this_machine()
    os.sched_setaffinity(0, {cores.client})
    return await operation.measure(Place(folder, cores), operation.tiny if tiny else operation.full)


if __name__ == "__main__":
    outcome = asyncio.run(measure(sys.argv[1], Path(sys.argv[2]), tiny="--tiny" in sys.argv[3:]))
    print(json.dumps(outcome._asdict()))
