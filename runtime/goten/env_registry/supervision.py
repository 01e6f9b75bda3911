"""Tasks that live and end together (ENV-18)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from goten.env_registry.errors import EnvRegistryError, RegistryFailed

_log = logging.getLogger("goten.env_registry")


async def run_together(
    works: Mapping[str, Coroutine[Any, Any, Any]], *, until: asyncio.Event, owner: str
) -> EnvRegistryError | None:
    """Runs each of `works`, by its name, in a task until `until` is set, or until one ends, which none should.

    Returns when all have ended: why, or None where that was `until`. The tasks are named after `owner`.
    """
    tasks = {name: asyncio.create_task(work, name=f"{owner}: {name}") for name, work in works.items()}
    told = asyncio.create_task(until.wait(), name=f"{owner}: stop")
    try:
        await asyncio.wait([*tasks.values(), told], return_when=asyncio.FIRST_COMPLETED)
        failures = [_failure_of(name, task) for name, task in tasks.items() if task.done()]
    finally:
        everything = [*tasks.values(), told]
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
    return failures[0] if failures else None


def _failure_of(name: str, task: asyncio.Task[Any]) -> EnvRegistryError:
    if task.cancelled():
        return RegistryFailed(name, "it was cancelled")
    error = task.exception()
    if error is None:
        return RegistryFailed(name, "it returned")
    if isinstance(error, EnvRegistryError):
        return error
    _log.error("the %s of the EnvRegistry failed", name, exc_info=error)
    return RegistryFailed(name, f"{type(error).__name__}: {error}")
