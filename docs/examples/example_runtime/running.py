"""From the command line to the exit code."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from example_runtime.surroundings import Surroundings
from goten.env_registry import EnvRegistryError
from goten.policy_store import SourceMissing, SourcesNotReady
from goten.server import ListenRefused, Server, WatchHub, set_up_logging
from goten.storage import StorageUnavailable
from goten.store import Store
from goten.watch import WatchFailed

_EXPECTED: Final = (
    EnvRegistryError,
    ListenRefused,
    SourceMissing,
    SourcesNotReady,
    StorageUnavailable,
    WatchFailed,
)


def run(program: str, main: Coroutine[Any, Any, None]) -> int:
    """Runs `main` until it fails, or until SIGINT or SIGTERM cancel it: its blocks end from the inside out.

    Returns the exit code. What went wrong is one line on standard error, where the log goes too.
    """
    set_up_logging(level=logging.WARNING)
    # It says at each attempt what a start waits for.
    registry = logging.getLogger("goten.env_registry")
    registry.setLevel(logging.INFO)
    registry.addFilter(_News())
    try:
        asyncio.run(_until_told_to_end(main))
    except _EXPECTED as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    return 0


async def _until_told_to_end(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(main, name="main")
    told = False

    def end() -> None:
        nonlocal told
        if not told:
            told = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        await task
    except asyncio.CancelledError:
        if not told:
            raise


class _News(logging.Filter):
    """Leaves out what was said just before, except for when it will be tried again."""

    def __init__(self) -> None:
        super().__init__()
        self._last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage().partition("; next attempt")[0]
        before, self._last = self._last, said
        return said != before


@asynccontextmanager
async def in_service(surroundings: Surroundings) -> AsyncIterator[Surroundings]:
    """A block in which the deployment is in service. At its end, others are told, and the registry is stopped."""
    try:
        yield surroundings
    finally:
        await surroundings.stop(disable=True)


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    """A block in which a store, which owns its storage here, is of use. Raises StorageUnavailable."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.storage.stop)
        await store.storage.start()
        stack.push_async_callback(store.stop)
        await store.start()
        yield store


@asynccontextmanager
async def serving(hub: WatchHub, server: Server) -> AsyncIterator[None]:
    """A block in which requests are served. Raises ListenRefused."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(hub.stop)
        await hub.start()
        stack.push_async_callback(server.stop)
        await server.start()
        server.ready()
        yield
