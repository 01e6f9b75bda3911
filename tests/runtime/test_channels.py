"""StaticChannelProvider, and which addresses count as loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import grpc
import grpc.aio
import grpc.experimental
import pytest

from goten.channels import ChannelProvider, StaticChannelProvider, UnknownService, is_loopback


@pytest.fixture
async def echo_port() -> AsyncIterator[int]:
    """A server without encryption, on every address of this machine."""

    async def echo(request: bytes, context: object) -> bytes:
        return request

    server = grpc.aio.server()
    handlers: dict[str, Any] = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("sample.Echo", handlers),))
    port = server.add_insecure_port("0.0.0.0:0")
    await server.start()
    yield port
    await server.stop(None)


async def call_echo(channel: grpc.aio.Channel, request: bytes) -> bytes:
    call: Any = channel.unary_unary("/sample.Echo/Echo")
    return cast(bytes, await call(request, timeout=5))


async def test_a_loopback_address_is_dialled_without_encryption(echo_port: int) -> None:
    async with StaticChannelProvider({"identity.example.test": f"127.0.0.1:{echo_port}"}) as provider:
        assert await call_echo(provider.channel("identity.example.test", "v1"), b"hello") == b"hello"


async def test_other_addresses_are_dialled_with_tls(echo_port: int) -> None:
    """Which a server without encryption does not understand. On Linux, 0.0.0.0 leads to this machine."""
    async with StaticChannelProvider({"identity.example.test": f"0.0.0.0:{echo_port}"}) as provider:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call_echo(provider.channel("identity.example.test", "v1"), b"hello")
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_given_credentials_are_used_for_other_addresses(echo_port: int) -> None:
    addresses = {"identity.example.test": f"0.0.0.0:{echo_port}"}
    credentials = grpc.experimental.insecure_channel_credentials()  # type: ignore[no-untyped-call]
    async with StaticChannelProvider(addresses, credentials=credentials) as provider:
        assert await call_echo(provider.channel("identity.example.test", "v1"), b"hello") == b"hello"


async def test_the_address_of_a_region_comes_first() -> None:
    in_region = {("a.example.test", "eu-1"): "127.0.0.1:2"}
    async with StaticChannelProvider({"a.example.test": "127.0.0.1:1"}, in_region=in_region) as static:
        provider: ChannelProvider = static
        everywhere = provider.channel("a.example.test", "v1")
        assert provider.channel("a.example.test", "v2", "us-1") is everywhere
        assert provider.channel("a.example.test", "v1", "eu-1") is not everywhere
        assert provider.channel("a.example.test", "v1", "eu-1") is provider.channel("a.example.test", "v1", "eu-1")


async def test_an_unknown_service_is_named_with_what_is_known() -> None:
    async with StaticChannelProvider({}, in_region={("a.example.test", "eu-1"): "127.0.0.1:1"}) as provider:
        with pytest.raises(UnknownService, match=r"b.example.test v1 is known; .*a.example.test in eu-1"):
            provider.channel("b.example.test", "v1")
        with pytest.raises(UnknownService, match="in region us-1"):
            provider.channel("a.example.test", "v1", "us-1")
        with pytest.raises(UnknownService):
            provider.channel("a.example.test", "v1")


async def test_a_closed_provider_has_closed_its_channels() -> None:
    provider = StaticChannelProvider({"a.example.test": "127.0.0.1:1"})
    channel = provider.channel("a.example.test", "v1")
    await provider.close()
    await provider.close()
    assert channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN
    with pytest.raises(RuntimeError, match="closed"):
        provider.channel("a.example.test", "v1")


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("localhost:80", True),
        ("localhost", True),
        ("127.0.0.1:8472", True),
        ("127.8.9.1", True),
        ("[::1]:80", True),
        ("::1", True),
        ("ipv6:[::1]:80", True),
        ("ipv4:127.0.0.1:80", True),
        ("dns:///localhost:80", True),
        ("unix:/run/goten.sock", True),
        ("unix-abstract:goten", True),
        ("10.0.0.1:80", False),
        ("ipv4:127.0.0.1:80,10.0.0.1:80", False),
        ("localhost.example.test:80", False),
        ("identity.example.test:443", False),
        ("[2001:db8::1]:80", False),
        ("", False),
    ],
)
def test_loopback_addresses(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback
