"""Whether everything that was started has ended: tasks and channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock

import grpc
import grpc.aio

_TURNS = 400


@asynccontextmanager
async def nothing_left(turns: int = _TURNS) -> AsyncIterator[list[grpc.aio.Channel]]:
    """Tasks that run at the end ran at the beginning, and channels that were made are closed. Yields the latter."""
    tasks = asyncio.all_tasks()
    made: list[grpc.aio.Channel] = []
    make = grpc.aio.insecure_channel

    def remembered(*arguments: Any, **options: Any) -> grpc.aio.Channel:
        made.append(make(*arguments, **options))
        return made[-1]

    with mock.patch("grpc.aio.insecure_channel", remembered):
        yield made
    left = set[Any]()
    for _ in range(turns):
        left = asyncio.all_tasks() - tasks - {asyncio.current_task()}
        if not left:
            break
        await asyncio.sleep(0.005)
    assert not left, f"still running: {sorted(task.get_name() for task in left)}"
    still_open = [channel for channel in made if channel.get_state() is not grpc.ChannelConnectivity.SHUTDOWN]
    assert not still_open, f"{len(still_open)} channels are open"


def own_tasks() -> set[str]:
    """Tasks of registries, by name; those of Meta itself aside."""
    names = {task.get_name() for task in asyncio.all_tasks()}
    return {name for name in names if "env_registry" in name and "meta.goten.com" not in name}
