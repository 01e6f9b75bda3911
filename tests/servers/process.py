"""The identity server for tests as a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.servers.program import REPO, ROOTS, Program


class ServerProcess(Program):
    """It listens on the same port after every start. It also ends when the process that started it does, however that
    ends. After a restart, faults that were set have ended."""

    def __init__(self, *, storage: Path | None = None, bookmark_interval: float = 0.2) -> None:
        """`storage` is the SQLite file that holds its resources; without one, they are in memory."""
        self._options = ["--until-stdin-ends", "--bookmark-interval", str(bookmark_interval)]
        self._options += ["--storage", f"sqlite:{storage}"] if storage else []
        self._port = 0
        super().__init__("tests.servers.identity", path=[*ROOTS, REPO])

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self._port}"

    def start(self, **faults: Any) -> None:
        """Returns when it serves. `faults` are there from the beginning."""
        self.arguments = [*self._options, "--port", str(self._port), "--faults", json.dumps(faults)]
        super().start()
        self._port = int(self.wait_for(r"serving .* on 127\.0\.0\.1:(\d+)")[1])
