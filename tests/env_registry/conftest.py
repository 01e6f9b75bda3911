"""A real Meta on loopback, and registries that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import Neighbourhood, neighbourhood
from tests.env_registry.proxy import Proxy


@pytest.fixture
async def town() -> AsyncIterator[Neighbourhood]:
    """With two regions. At its end, nothing of it may be left."""
    async with nothing_left(), neighbourhood("us-west2", "eastus2") as started:
        yield started


@pytest.fixture
async def lasting_town(tmp_path: Path) -> AsyncIterator[Neighbourhood]:
    """As `town`, with a Meta that can go away and come back."""
    storage = f"sqlite:{tmp_path / 'meta.sqlite'}"
    async with nothing_left(), neighbourhood("us-west2", "eastus2", storage=storage) as started:
        yield started


@pytest.fixture
async def proxy(town: Neighbourhood) -> AsyncIterator[Proxy]:
    """In front of the Meta of `town`."""
    async with Proxy(town.address) as started:
        yield started
