"""A client process with several registries, or with as many bare streams: `python -m benchmarks.registry.clients`.

It prints an answer when it is set up, and for each line that it reads.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final, TypeAlias

from benchmarks.registry.following import bare_followers, followers
from benchmarks.registry.starting import bare_starters, starters

Answer: TypeAlias = Callable[[str], Awaitable[Any]]

KINDS: Final[Mapping[str, Callable[[Mapping[str, Any], AsyncExitStack], Awaitable[Answer]]]] = {
    "followers": followers,
    "bare-followers": bare_followers,
    "starters": starters,
    "bare-starters": bare_starters,
}


async def serve(kind: str, settings: Mapping[str, Any]) -> None:
    """Until stdin ends."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with AsyncExitStack() as stack:
        answer = await KINDS[kind](settings, stack)
        print("null", flush=True)
        async for line in lines:
            print(json.dumps(await answer(line.decode().strip())), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], json.loads(sys.argv[2])))
