"""The server that a command talks to, and what its refusals mean to the person at the terminal."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import grpc
import grpc.aio

from goten.channels import StaticChannelProvider
from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import ERROR, USAGE, CommandFailed
from goten.server.listening import DEFAULT_LISTEN, LAST_PORT
from goten.watch import CHANNEL_OPTIONS

T = TypeVar("T")

WITHIN: Final = 10.0
"""So many seconds a server has to take up a connection, and to answer a request that asks for little."""
_WHERE: Final = "is it running? --address or GOTEN_META says where it is"
_LARGEST_RESPONSE: Final = 64 * 1024 * 1024


def address(given: str | None) -> str:
    """The address that a flag gave, else the environment's, else the default. Raises CommandFailed."""
    found = given or os.environ.get("GOTEN_META") or DEFAULT_LISTEN
    source = "--address" if given else "GOTEN_META"
    if not re.fullmatch(r"unix:\S+|[^\s/]+:\d{1,5}", found):
        raise CommandFailed(f"{source}: {found!r} is no address", f"host:port, such as {DEFAULT_LISTEN}", code=USAGE)
    if not found.startswith("unix:") and int(found.rpartition(":")[2]) > LAST_PORT:
        raise CommandFailed(f"{source}: {found!r} has no port", f"a port is a number up to {LAST_PORT}", code=USAGE)
    return found


def talk(given: str | None, body: Callable[[Connection], Awaitable[T]]) -> T:
    """Runs `body` with a connection. What the server refuses becomes CommandFailed."""

    async def whole() -> T:
        async with StaticChannelProvider({SERVICE.domain: found}, options=_options()) as channels:
            connection = Connection(found, channels)
            await connection.ready()
            return await body(connection)

    found = address(given)
    try:
        return asyncio.run(whole())
    except grpc.aio.AioRpcError as error:
        raise failure(found, error.code().name, error.details() or "") from None


class Connection:
    """Channels to one server, and calls on it."""

    def __init__(self, server: str, channels: StaticChannelProvider) -> None:
        self.address = server
        self.channels = channels

    @property
    def channel(self) -> grpc.aio.Channel:
        return self.channels.channel(SERVICE.domain, SERVICE.version)

    async def ready(self) -> None:
        """Returns when the server has taken up the connection. Raises CommandFailed if it does not."""
        channel = self.channel
        state = channel.get_state(try_to_connect=True)
        try:
            async with asyncio.timeout(WITHIN):
                while state is not grpc.ChannelConnectivity.READY:
                    if state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                        raise failure(self.address, "UNAVAILABLE", "nothing answers there")
                    await channel.wait_for_state_change(state)
                    state = channel.get_state()
        except TimeoutError:
            raise failure(self.address, "UNAVAILABLE", f"no answer within {WITHIN:g} s") from None

    async def call(self, method: Coroutine[Any, Any, T] | Awaitable[T]) -> T:
        """The response of a unary call, which must come soon."""
        try:
            async with asyncio.timeout(WITHIN):
                return await method
        except TimeoutError:
            raise failure(self.address, "UNAVAILABLE", f"no answer within {WITHIN:g} s") from None


def failure(server: str, code: str, details: str) -> CommandFailed:
    """What a status that is not OK says to a person."""
    if code == "UNAVAILABLE":
        return CommandFailed(f"the Meta server at {server} is not available: {details}", _WHERE)
    if code == "INVALID_ARGUMENT":
        return CommandFailed(details, code=USAGE)
    if code == "UNIMPLEMENTED":
        return CommandFailed(f"what answers at {server} is no Meta server, or an older one ({details})")
    if code in ("NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION"):
        return CommandFailed(details)
    return CommandFailed(f"the Meta server at {server} answered {code}: {details}", code=ERROR)


def _options() -> list[tuple[str, Any]]:
    return [*CHANNEL_OPTIONS, ("grpc.max_receive_message_length", _LARGEST_RESPONSE)]
