"""Where a server may listen: on this machine only, for there is no access control yet."""

from __future__ import annotations

import ipaddress
import socket

DEFAULT_LISTEN = "127.0.0.1:8472"


class ListenRefused(ValueError):
    """An address that a server does not listen on. `reason` says why, `hint` what would be right."""

    def __init__(self, address: str, reason: str, hint: str) -> None:
        super().__init__(address, reason, hint)
        self.address = address
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        return f"cannot listen on {self.address!r}: {self.reason}; {self.hint}"


_HINT = f"give a loopback address with a port, such as {DEFAULT_LISTEN}, or unix:PATH"


def check_listen(address: str) -> str:
    """The address as gRPC takes it: `127.0.0.1:8472`, `[::1]:8472`, `localhost:8472` or `unix:/run/meta.sock`.

    Port 0 stands for one that is free. Raises ListenRefused.
    """
    if address.startswith("unix:"):
        if not address.removeprefix("unix:").lstrip("/"):
            raise ListenRefused(address, "it has no path", _HINT)
        return address
    host, colon, port = address.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ListenRefused(address, "it has no port", _HINT)
    if not all(address.is_loopback for address in _addresses(address, host)):
        raise ListenRefused(address, "only loopback addresses are served until access control is there", _HINT)
    return f"{host}:{port}"


def _addresses(address: str, host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    if host == "localhost":
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ListenRefused(address, f"localhost has no address: {error}", _HINT) from None
        return [ipaddress.ip_address(entry[4][0]) for entry in found]
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return [ipaddress.ip_address(bare)]
    except ValueError:
        raise ListenRefused(address, f"{host!r} is no address, and no name but localhost is looked up", _HINT) from None
