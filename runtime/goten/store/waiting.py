"""Waiting until memory has a revision."""

from __future__ import annotations

import asyncio


class Waiting:
    """Those who wait, each for a revision."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    async def until(self, revision: int) -> None:
        """Returns when `advance` has that revision. Raises what `fail` gets."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((revision, future))
        try:
            await future
        finally:
            self._waiting = [waiter for waiter in self._waiting if waiter[1] is not future]

    def advance(self, revision: int) -> None:
        for wanted, future in self._waiting:
            if wanted <= revision and not future.done():
                future.set_result(None)

    def fail(self, error: Exception) -> None:
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(error)
