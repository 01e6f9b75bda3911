"""A real Meta on loopback, and registries that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.env_registry.neighbourhood import Neighbourhood, neighbourhood


@pytest.fixture
async def town() -> AsyncIterator[Neighbourhood]:
    async with neighbourhood("us-west2", "eastus2") as started:
        yield started
