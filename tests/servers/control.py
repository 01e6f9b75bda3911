"""The control channel: tests tell the server by it to do harm, and ask what happened. JSON both ways.

It is a gRPC service without a proto, on the port of the server, and answers whatever faults are set.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
import grpc.aio

from goten.descriptors import Descriptor
from goten.server.adaptor import Handler
from goten.store import Store, Transaction
from tests.servers.faults import Faults
from tests.servers.lagging import LaggingStore

_SERVICE = "goten.tests.Control"

Command = Callable[[Any], Awaitable[Any]]


def control_handlers(
    store: Store, lagging: LaggingStore, faults: Faults, calls: Callable[[], dict[str, int]]
) -> Mapping[str, Mapping[str, Handler]]:
    """The handlers of the control channel, as a server takes them."""

    async def set_faults(values: Any) -> None:
        faults.set(values)
        lagging.follow_fault()

    async def clear(_: Any) -> None:
        faults.clear()
        lagging.follow_fault()

    async def compact(_: Any) -> None:
        await store.compact(store.revision)

    async def wipe(_: Any) -> None:
        for descriptor in lagging.descriptors:
            for name in list(store.names(descriptor)):
                await _delete(store, descriptor, name)

    async def count(_: Any) -> Any:
        return calls()

    commands: dict[str, Command] = {
        "Set": set_faults,
        "Clear": clear,
        "Compact": compact,
        "Wipe": wipe,
        "Calls": count,
    }
    return {_SERVICE: {name: _handler(command) for name, command in commands.items()}}


async def _delete(store: Store, descriptor: Descriptor[Any, Any], name: str) -> None:
    async def body(transaction: Transaction) -> None:
        transaction.delete(descriptor, name)

    await store.transact(body)


def _handler(command: Command) -> Handler:
    async def behaviour(request: bytes, _: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return json.dumps(await command(json.loads(request))).encode()

    return grpc.unary_unary_rpc_method_handler(behaviour)


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

    async def calls(self) -> dict[str, int]:
        """How often what was called since the process began (`Project.get`, `Project.watch`), and how watches began:
        `Project.snapshot`, `Project.resume`, `Project.hard_reset`. What never happened is 0."""
        return _Counts(await self._call("Calls"))

    async def _call(self, command: str, content: Any = None) -> Any:
        call: Any = self._channel.unary_unary(f"/{_SERVICE}/{command}")
        return json.loads(await call(json.dumps(content).encode(), timeout=5, wait_for_ready=True))


class _Counts(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 0
