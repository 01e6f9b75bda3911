"""Starting all parts of a server, and ending them."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import grpc
import pytest
from catalog.proto.v1 import category_pb2, category_service_pb2, category_service_pb2_grpc
from catalog_example_com.v1.service import SERVICE

from goten.server.host import Server
from goten.server.listening import ListenRefused
from goten.server.middlewares import standard_middlewares
from goten.server.running import running, serve
from goten.server.services import resource_servers
from goten.server.watching import WatchHub
from goten.storage import MemoryStorage, Storage, StorageUnavailable, open_storage
from goten.store import Store
from tests.server.scene import refused


def parts(storage: Storage, listen: str = "127.0.0.1:0") -> tuple[Store, WatchHub, Server]:
    store = Store(storage, SERVICE.resources)
    hub = WatchHub(store)
    servers = resource_servers(SERVICE, store, standard_middlewares(), hub=hub)
    return store, hub, Server([server.handlers() for server in servers], listen=listen)


async def until_serving(server: Server) -> None:
    while not server.serving:  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def title(server: Server, new: str | None = None) -> str:
    async with grpc.aio.insecure_channel(server.address) as channel:
        stub: Any = category_service_pb2_grpc.CategoryServiceStub(channel)
        if new is not None:
            category = category_pb2.Category(name="categories/c", title=new)
            await stub.CreateCategory(category_service_pb2.CreateCategoryRequest(category=category))
        found = await stub.GetCategory(category_service_pb2.GetCategoryRequest(name="categories/c"))
        answer: str = found.title
        return answer


async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    location = f"sqlite:{tmp_path}/catalog.db"
    store, hub, server = parts(open_storage(location))
    async with running(store, hub, server):
        assert await title(server, "Shelf") == "Shelf"
    store, hub, server = parts(open_storage(location))
    async with running(store, hub, server):
        assert await title(server) == "Shelf"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    """METHOD-17"""
    store, hub, server = parts(MemoryStorage())
    serving = asyncio.create_task(serve(store, hub, server))
    async with asyncio.timeout(5):
        await until_serving(server)
        assert await title(server, "Shelf") == "Shelf"
        os.kill(os.getpid(), number)
        await serving
    assert not server.serving
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    with pytest.raises(StorageUnavailable):
        store.names(SERVICE.resources[0])


async def test_a_server_ends_when_its_store_fails(caplog: pytest.LogCaptureFixture) -> None:
    storage = MemoryStorage()
    store, hub, server = parts(storage)
    serving = asyncio.create_task(serve(store, hub, server))
    async with asyncio.timeout(5):
        await until_serving(server)
        await storage.stop()
        with pytest.raises(StorageUnavailable):
            await serving
    assert not server.serving


async def test_what_was_started_is_stopped_where_the_next_cannot_be() -> None:
    store, hub, server = parts(MemoryStorage())
    async with running(store, hub, server):
        second_store, second_hub, second = parts(MemoryStorage(), server.address)
        with pytest.raises(ListenRefused):
            async with running(second_store, second_hub, second):
                raise AssertionError
        with pytest.raises(StorageUnavailable):
            second_store.names(SERVICE.resources[0])
        assert (await refused(title(server))).code() is grpc.StatusCode.NOT_FOUND
