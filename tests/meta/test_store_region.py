"""The region of a storage: REG-23."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.meta_server.store_region import claim_region
from goten.storage import Delete, MemoryStorage, Put, SqliteStorage
from tests.meta.cli import meta_app
from tests.meta.refusals import refused

OWN = "r/meta.goten.com/Deployment/services/meta.goten.com/deployments/"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "meta.sqlite"


def config(path: Path, region: str) -> MetaConfig:
    return MetaConfig(region=region, listen="127.0.0.1:0", storage=f"sqlite:{path}")


async def forget_region(path: Path) -> None:
    """Leaves the file as servers left it before there was a record."""
    storage = SqliteStorage(path)
    await storage.start()
    await storage.commit([], [Delete("i/region")])
    await storage.stop()


def content(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = [*connection.iterdump()]
    connection.close()
    return lines


async def is_refused(path: Path, region: str) -> None:
    before = content(path)
    app = MetaApp(config(path, region))
    words = ("it is the store of region us-west2, and not of eastus2", "give eastus2 a storage of its own")
    with refused("STORE_OF_OTHER_REGION", str(path), *words, region="us-west2"):
        await app.start()
    assert content(path) == before


async def test_a_server_of_another_region_does_not_start(path: Path) -> None:
    """REG-23: and writes nothing; that of the first region starts as ever."""
    async with meta_app(f"sqlite:{path}"):
        pass
    await is_refused(path, "eastus2")
    async with meta_app(f"sqlite:{path}"):
        pass


async def test_a_store_from_before_tells_by_its_deployment(path: Path) -> None:
    """REG-23."""
    async with meta_app(f"sqlite:{path}"):
        pass
    await forget_region(path)
    await is_refused(path, "eastus2")
    async with meta_app(f"sqlite:{path}"):
        pass
    await is_refused(path, "eastus2")


@pytest.mark.parametrize(
    ("keys", "primary", "adopted"),
    [
        ([], True, True),
        ([f"{OWN}us-west2"], True, False),
        ([f"{OWN}us-west2"], False, True),
        ([f"{OWN}us-west2", f"{OWN}eastus2"], True, True),
        ([f"{OWN}us-west2", f"{OWN}westeurope"], True, False),
        ([f"{OWN}us-west2", "i/import"], True, True),
    ],
)
async def test_a_store_without_a_record(keys: list[str], primary: bool, adopted: bool) -> None:
    """REG-23: eastus2 gets it unless Meta is deployed in other regions only; copies and half imports do not count."""
    storage = MemoryStorage()
    await storage.start()
    await storage.commit([], [Put("i/store", b"x"), *(Put(key, b"") for key in keys)])
    if adopted:
        await claim_region(storage, "eastus2", place="here", primary=primary)
        with refused("STORE_OF_OTHER_REGION", "here", region="eastus2"):
            await claim_region(storage, "us-west2", place="here", primary=primary)
    else:
        with refused("STORE_OF_OTHER_REGION", "here"):
            await claim_region(storage, "eastus2", place="here", primary=primary)
    await storage.stop()


async def test_serve_says_so(path: Path) -> None:
    """REG-23."""
    async with meta_app(f"sqlite:{path}"):
        pass
    arguments = ("serve", "--region", "eastus2", "--listen", "127.0.0.1:0", "--storage", f"sqlite:{path}")
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "goten.meta_server", *arguments, stderr=PIPE)
    _, told = await process.communicate()
    assert process.returncode == 1
    assert told.decode().splitlines()[-1] == (
        f"goten-meta: error: FAILED_PRECONDITION: sqlite:{path}: it is the store of region us-west2, "
        "and not of eastus2; serve us-west2 with it, or give eastus2 a storage of its own"
    )
