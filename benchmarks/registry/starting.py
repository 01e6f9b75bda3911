"""In a client process: registries, and readers of bare snapshots, that start together and note how long it takes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from benchmarks.registry.connecting import connect
from benchmarks.registry.registries import TimedRegistry, registration, timed_registry
from benchmarks.registry.snapshots import take

Times = tuple[float, float, float]
"""When something began, was registered, and was ready."""


class _Refusals(logging.Handler):
    """Counts the requests that Meta refused because of a limit. Registries log what they try again."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "RESOURCE_EXHAUSTED" in record.getMessage()


async def starters(settings: Mapping[str, Any], stack: AsyncExitStack) -> Callable[[str], Awaitable[Any]]:
    """Registries in `places`: pairs of a service and a region. See `_StartedRegistries.answer` for what is answered."""
    return (await stack.enter_async_context(_StartedRegistries(settings))).answer


class _StartedRegistries:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._running = AsyncExitStack()
        self._made: list[TimedRegistry] = []
        self._refusals = _Refusals()
        for name in ("goten.env_registry", "goten.watch"):
            log = logging.getLogger(name)
            log.setLevel(logging.INFO)
            log.propagate = False
            log.addHandler(self._refusals)

    async def __aenter__(self) -> _StartedRegistries:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def answer(self, line: str) -> Any:
        """`connect`: nothing. `start`: the times of each, and how many requests were refused. `stop`: nothing."""
        if line == "connect":
            return await self._connect()
        if line == "start":
            return await self._start()
        await self._running.aclose()
        self._made = []
        return None

    async def _connect(self) -> None:
        settings = self._settings
        for service, region in settings["places"]:
            made = timed_registry(registration(service), region, settings["address"])
            self._made.append((await self._running.enter_async_context(made))[0])

    async def _start(self) -> tuple[list[Times], int]:
        await asyncio.gather(*(made.start() for made in self._made))
        for made in self._made:
            known = len([*made.registry.environment.all_deployments()])
            assert known >= self._settings["known"], known
        return [(made.began, made.registered, made.ready) for made in self._made], self._refusals.count


async def bare_starters(settings: Mapping[str, Any], stack: AsyncExitStack) -> Callable[[str], Awaitable[Any]]:
    """So many `readers`, each with its own connections to `addresses`, by path. The answers are as for registries."""
    readers = []
    for _ in range(settings["readers"]):
        channels = {path: connect(address) for path, address in settings["addresses"].items()}
        for channel in channels.values():
            stack.push_async_callback(channel.close)
            await channel.channel_ready()
        readers.append(channels)

    async def read(channels: Mapping[str, Any]) -> Times:
        began = time.monotonic()
        await take(channels)
        return began, began, time.monotonic()

    async def answer(line: str) -> Any:
        if line == "start":
            return await asyncio.gather(*map(read, readers)), 0
        return None

    return answer
