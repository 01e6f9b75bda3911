"""Where a server may listen."""

from __future__ import annotations

import pytest

from goten.server.listening import ListenRefused, check_listen


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8472", "127.9.9.9:0", "[::1]:8472", "localhost:1", "unix:/run/meta.sock", "unix:meta.sock"]
)
def test_this_machine(address: str) -> None:
    assert check_listen(address) == address


@pytest.mark.parametrize("address", ["0.0.0.0:8472", "[::]:8472", "192.168.0.1:8472", "[2001:db8::1]:1", ":8472"])
def test_anything_else_waits_for_access_control(address: str) -> None:
    with pytest.raises(ListenRefused, match=r"access control|is no address"):
        check_listen(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1", "it has no port"),
        ("127.0.0.1:x", "it has no port"),
        ("127.0.0.1:65536", "65536 is no port; a port is a number from 0 to 65535"),
        (f"127.0.0.1:{'9' * 5000}", "is no port"),
        ("127.0.0.1:٣", "it has no port"),
        ("", "it has no port"),
        ("example.com:80", "no name but localhost is looked up"),
        ("unix:", "it has no path"),
        ("unix-abstract:x", "it has no port"),
    ],
)
def test_what_is_no_address(address: str, reason: str) -> None:
    with pytest.raises(ListenRefused, match=reason):
        check_listen(address)
