"""Channels to other services: shared, and replaced when endpoints change (ENV-15 to ENV-17)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import grpc
import grpc.aio

from goten.channels import is_loopback
from goten.env_registry.endpoints import Wanted, address_of, choose_endpoint
from goten.env_registry.environment import Environment
from goten.meta.v1.deployment_pb2 import Deployment
from goten.watch import CHANNEL_OPTIONS

DRAIN: Final = 30.0
"""So many seconds RPCs that are under way may go on after their endpoint is gone."""


def dial(address: str, credentials: grpc.ChannelCredentials | None) -> grpc.aio.Channel:
    """A channel that notices a peer that froze. Loopback is dialled without encryption, all else by TLS."""
    if is_loopback(address):
        return grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS)
    return grpc.aio.secure_channel(address, credentials or grpc.ssl_channel_credentials(), options=CHANNEL_OPTIONS)


class Dialler:
    """Keeps one channel for each address in use. `own` is the deployment that dials. Close it to close all channels."""

    def __init__(
        self,
        credentials: grpc.ChannelCredentials | None = None,
        *,
        make: Callable[[str], grpc.aio.Channel] | None = None,
        drain: float = DRAIN,
    ) -> None:
        self._make = make or (lambda address: dial(address, credentials))
        self._drain = drain
        self._environment = Environment()
        self._own: Deployment | None = None
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._chosen: dict[Wanted, grpc.aio.Channel] = {}
        self._draining: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """What is dialled now."""
        return tuple(self._channels)

    def follow(self, environment: Environment, own: Deployment | None) -> None:
        """The environment is another now: channels to addresses that are no endpoint of anyone are drained."""
        self._environment, self._own = environment, own
        self._chosen.clear()
        if not self._channels:
            return
        known = _addresses(environment, own)
        for address in [address for address in self._channels if address not in known]:
            self._drain_channel(self._channels.pop(address))

    def channel(self, wanted: Wanted) -> grpc.aio.Channel:
        """Raises UnknownService, and RuntimeError once closed."""
        chosen = self._chosen.get(wanted)
        if chosen is not None:
            return chosen
        if self._closed:
            raise RuntimeError("this Dialler is closed")
        down = self._down() if wanted.other_region else ()
        endpoint = choose_endpoint(self._environment, self._own, wanted, down)
        channel = self._channels.get(endpoint.address)
        if channel is None:
            channel = self._channels[endpoint.address] = self._make(endpoint.address)
        if not wanted.other_region:
            # Where another region will do, the choice depends on which addresses answer now.
            self._chosen[wanted] = channel
        return channel

    async def close(self) -> None:
        """Closes all channels, and with them the RPCs that are under way."""
        self._closed = True
        self._chosen.clear()
        for task in self._draining:
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close()

    def _down(self) -> frozenset[str]:
        failing = grpc.ChannelConnectivity.TRANSIENT_FAILURE
        return frozenset(address for address, channel in self._channels.items() if channel.get_state() is failing)

    def _drain_channel(self, channel: grpc.aio.Channel) -> None:
        task = asyncio.create_task(self._finish(channel), name="draining a channel")
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)

    async def _finish(self, channel: grpc.aio.Channel) -> None:
        try:
            await channel.close(self._drain)
        except asyncio.CancelledError:
            await channel.close()
            raise


def _addresses(environment: Environment, own: Deployment | None) -> set[str]:
    """All addresses that anyone may be dialled at."""
    addresses: set[Any] = set()
    for deployment in environment.all_deployments():
        if not deployment.is_disabled:
            labels = [domain.label for domain in deployment.labelled_domains]
            addresses.update(address_of(deployment, own, label) for label in ("", *labels))
    return addresses
