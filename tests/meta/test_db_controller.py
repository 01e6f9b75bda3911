"""Meta's db-controller in the process of the server: when it starts, how it fails, when it stops (ENV-19, ENV-24)."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import grpc.aio
import pytest

from goten.admin.v1.admin_pb2 import GetStatusRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.env_registry import EnvRegistryError, watches
from goten.meta.v1.descriptors import DEPLOYMENT
from goten.meta_server.app import MetaApp
from goten.registration import RuntimeKind
from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.samples import registration
from tests.meta.cli import meta_app

OWN = "services/meta.goten.com/deployments/us-west2"


async def watchers(app: MetaApp) -> int:
    async with grpc.aio.insecure_channel(app.address) as channel:
        return (await AdminServiceStub(channel).GetStatus(GetStatusRequest())).watchers


async def registered(app: MetaApp) -> None:
    """Both of its watches are open."""

    async def is_watching() -> bool:
        return await watchers(app) == 2

    await until(is_watching)


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "unix:"])
async def test_it_asks_the_server_of_its_own_process_while_that_serves(
    tmp_path: Path, listen: str, caplog: pytest.LogCaptureFixture
) -> None:
    """ENV-19, ENV-22; Design Concepts 2: "In the primary region, connect to the API server of meta.goten.com in the
    primary region"."""
    caplog.set_level(logging.INFO)
    listen = listen if listen != "unix:" else f"unix:{tmp_path / 'meta.sock'}"
    async with nothing_left(), meta_app(listen=listen) as app:
        stored = app.store.get(DEPLOYMENT, OWN)
        await registered(app)
        assert app.store.get(DEPLOYMENT, OWN) is stored, "it finds all as the server declared it"
        await until(lambda: "db-controller registered" in caplog.text)
    told = [record.getMessage() for record in caplog.records]
    order = ("listening", "ready", "db-controller registered", "db-controller stopped", "draining", "stopped")
    assert [line for line in told if line in order] == list(order)


@pytest.mark.parametrize("turns", [0, 1, 5, 20, 50, 100])
async def test_a_server_may_stop_while_it_starts(turns: int) -> None:
    """ENV-22"""
    async with nothing_left(), meta_app():
        for _ in range(turns):
            await asyncio.sleep(0)


async def test_its_failure_is_that_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-18: more than it may keep; what the server itself keeps is not bounded so here."""
    async with nothing_left(), meta_app() as app:
        monkeypatch.setattr(watches, "MAX_RESOURCES", 2)
        await registered(app)
        town = Neighbourhood(app)
        failing = asyncio.create_task(app.wait_failed())
        for domain in ("a.example.com", "b.example.com"):
            registry = town.registry(registration(domain=domain), runtime=RuntimeKind.SERVER)
            await registry.start()
        failure = await asyncio.wait_for(failing, 10)
        assert isinstance(failure, EnvRegistryError)
        assert "more than 2 resources" in str(failure)
        await town.close()
