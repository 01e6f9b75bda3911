"""Storages for the tests of the store: each test runs over every kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from goten.storage import MemoryStorage, SqliteStorage, Storage


@pytest.fixture(params=["memory", "sqlite"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """A new storage, started."""
    made: Storage = MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "store.db")
    await made.start()
    yield made
    await made.stop()
