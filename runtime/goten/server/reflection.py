"""gRPC's reflection: tools need no protos to talk to a server that has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final, cast

import grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha._async import ReflectionServicer  # type: ignore[import-untyped]

from goten.refusals import Refused
from goten.server.adaptor import Context, Handler, abort, parse_request, send_all

API: Final[str] = reflection.SERVICE_NAME


def reflection_handlers(apis: Iterable[str]) -> Mapping[str, Handler]:
    """By the name of the method; `apis` are the full names of what there is, reflection itself included."""
    collected = _Collected()
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(ReflectionServicer(apis), cast("Any", collected))
    return {name: _readable(handler) for name, handler in collected.handlers.items()}


class _Collected:
    """Takes handlers in the place of a server."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """What is here is registered as well, by name."""

    def add_registered_method_handlers(self, api: str, handlers: Mapping[str, Handler]) -> None:
        self.handlers.update(handlers)


def _readable(handler: Handler) -> Handler:
    """The same handler, which refuses requests that cannot be read; gRPC would end them with UNKNOWN."""
    behaviour: Any = handler.stream_stream

    async def respond(raws: AsyncIterator[bytes], context: Context) -> None:
        requests = (parse_request(reflection_pb2.ServerReflectionRequest, raw) async for raw in raws)
        try:
            await send_all(context, behaviour(requests, context))
        except Refused as refused:
            await abort(context, refused)

    return grpc.stream_stream_rpc_method_handler(respond, None, handler.response_serializer)
