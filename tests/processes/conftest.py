"""Servers in processes of their own, and clients of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import grpc.aio
import pytest

from goten.watch import CHANNEL_OPTIONS
from tests.processes.identity import Identity
from tests.servers.process import ServerProcess

# A killed server is dialled again at once, so that tests need not wait for it.
QUICK_OPTIONS = [(name, min(value, 50) if "reconnect" in name else value) for name, value in CHANNEL_OPTIONS]

STATE = "state.db"
"""The SQLite file of a server of the test's own, in `tmp_path`."""


def remove_state(folder: Path) -> None:
    """Removes that file, and what SQLite has beside it."""
    for file in folder.glob(f"{STATE}*"):
        file.unlink()


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ServerProcess]:
    """A server for the tests of a module that leave it running."""
    with ServerProcess() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of the test's own, which keeps its resources in a file."""
    with ServerProcess(storage=tmp_path / STATE) as server:
        yield server


@pytest.fixture
async def shared(shared_server: ServerProcess) -> AsyncIterator[Identity]:
    """A client of the shared server, which has no resources; faults end with the test."""
    async with grpc.aio.insecure_channel(shared_server.address, options=QUICK_OPTIONS) as channel:
        identity = Identity(channel)
        yield identity
        await identity.control.clear()
        await identity.control.wipe()


@pytest.fixture
async def identity(server: ServerProcess) -> AsyncIterator[Identity]:
    """A client of the test's own server."""
    async with grpc.aio.insecure_channel(server.address, options=QUICK_OPTIONS) as channel:
        yield Identity(channel)
