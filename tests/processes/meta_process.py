"""goten-meta as processes of a test: servers, and commands at a terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

DEADLINE = 20.0
SERVING = r"serving meta\.goten\.com v1 on ([^\s\"]+)"
"""What a server writes when it serves, and where."""
_COMMAND = [sys.executable, "-m", "goten.meta_server"]


def environment(**more: str) -> dict[str, str]:
    """That of this process without what goten-meta reads, and more."""
    kept = {key: value for key, value in os.environ.items() if key not in ("GOTEN_META", "STATE_DIRECTORY")}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def command(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    done = subprocess.run(
        [*_COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=DEADLINE,
        env=environment(**more),
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


class Running:
    """A command that goes on; what it writes can be waited for. Use it as a context manager, which kills it."""

    def __init__(self, *arguments: str, command: Sequence[str] = _COMMAND, **more: str) -> None:
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(**more),
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._streams = {self.process.stdout.fileno(): "out", self.process.stderr.fileno(): "err"}
        self._written = {"out": b"", "err": b""}

    @property
    def out(self) -> str:
        return self._written["out"].decode()

    @property
    def err(self) -> str:
        return self._written["err"].decode()

    def wait_for(self, pattern: str, stream: str = "out") -> re.Match[str]:
        """Returns when `pattern` was written. Raises AssertionError if it ends without, or takes too long."""
        deadline = time.monotonic() + DEADLINE
        more = True
        while not (found := re.search(pattern, self._written[stream].decode())):
            assert more, f"{pattern!r} did not come: {self._written}"
            more = self._read(max(0.0, deadline - time.monotonic())) and time.monotonic() < deadline
        return found

    def wait(self) -> int:
        """Returns its exit code when it has ended."""
        deadline = time.monotonic() + DEADLINE
        while self._streams:
            self._read(max(0.0, deadline - time.monotonic()))
            assert time.monotonic() < deadline, f"it does not end: {self._written}"
        return self.process.wait(DEADLINE)

    def take(self) -> None:
        """Takes what it has written so far: whoever writes more than anybody reads has to wait in the end."""
        while self._streams and select.select(list(self._streams), [], [], 0)[0]:
            self._read(0)

    def leave(self, stream: str) -> None:
        """Takes nothing more that it writes."""
        file = self.process.stdout if stream == "out" else self.process.stderr
        assert file is not None
        del self._streams[file.fileno()]
        file.close()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def _read(self, within: float) -> bool:
        """Whether it may still write something."""
        for stream in select.select(list(self._streams), [], [], within)[0]:
            data = os.read(stream, 65536)
            self._written[self._streams[stream]] += data
            if not data:
                del self._streams[stream]
        return bool(self._streams)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()


class MetaProcess(Running):
    """A server, which serves when this was made. `address` is where; on port 0 it takes any that is free."""

    def __init__(self, storage: str, *options: str, listen: str = "127.0.0.1:0", **more: str) -> None:
        super().__init__("serve", "--region", "us-west2", "--storage", storage, "--listen", listen, *options, **more)
        try:
            self.address = self.wait_for(SERVING, "err")[1]
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def kill(self) -> None:
        """As a crash does it."""
        self.signal(signal.SIGKILL)
        assert self.wait() == -signal.SIGKILL
