"""One stream: the RPC, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from goten.methods import MethodDescriptor, RequestT, ResponseT
from goten.watch.errors import OK, StreamEnded


class WatchStream:
    """An open RPC that yields raw responses.

    It decodes by itself: a response that cannot be decoded must end the stream, and gRPC would hand over None.
    """

    def __init__(
        self, channel: grpc.aio.Channel, method: MethodDescriptor[RequestT, ResponseT], request: RequestT
    ) -> None:
        """Raises StreamEnded for a channel that is closed."""
        self._response = method.response
        open_stream: Any = channel.unary_stream(method.path, request_serializer=method.request.SerializeToString)
        try:
            self._call = open_stream(request, wait_for_ready=False)
        except grpc.aio.UsageError as error:
            raise StreamEnded("UNAVAILABLE", str(error)) from error

    async def read(self) -> Any:
        """The next response. Raises StreamEnded."""
        try:
            raw = await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise StreamEnded(error.code().name, error.details() or "") from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise StreamEnded("CANCELLED", "the channel was closed") from error
        if raw is grpc.aio.EOF:
            raise StreamEnded(OK, "the server ended the stream")
        try:
            return self._response.FromString(raw)
        except DecodeError as error:
            raise StreamEnded("INTERNAL", f"the response is no {self._response.DESCRIPTOR.full_name}") from error

    def cancel(self) -> None:
        """Lets go of the RPC. Does nothing once it is over."""
        self._call.cancel()
