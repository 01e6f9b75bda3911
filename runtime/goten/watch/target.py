"""What is watched, and where."""

from __future__ import annotations

from typing import Any

from goten.channels import ChannelProvider, UnknownService
from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.watch.errors import StreamEnded
from goten.watch.query import WatchQuery
from goten.watch.stream import WatchStream


class WatchTarget:
    """Opens streams of one query. Raises NotWatchable where the method cannot take it."""

    def __init__(
        self,
        channels: ChannelProvider,
        method: MethodDescriptor[Any, Any],
        resource: Descriptor[Any, Any],
        query: WatchQuery,
        region: str | None,
    ) -> None:
        query.check(method)
        self._channels = channels
        self._method = method
        self._resource = resource
        self._query = query
        self._region = region
        self._chunk_size = query.max_chunk_size

    def __str__(self) -> str:
        return f"{self._resource} in {self._query.parent}" if self._query.parent else str(self._resource)

    def open(self, token: str) -> WatchStream:
        """A stream, from `token` on. Raises StreamEnded where none can be had.

        The provider is asked each time: the service may have moved, or may not be known yet.
        """
        try:
            channel = self._channels.channel(self._resource.domain, self._resource.version, self._region)
        except UnknownService as error:
            raise StreamEnded("UNAVAILABLE", str(error)) from error
        return WatchStream(channel, self._method, self._query.request(self._method, token, self._chunk_size))

    def ask_for_less(self) -> None:
        """Halves the chunks of streams to come: a response may have been too large for gRPC."""
        self._chunk_size = max(1, self._chunk_size // 2)

    def ask_for_all(self) -> None:
        """Chunks are as the query has them again."""
        self._chunk_size = self._query.max_chunk_size
