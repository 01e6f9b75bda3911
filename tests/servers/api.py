"""From resource types to gRPC handlers: any generated service is served by the same few methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
import grpc.aio

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.services import ServiceDescriptor
from tests.servers.faults import Faults
from tests.servers.refusal import Refused
from tests.servers.resources import Resources
from tests.servers.store import Store
from tests.servers.streams import StreamHandler, StreamMethods
from tests.servers.unary import UnaryHandler, UnaryMethods


class ResourceApi:
    """Serves the standard methods of one resource type out of a store. Methods beyond these are UNIMPLEMENTED."""

    def __init__(
        self,
        service: ServiceDescriptor,
        resource: Descriptor[Any, Any],
        store: Store,
        faults: Faults,
        bookmark_interval: float,
    ) -> None:
        methods = service.access[resource.type]
        self.resource = resource
        self._methods = methods
        self._unary = UnaryMethods(Resources(resource, store), methods, store, faults)
        self._streams = StreamMethods(resource, methods, store, faults, bookmark_interval)

    @property
    def calls(self) -> dict[str, int]:
        """How often what happened."""
        return self._unary.calls | self._streams.calls

    def rpc_handlers(self) -> dict[str, dict[str, Any]]:
        """gRPC handlers by API and method."""
        handlers: dict[str, dict[str, Any]] = {}
        for verb, handle in self._unary.handlers().items():
            self._put(handlers, verb, grpc.unary_unary_rpc_method_handler, _unary(handle))
        for verb, stream in self._streams.handlers().items():
            self._put(handlers, verb, grpc.unary_stream_rpc_method_handler, _stream(stream))
        return handlers

    def _put(self, handlers: dict[str, dict[str, Any]], verb: str, make: Any, behaviour: Any) -> None:
        method: MethodDescriptor[Any, Any] = self._methods[verb]
        handlers.setdefault(method.api, {})[method.name] = make(
            behaviour,
            request_deserializer=method.request.FromString,
            response_serializer=method.response.SerializeToString,
        )


def add_apis(server: grpc.aio.Server, apis: Iterable[ResourceApi]) -> None:
    """Makes `server` serve them; each API (gRPC service) belongs to one resource type."""
    for api in apis:
        for name, handlers in api.rpc_handlers().items():
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))


def count_calls(apis: Iterable[ResourceApi]) -> dict[str, int]:
    """What happened in all of them, as `Project.get`: 3."""
    return dict(Counter({f"{api.resource.singular}.{what}": n for api in apis for what, n in api.calls.items()}))


def _unary(handle: UnaryHandler) -> Any:
    async def behaviour(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        try:
            return await handle(request)
        except Refused as refused:
            await context.abort(refused.code, refused.details)

    return behaviour


def _stream(handle: StreamHandler) -> Any:
    async def behaviour(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        try:
            async for response in handle(request):
                yield response
        except Refused as refused:
            await context.abort(refused.code, refused.details)

    return behaviour
