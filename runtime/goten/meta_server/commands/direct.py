"""Commands on the storage of a server that does not run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from goten.admin.importing import discard_interrupted
from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import USAGE, CommandFailed
from goten.meta_server.output import note
from goten.refusals import Refused
from goten.storage import Storage, StorageLocationError, StorageUnavailable, open_storage
from goten.store import Store

T = TypeVar("T")


def directly(location: str, body: Callable[[Store], Awaitable[T]], *, create: bool = False) -> T:
    """Runs `body` with the store at `sqlite:PATH`, which may be a new one if `create`.

    What goes wrong with it becomes CommandFailed.
    """
    storage = _storage(location, create)
    try:
        return asyncio.run(_run(storage, body))
    except StorageUnavailable as error:
        raise CommandFailed(str(error)) from None
    except Refused as refused:
        raise CommandFailed(refused.message) from None


def _storage(location: str, create: bool) -> Storage:
    try:
        storage = open_storage(location)
    except StorageLocationError as error:
        raise CommandFailed(f"--storage: {error}", code=USAGE) from None
    kind, _, path = location.partition(":")
    if kind == "memory":
        raise CommandFailed("--storage: memory: ends with its server", "sqlite:PATH names a file", code=USAGE)
    if not create and not os.path.exists(os.path.expanduser(path)):
        raise CommandFailed(f"{path} does not exist")
    return storage


async def _run(storage: Storage, body: Callable[[Store], Awaitable[T]]) -> T:
    store = Store(storage, SERVICE.resources)
    try:
        await storage.start()
        await store.start()
        if await discard_interrupted(store, SERVICE):
            note("an import had been interrupted; what it wrote was taken away")
        return await body(store)
    finally:
        await store.stop()
        await storage.stop()
