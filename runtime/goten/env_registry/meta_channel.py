"""The one channel to Meta: dialled by the registry, or given by whoever runs Meta in the same process (ENV-19)."""

from __future__ import annotations

from typing import Any

import grpc

from goten.channels import UnknownService
from goten.env_registry.dialler import dial


class MetaChannel:
    """ChannelProvider that knows Meta alone. Open it before it is used; `close` leaves a channel that was given."""

    def __init__(self, address: str, credentials: grpc.ChannelCredentials | None = None, *, given: Any = None) -> None:
        self.peer = address if given is None else "the Meta of this process"
        self._credentials = credentials
        self._given = given
        self._current: Any = given

    def open(self) -> None:
        """Connects with the first call."""
        if self._current is None:
            self._current = dial(self.peer, self._credentials)

    def channel(self, service: str, version: str, region: str | None = None) -> Any:
        """Raises UnknownService while it is not open."""
        if self._current is None:
            raise UnknownService(service, version, region, "the EnvRegistry is not running")
        return self._current

    async def close(self) -> None:
        if self._given is None and self._current is not None:
            channel, self._current = self._current, None
            await channel.close()
