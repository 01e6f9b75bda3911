"""Scenes that end with nothing left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.runtime.policy_store.scene import Polling, Watching


@pytest.fixture
async def watching() -> AsyncIterator[Watching]:
    scene = Watching()
    await scene.start()
    yield scene
    await scene.close()


@pytest.fixture
async def polling() -> AsyncIterator[Polling]:
    """Not started."""
    scene = Polling()
    yield scene
    await scene.close()
