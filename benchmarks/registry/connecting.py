"""Channels to Meta, as a registry takes them, which note what goes over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import grpc.aio

from goten.watch import CHANNEL_OPTIONS


def connect(address: str) -> grpc.aio.Channel:
    """A channel with a connection of its own, which channels of one process to one address would share."""
    return grpc.aio.insecure_channel(address, options=[*CHANNEL_OPTIONS, ("grpc.use_local_subchannel_pool", 1)])


class NotingChannel:
    """Notes when the last unary call was answered before the first stream was opened, by the clock of all processes.

    For a registry that is the end of its registration: it is confirmed, and the watches open.
    """

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel: Any = channel
        self._answered = 0.0
        self.registered = 0.0

    def unary_unary(self, path: str, **options: Any) -> Callable[..., Any]:
        call = self._channel.unary_unary(path, **options)

        async def noting(request: Any, **timing: Any) -> Any:
            answer = await call(request, **timing)
            self._answered = time.monotonic()
            return answer

        return noting

    def unary_stream(self, path: str, **options: Any) -> Any:
        self.registered = self.registered or self._answered
        return self._channel.unary_stream(path, **options)


class RecordingChannel(NotingChannel):
    """Keeps the responses of streams too, by the path of their method."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self.streams: dict[str, list[bytes]] = {}

    def unary_stream(self, path: str, **options: Any) -> Any:
        open_stream = super().unary_stream(path, **options)
        kept = self.streams.setdefault(path, [])
        return lambda request, **timing: _RecordedCall(open_stream(request, **timing), kept)


class _RecordedCall:
    def __init__(self, call: Any, kept: list[bytes]) -> None:
        self._call = call
        self._kept = kept

    async def read(self) -> Any:
        response = await self._call.read()
        if response is not grpc.aio.EOF:
            self._kept.append(response)
        return response

    def cancel(self) -> None:
        self._call.cancel()
