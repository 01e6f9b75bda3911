"""Channels to other services: who needs one asks a ChannelProvider, and never dials by itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    import grpc
    import grpc.aio


class ChannelProvider(Protocol):
    """Knows where services listen. Whoever provides channels owns and closes them."""

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        """A channel to a service (its domain) that serves an API version, in a region, by default the nearest.

        May be called often, from the event loop; answers at once, with a channel that need not be connected yet. Raises
        UnknownService where the provider knows no such server.
        """
        ...


class UnknownService(LookupError):
    """A ChannelProvider knows no server of a service, or none in a region."""

    def __init__(self, service: str, version: str, region: str | None, hint: str) -> None:
        super().__init__(service, version, region, hint)
        self.service = service
        self.version = version
        self.region = region
        self.hint = hint

    def __str__(self) -> str:
        where = f" in region {self.region}" if self.region else ""
        return f"no server of {self.service} {self.version} is known{where}; {self.hint}"


class StaticChannelProvider:
    """ChannelProvider for fixed addresses (`host:port`).

    `addresses` is by service; `in_region`, which comes first, by service and region. Every address serves all versions.
    Loopback and Unix sockets are dialled without encryption, all else with `credentials`, by default TLS against the
    system's roots. Use it as an async context manager, or close it.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        *,
        in_region: Mapping[tuple[str, str], str] | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        options: Sequence[tuple[str, Any]] = (),
    ) -> None:
        self._addresses = dict(addresses)
        self._in_region = dict(in_region or {})
        self._credentials = credentials
        self._options = tuple(options)
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._closed = False

    def channel(self, service: str, version: str, region: str | None = None) -> grpc.aio.Channel:
        """Raises UnknownService where no address is given, RuntimeError once closed."""
        if self._closed:
            raise RuntimeError("this StaticChannelProvider is closed")
        address = self._in_region.get((service, region)) if region else None
        address = address or self._addresses.get(service)
        if address is None:
            raise UnknownService(service, version, region, f"addresses are given for {self._known()}")
        if address not in self._channels:
            self._channels[address] = self._dial(address)
        return self._channels[address]

    async def close(self) -> None:
        """Closes all channels, and with them the RPCs that are under way."""
        self._closed = True
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def _dial(self, address: str) -> grpc.aio.Channel:
        import grpc.aio

        if is_loopback(address):
            return grpc.aio.insecure_channel(address, options=self._options)
        credentials = self._credentials or grpc.ssl_channel_credentials()
        return grpc.aio.secure_channel(address, credentials, options=self._options)

    def _known(self) -> str:
        known = [*self._addresses, *(f"{service} in {region}" for service, region in self._in_region)]
        return ", ".join(sorted(known)) or "no service"


def is_loopback(address: str) -> bool:
    """Whether a gRPC address leads to this machine for certain: a loopback IP, `localhost`, or a Unix socket."""
    if address.startswith(("unix:", "unix-abstract:")):
        return True
    for scheme in ("dns:///", "dns:", "ipv4:", "ipv6:"):
        address = address.removeprefix(scheme)
    bare_ipv6 = address.count(":") > 1 and not address.startswith("[")
    host = address if bare_ipv6 else re.sub(r":\d+$", "", address)
    try:
        return host == "localhost" or ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
