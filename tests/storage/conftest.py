"""Storages for tests, one of each backend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from goten.storage import Storage
from tests.storage.backends import BACKENDS, Opener


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest) -> str:
    """The name of a backend: each test that asks for it, or for what stands on it, runs with all of them."""
    name: str = request.param
    return name


@pytest.fixture
def opener(backend: str, tmp_path: Path) -> Opener:
    """Makes storages of the same content, empty at first."""
    return BACKENDS[backend](tmp_path)


@pytest.fixture
async def storage(opener: Opener) -> AsyncIterator[Storage]:
    """A storage that is open."""
    storage = opener()
    await storage.start()
    yield storage
    await storage.stop()
