"""`goten-meta watch` of a server that does not serve yet: it says so, waits, and begins."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.meta.cli import meta_app

MODULE = ("-m", "goten.meta_server")


@asynccontextmanager
async def watching(address: str) -> AsyncIterator[asyncio.subprocess.Process]:
    arguments = ("watch", "regions", "--format", "json", "--address", address)
    process = await asyncio.create_subprocess_exec(sys.executable, *MODULE, *arguments, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def line(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    async with asyncio.timeout(20):
        return (await stream.readline()).decode()


async def test_it_says_why_it_waits_and_that_it_goes_on(tmp_path: Path, unused_tcp_port: int) -> None:
    storage, primary = f"sqlite:{tmp_path / 'copied.sqlite'}", f"127.0.0.1:{unused_tcp_port}"
    async with meta_app(storage, region="eastus2"):
        pass
    async with meta_app(storage, region="eastus2", primary=primary) as secondary, watching(secondary.address) as watch:
        told = await line(watch.stderr)
        assert told.startswith("goten-meta: the server does not serve yet (UNAVAILABLE: a secondary region, which")
        assert told.endswith("; waiting for it\n")
        # It is told once, however often it is refused.
        async with meta_app(region="us-west2", regions=("eastus2",), listen=primary):
            assert await line(watch.stderr) == "goten-meta: it serves now; the watch goes on\n"
            assert '"event": "is", "name": "regions/eastus2"' in await line(watch.stdout)
