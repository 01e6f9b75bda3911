"""Where a server may listen: on this machine only, for there is no access control yet."""

from __future__ import annotations

import errno
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


LAST_PORT = 65535
_LONGEST_PORT = 5
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
    if not colon or not (port.isascii() and port.isdigit()):
        raise ListenRefused(address, "it has no port", _HINT)
    if len(port) > _LONGEST_PORT or int(port) > LAST_PORT:
        raise ListenRefused(address, f"{port} is no port", f"a port is a number from 0 to {LAST_PORT}; 0: any free one")
    if not all(address.is_loopback for address in _addresses(address, host)):
        raise ListenRefused(address, "only loopback addresses are served until access control is there", _HINT)
    return f"{host}:{port}"


def check_free(address: str) -> None:
    """Raises ListenRefused where the port of an address that `check_listen` passed is not to be had now."""
    host, _, port = address.rpartition(":")
    if address.startswith("unix:") or int(port) == 0:
        return
    failures = [_bind_failure(found, int(port)) for found in _addresses(address, host)]
    if None in failures:
        return
    failure = next(failure for failure in failures if failure is not None)
    if failure.errno == errno.EADDRINUSE:
        raise ListenRefused(address, "something else listens there", "end that first, or choose another port")
    raise ListenRefused(address, f"the system refuses it ({failure.strerror})", "choose another port")


def _bind_failure(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> OSError | None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: what was open a moment ago is no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((str(address), port))
    except OSError as error:
        return error
    return None


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
