"""Starting a server and what it stands on, in order, and ending them the other way round."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from goten.server.host import DEFAULT_GRACE, Server
from goten.server.watching import WatchHub
from goten.storage import StorageUnavailable
from goten.store import Store
from goten.watch.clock import first_of

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def running(store: Store, hub: WatchHub, server: Server, *, grace: float = DEFAULT_GRACE) -> AsyncIterator[None]:
    """A block in which the server is ready. It owns all that it is given, and the storage of the store.

    Raises StorageUnavailable and ListenRefused.
    """
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.storage.stop)
        await store.storage.start()
        stack.push_async_callback(store.stop)
        await store.start()
        stack.push_async_callback(hub.stop)
        await hub.start()
        stack.push_async_callback(server.stop, grace)
        await server.start()
        server.ready()
        yield


async def serve(store: Store, hub: WatchHub, server: Server, *, grace: float = DEFAULT_GRACE) -> None:
    """Serves until SIGINT or SIGTERM comes, then ends in order.

    Raises as `running` does, StorageUnavailable when the store fails, and PartFailed when the hub does.
    """
    with _Signals() as signals:
        async with running(store, hub, server, grace=grace):
            failure = await first_of(signals.told(), store.wait_failed(), hub.wait_failed())
            if failure is not None:
                raise failure


class _Signals:
    """Takes the signals that end a process, from its block's begin on."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    def __enter__(self) -> _Signals:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._told.set)
        return self

    def __exit__(self, *error: object) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    async def told(self) -> StorageUnavailable | None:
        await self._told.wait()
        return None
