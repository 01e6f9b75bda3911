"""Client processes, held to the core of clients, that are told what to do line by line and answer in JSON."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

_REPO: Final = Path(__file__).resolve().parents[2]
_WITHIN: Final = 300.0
_LONGEST_LINE: Final = 1_000_000


class ClientFailedError(Exception):
    """A client process ended, or did not answer; it has printed why."""


class Fleet:
    """Processes of `benchmarks.registry.clients` that do the same, each with its own settings."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._processes = processes

    def tell(self, line: str) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{line}\n".encode())

    async def hear(self) -> list[Any]:
        """An answer of each. Raises ClientFailedError."""
        async with asyncio.timeout(_WITHIN):
            return [await _answer(process) for process in self._processes]

    async def ask(self, line: str) -> list[Any]:
        self.tell(line)
        return await self.hear()


@asynccontextmanager
async def fleet(kind: str, settings: Sequence[Mapping[str, Any]], core: int) -> AsyncIterator[Fleet]:
    """A process for each of the settings; all of them are set up."""
    processes = [await _start(kind, each, core) for each in settings]
    try:
        started = Fleet(processes)
        await started.hear()
        yield started
    finally:
        for process in processes:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
        for process in processes:
            await process.wait()


async def _start(kind: str, settings: Mapping[str, Any], core: int) -> Process:
    command = [sys.executable, "-m", "benchmarks.registry.clients", kind, json.dumps(settings)]
    process = await asyncio.create_subprocess_exec(*command, cwd=_REPO, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE)
    os.sched_setaffinity(process.pid, {core})
    return process


async def _answer(process: Process) -> Any:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise ClientFailedError("a client process ended instead of answering")
    return json.loads(line)
