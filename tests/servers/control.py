"""The control channel: tests tell the server by it to do harm, and ask what happened. JSON both ways.

It is a gRPC service without a proto, on the port of the server, and answers whatever faults are set.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import grpc
import grpc.aio

from tests.servers.faults import Faults
from tests.servers.store import Store

_SERVICE = "goten.tests.Control"


def add_control(server: grpc.aio.Server, store: Store, faults: Faults, calls: Callable[[], dict[str, int]]) -> None:
    """Makes `server` serve the control channel."""

    def stats(_: Any) -> Any:
        return {"revision": store.revision, "calls": calls()}

    commands: dict[str, Callable[[Any], Any]] = {
        "Set": faults.set,
        "Clear": lambda _: faults.clear(),
        "Compact": lambda _: store.compact(),
        "Wipe": lambda _: store.wipe(),
        "Stats": stats,
    }
    handlers: dict[str, Any] = {
        name: grpc.unary_unary_rpc_method_handler(_behaviour(command)) for name, command in commands.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))


def _behaviour(command: Callable[[Any], Any]) -> Any:
    async def behaviour(request: bytes, _: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return json.dumps(command(json.loads(request))).encode()

    return behaviour


class Control:
    """The client's side."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    async def set(self, **faults: Any) -> None:
        """Sets faults, by the names that `Faults` has."""
        await self._call("Set", faults)

    async def clear(self) -> None:
        """Ends all faults."""
        await self._call("Clear")

    async def compact(self) -> None:
        """Makes the server forget its history."""
        await self._call("Compact")

    async def wipe(self) -> None:
        """Deletes all resources, one write each."""
        await self._call("Wipe")

    async def revision(self) -> int:
        """The revision of the last write."""
        return int((await self._call("Stats"))["revision"])

    async def calls(self) -> dict[str, int]:
        """How often what was called since the process began (`Project.get`, `Project.watch`), and how watches began:
        `Project.snapshot`, `Project.resume`, `Project.hard_reset`. What never happened is 0."""
        return _Counts((await self._call("Stats"))["calls"])

    async def _call(self, command: str, content: Any = None) -> Any:
        call: Any = self._channel.unary_unary(f"/{_SERVICE}/{command}")
        return json.loads(await call(json.dumps(content).encode(), timeout=5, wait_for_ready=True))


class _Counts(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 0
