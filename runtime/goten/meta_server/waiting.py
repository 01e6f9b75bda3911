"""Waiting for what may never come."""

from __future__ import annotations

import asyncio
from typing import NoReturn, TypeVar

ErrorT = TypeVar("ErrorT", bound=Exception)


async def forever() -> NoReturn:
    """Returns never; to be cancelled."""
    await asyncio.Event().wait()
    raise AssertionError("nobody ends this waiting")


async def failure_of(task: asyncio.Task[None] | None, expected: type[ErrorT] | tuple[type[ErrorT], ...]) -> ErrorT:
    """What a task has failed with. Never returns where there is none, or it ends otherwise.

    Raises what is not among `expected`.
    """
    if task is not None:
        await asyncio.wait([task])
        error = None if task.cancelled() else task.exception()
        if isinstance(error, expected):
            return error
        if error is not None:
            raise error
    await forever()
