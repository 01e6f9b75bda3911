"""The identity server as a process of a test: started, killed, paused, started again on its port."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

REPO = Path(__file__).resolve().parents[2]
START_DEADLINE = 20.0


class ServerProcess:
    """Use it as a context manager. It also ends when the process that started it does, however that ends."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        bookmark_interval: float = 0.2,
        history: int = 10_000,
        generated: Path = REPO / "generated_examples",
    ) -> None:
        """`generated` holds the generated code that it runs on."""
        self.greeting = ""
        """What it printed when it was ready."""
        self._path = os.pathsep.join([str(generated), str(REPO)])
        self._options = ["--bookmark-interval", str(bookmark_interval), "--history", str(history)]
        self._options += ["--state", str(state)] if state else []
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def address(self) -> str:
        """`host:port`; the same after every start."""
        return f"127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """Whether it was started, and not killed since; a paused one runs."""
        return self._process is not None

    def start(self) -> None:
        """Returns when it listens. Raises TimeoutError, or RuntimeError if it ends instead."""
        command = [sys.executable, "-m", "tests.servers.identity", "--until-stdin-ends", "--port", str(self._port)]
        self._process = subprocess.Popen(
            command + self._options,
            cwd=REPO,
            env=os.environ | {"PYTHONPATH": self._path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.greeting = self._first_line()
        self._port = int(self.greeting.rpartition(":")[2])

    def kill(self) -> None:
        """SIGKILL: it has no time to do anything."""
        self._signal(signal.SIGKILL)
        self._join()

    def restart(self) -> None:
        """Kills it and starts it again; faults that were set have ended."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: the kernel keeps its connections alive, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()

    def _first_line(self) -> str:
        process = self._running()
        assert process.stdout is not None
        deadline = time.monotonic() + START_DEADLINE
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
                self.kill()
                raise TimeoutError(f"the server did not start within {START_DEADLINE:g} s")
            part = os.read(process.stdout.fileno(), 1000)
            if not part:
                raise RuntimeError(f"the server ended with {process.wait()}")
            line += part
        return line.decode()

    def _signal(self, number: signal.Signals) -> None:
        self._running().send_signal(number)

    def _join(self) -> None:
        process, self._process = self._running(), None
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process
