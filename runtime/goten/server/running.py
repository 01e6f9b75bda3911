"""Starting a server and what it stands on, in order, and ending them the other way round."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from goten.server.failures import PartFailed
from goten.server.host import DEFAULT_GRACE, Server
from goten.server.listening import ListenRefused
from goten.server.watching import WatchHub
from goten.storage import StorageLocationError, StorageUnavailable
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


def run(main: Callable[..., Coroutine[Any, Any, None]], arguments: Sequence[str]) -> int:
    """Runs the `main` of a program with what its command line says, one argument for each parameter.

    Returns the exit code: 0 when it ends, 1 where its address or storage is not to be had or something of it fails, 2
    where the command line makes no sense. Why is one line on standard error.
    """
    # gRPC's core writes to standard error by itself what is told better here.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    program = os.path.basename(sys.argv[0])
    try:
        inspect.signature(main).bind(*arguments)
    except TypeError:
        wanted = " ".join(name.upper() for name in inspect.signature(main).parameters)
        print(f"{program}: usage: {program} {wanted}", file=sys.stderr)
        return 2
    try:
        asyncio.run(main(*arguments))
    except (ListenRefused, PartFailed, StorageLocationError, StorageUnavailable) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    return 0


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
