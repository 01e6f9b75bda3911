"""Servers in processes of their own, each held to one core, and what they cost."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.serving.names import CONTROL_REGION, REGIONS

_REPO: Final = Path(__file__).resolve().parents[2]
_ADDRESS: Final = re.compile(rb"serving .*?(127\.0\.0\.1:\d+)")
_START_WITHIN: Final = 120.0
_CONFIG: Final = "max_watchers_per_connection = 100000\nregions = {regions}\n"


class NotStartedError(Exception):
    """A server ended instead of serving; the message has the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Cores:
    """One for the servers of a run and one for its client; the same one where there is no other."""

    servers: int
    client: int

    @classmethod
    def of_this_machine(cls) -> Cores:
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that serves at `address`; it took `start_seconds` from the start of its process."""

    address: str
    pid: int
    start_seconds: float

    def resident_bytes(self) -> int:
        """What it has in memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def peak_mb(self) -> float:
        """The most that it had in memory at one time, in MB of 1,000,000 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


@asynccontextmanager
async def meta_server(folder: Path, storage: Path, cores: Cores) -> AsyncIterator[RunningServer]:
    """The real server on a SQLite file; its configuration is written to the folder."""
    config = folder / "meta.toml"
    config.write_text(_CONFIG.format(regions=list(REGIONS)))
    options = ["--region", CONTROL_REGION, "--listen", "127.0.0.1:0", "--config", str(config)]
    command = [sys.executable, "-m", "goten.meta_server", "serve", *options, "--storage", f"sqlite:{storage}"]
    async with _running(command, cores.servers) as server:
        yield server


@asynccontextmanager
async def bare_server(kind: str, files: Sequence[Path], cores: Cores) -> AsyncIterator[RunningServer]:
    """A server of `benchmarks.serving.bare`, which is given files of messages."""
    command = [sys.executable, "-m", "benchmarks.serving.bare", kind, *map(str, files)]
    async with _running(command, cores.servers) as server:
        yield server


@asynccontextmanager
async def _running(command: Sequence[str], core: int) -> AsyncIterator[RunningServer]:
    """Raises NotStartedError."""
    begin = time.perf_counter()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=_REPO, stdin=asyncio.subprocess.DEVNULL, stderr=pipe)
    os.sched_setaffinity(process.pid, {core})
    assert process.stderr is not None
    reading: asyncio.Task[None] | None = None
    try:
        address = await _address(process.stderr)
        seconds = time.perf_counter() - begin
        reading = asyncio.create_task(_drain(process.stderr), name="what a server prints")
        yield RunningServer(address, process.pid, seconds)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
        if reading is not None:
            await reading


async def _address(printed: asyncio.StreamReader) -> str:
    lines: list[bytes] = []
    async with asyncio.timeout(_START_WITHIN):
        async for line in printed:
            lines.append(line)
            found = _ADDRESS.search(line)
            if found is not None:
                return found[1].decode()
    raise NotStartedError(b"".join(lines[-20:]).decode(errors="replace"))


async def _drain(printed: asyncio.StreamReader) -> None:
    while await printed.read(65536):
        pass
