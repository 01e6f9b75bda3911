"""Programs as processes of a test: started, killed, paused, told to end, started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

REPO = Path(__file__).resolve().parents[2]
ROOTS = (REPO / "generated_examples", REPO / "docs" / "examples")
"""The roots of import of the example services."""
START_DEADLINE = 30.0
END_DEADLINE = 20.0
_POLL = 0.005


class Program:
    """`python -m MODULE ARGUMENT...`. Use it as a context manager: what still runs at its end is killed.

    Its standard input stays open for as long as this process lives.
    """

    def __init__(self, module: str, *arguments: str, path: Sequence[Path] = (), **environment: str) -> None:
        """`path` holds the roots of import."""
        self.arguments = list(arguments)
        self._module = module
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GOTEN_")}
        self._environment = {**kept, "PYTHONPATH": os.pathsep.join(map(str, path)), **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._files: dict[str, IO[bytes]] = {}

    @property
    def running(self) -> bool:
        """Whether it was started, and not killed since; a paused one runs."""
        return self._process is not None

    @property
    def out(self) -> str:
        """What it has written since its last start."""
        return self._written("out")

    @property
    def err(self) -> str:
        return self._written("err")

    def start(self) -> None:
        """Returns at once."""
        self._close_files()
        self._files = {"out": tempfile.TemporaryFile(), "err": tempfile.TemporaryFile()}  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, *self.arguments],
            cwd=REPO,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=self._files["out"],
            stderr=self._files["err"],
        )

    def wait_for(self, pattern: str, stream: str = "out", within: float = START_DEADLINE) -> re.Match[str]:
        """Returns when it has written a line with `pattern`. Raises AssertionError if it ends without, or does not."""
        process = self._running()
        deadline = time.monotonic() + within
        whole_line = re.compile(f"(?:{pattern}).*\n")
        while True:
            ended = process.poll() is not None
            found = whole_line.search(self._written(stream))
            if found is not None:
                return found
            assert not ended, f"{self._module} ended with {process.poll()}: {self.out}{self.err}"
            assert time.monotonic() < deadline, f"{pattern!r} is not in what was written: {self.out}{self.err}"
            time.sleep(_POLL)

    def wait(self) -> int:
        """The exit code, once it has ended by itself. Raises TimeoutExpired."""
        code = self._running().wait(END_DEADLINE)
        self._join()
        return code

    def end(self) -> int:
        """SIGTERM: it is told to end. The exit code."""
        self._signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """SIGKILL: it has no time to do anything."""
        self._signal(signal.SIGKILL)
        self._join()

    def restart(self) -> None:
        """Kills it and starts it again."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: the kernel keeps its connections alive, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Kills it if it runs, and forgets what it has written."""
        if self._process is not None:
            self.kill()
        self._close_files()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _written(self, stream: str) -> str:
        file = self._files[stream]
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()

    def _signal(self, number: signal.Signals) -> None:
        self._running().send_signal(number)

    def _join(self) -> None:
        process, self._process = self._running(), None
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self._module} does not run")
        return self._process

    def _close_files(self) -> None:
        for file in self._files.values():
            file.close()
