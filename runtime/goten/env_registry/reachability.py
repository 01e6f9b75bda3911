"""Which addresses do not answer now, by what gRPC says of their connections (ENV-16)."""

from __future__ import annotations

from typing import Final

import grpc
import grpc.aio

from goten.watch import Clock

SETTLING: Final = 1.0
"""So many seconds after it was told to connect, a channel may still be idle."""


class Reachability:
    """Asks channels, and remembers what they do not tell: whether they had a connection before. Owns no task."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        """Since when a channel, by its address, is to be connected."""
        self._lost: set[str] = set()
        """Addresses whose connection ended, and is not back."""

    def connect(self, address: str, channel: grpc.aio.Channel) -> None:
        """Has a channel connect, and from now on stay so: whether its address answers is known the sooner."""
        channel.get_state(try_to_connect=True)
        self._told.setdefault(address, self._clock.now())

    def is_down(self, address: str, channel: grpc.aio.Channel) -> bool:
        """Whether the last attempt to connect failed, or the connection ended and a new one is not there yet."""
        state = channel.get_state()
        if state is grpc.ChannelConnectivity.READY:
            self._lost.discard(address)
        elif state is grpc.ChannelConnectivity.IDLE and self._has_settled(address):
            # A connection that ends leaves its channel idle until someone calls.
            self._lost.add(address)
            channel.get_state(try_to_connect=True)
        return state is grpc.ChannelConnectivity.TRANSIENT_FAILURE or address in self._lost

    def forget(self, address: str) -> None:
        """Nobody dials it any more."""
        self._told.pop(address, None)
        self._lost.discard(address)

    def _has_settled(self, address: str) -> bool:
        told = self._told.get(address)
        return told is not None and self._clock.now() - told > SETTLING
