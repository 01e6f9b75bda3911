"""Channels to other services: shared, and replaced when endpoints change (ENV-15 to ENV-17)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final

import grpc
import grpc.aio

from goten.channels import is_loopback
from goten.env_registry.changes import Change, DeploymentChange
from goten.env_registry.endpoints import Wanted, address_of, choose_endpoint
from goten.env_registry.environment import Environment
from goten.env_registry.reachability import Reachability
from goten.meta.v1.deployment_pb2 import Deployment
from goten.watch import CHANNEL_OPTIONS, Clock, LoopClock

DRAIN: Final = 30.0
"""So many seconds RPCs may go on after their endpoint is gone."""

_OPTIONS: Final = (
    *CHANNEL_OPTIONS,
    # Who is not called for long stays connected: a channel that is not has lost its peer.
    ("grpc.client_idle_timeout_ms", 2**31 - 1),
)


def dial(address: str, credentials: grpc.ChannelCredentials | None) -> grpc.aio.Channel:
    """A channel that notices a peer that froze. Loopback is dialled without encryption, all else by TLS."""
    if is_loopback(address):
        return grpc.aio.insecure_channel(address, options=_OPTIONS)
    return grpc.aio.secure_channel(address, credentials or grpc.ssl_channel_credentials(), options=_OPTIONS)


class Dialler:
    """Keeps one channel for each address in use. `own` is the deployment that dials. Close it to close all channels."""

    def __init__(
        self,
        credentials: grpc.ChannelCredentials | None = None,
        *,
        drain: float = DRAIN,
        clock: Clock | None = None,
    ) -> None:
        self._credentials = credentials
        self._drain = drain
        self._clock = clock or LoopClock()
        self._reachability = Reachability(self._clock)
        self._environment = Environment()
        self._own: Deployment | None = None
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._chosen: dict[Wanted, grpc.aio.Channel] = {}
        self._retired: dict[grpc.aio.Channel, asyncio.Task[None]] = {}
        self._closed = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """What is dialled now."""
        return tuple(self._channels)

    def follow(self, environment: Environment, own: Deployment | None, changes: Iterable[Change]) -> None:
        """The environment is another now, by these changes: channels to what is nobody's endpoint are retired."""
        moved = own is not self._own and _network_of(own) != _network_of(self._own)
        self._environment, self._own = environment, own
        self._chosen.clear()
        if not self._channels:
            return
        left = set(self._channels) if moved else _left(changes, own).intersection(self._channels)
        if left:
            known = {address for deployment in environment.all_deployments() for address in _addresses(deployment, own)}
            for address in left - known:
                self._reachability.forget(address)
                self._retire(self._channels.pop(address))

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
            channel = self._channels[endpoint.address] = dial(endpoint.address, self._credentials)
        if wanted.other_region:
            # The choice depends on which addresses answer now.
            self._reachability.connect(endpoint.address, channel)
        else:
            self._chosen[wanted] = channel
        return channel

    async def close(self) -> None:
        """Closes all channels, and with them the RPCs that are under way; can be called again."""
        self._closed = True
        self._chosen.clear()
        for task in self._retired.values():
            task.cancel()
        await asyncio.gather(*self._retired.values(), return_exceptions=True)
        for channel in (*self._retired, *self._channels.values()):
            await channel.close()
        self._retired.clear()
        self._channels.clear()

    def _down(self) -> frozenset[str]:
        is_down = self._reachability.is_down
        return frozenset(address for address, channel in self._channels.items() if is_down(address, channel))

    def _retire(self, channel: grpc.aio.Channel) -> None:
        self._retired[channel] = asyncio.create_task(self._close_later(channel), name="closing a retired channel")

    async def _close_later(self, channel: grpc.aio.Channel) -> None:
        # gRPC's own way, to close with a grace, cannot be cut short: a channel is never closed where that is cancelled.
        await self._clock.sleep(self._drain)
        await channel.close()
        del self._retired[channel]


def _left(changes: Iterable[Change], own: Deployment | None) -> set[str]:
    """Addresses that a deployment had before changes; it, or another one, may have them still."""
    before = [change.before for change in changes if isinstance(change, DeploymentChange)]
    return {address for deployment in before if deployment is not None for address in _addresses(deployment, own)}


def _addresses(deployment: Deployment, own: Deployment | None) -> Iterator[str]:
    """All addresses at which a deployment may be dialled."""
    if not deployment.is_disabled:
        for label in ("", *(domain.label for domain in deployment.labelled_domains)):
            address = address_of(deployment, own, label)
            if address is not None:
                yield address


def _network_of(own: Deployment | None) -> str:
    return "" if own is None else own.local_network_id
