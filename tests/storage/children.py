"""Other processes that use a file.

python -m tests.storage.children hold PATH      opens it, says so, and keeps it open until standard input ends
python -m tests.storage.children write PATH UID opens it as another user, and writes once
python -m tests.storage.children fill PATH      writes until the size of its files is at a limit, then on without one
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path

from goten.storage import Put, SqliteStorage, StorageUnavailable

LIMIT = 400_000


def start_child(repo: Path, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.children", *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repo)


async def hold(path: str) -> None:
    storage = SqliteStorage(path)
    await storage.start()
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await storage.stop()


async def write(path: str, user: str) -> None:
    """Says the reason where it is refused."""
    os.setuid(int(user))
    storage = SqliteStorage(path)
    try:
        await storage.start()
        await storage.commit([], [Put("a", b"")])
    except StorageUnavailable as error:
        print(error.reason)
    await storage.stop()


async def fill(path: str) -> None:
    """Says how many transactions were acknowledged below the limit, the error, and how many more without it."""
    storage = SqliteStorage(path)
    await storage.start()
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, most))
    written = 0
    try:
        while True:
            await storage.commit([], [Put(f"{written}", bytes(10_000))])
            written += 1
    except StorageUnavailable as error:
        assert await storage.get(f"{written}") is None
        print(written, error.uncertain, error.reason, sep="\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    for number in range(written, written + 100):
        await storage.commit([], [Put(f"{number}", bytes(10_000))])
    print(100)
    await storage.stop()


ROLES: Mapping[str, Callable[..., Coroutine[None, None, None]]] = {"hold": hold, "write": write, "fill": fill}

if __name__ == "__main__":
    asyncio.run(ROLES[sys.argv[1]](*sys.argv[2:]))
