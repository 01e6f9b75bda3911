"""A gRPC interceptor that puts the policies a request is about into the context (spec/protocol/context.md)."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, cast

import grpc
import grpc.aio
from google.rpc import (  # type: ignore[import-untyped]
    code_pb2,
    error_details_pb2,
    status_pb2,
)

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_context import PolicyScope, PolicyUnavailable, set_request_policies
from goten.request_names import InvalidRequestName, RequestNames
from goten.services import ServiceDescriptor
from goten.syncing import governor_of

if TYPE_CHECKING:
    from google.protobuf.message import Message

    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
    Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


class PolicyResolver(Protocol):
    """Knows which policy governs a name. `goten.policy_store.GoverningPolicies` is the real one.

    A PolicyStore alone is none: it knows no policies of Services.
    """

    async def policy_for(self, name: ResourceName) -> Policy | None:
        """The policy of the holder that governs `name`, or of the Service of a name that none governs.

        Of the ids of `name`, those that the holder's name does not have may be `-`. None where there is no such holder.
        Raises PolicyUnavailable where it is not known now.
        """
        ...


class PolicyInterceptor(grpc.aio.ServerInterceptor):
    """Fills the context of every RPC of a service version from its requests (CONTEXT-7 to CONTEXT-12).

    Other RPCs pass through: a server of several versions has one interceptor for each. So do handlers that are plain
    functions; they run in threads, where no store can be awaited. `leave_out` has the full names of methods in whose
    requests a field only looks as if it held a resource name.
    """

    def __init__(
        self, service: ServiceDescriptor, resolver: PolicyResolver, *, leave_out: Collection[str] = ()
    ) -> None:
        """Raises ValueError where `leave_out` has what is no method of `service`."""
        for name in leave_out:
            if service.method(name) is None:
                raise ValueError(f"{service} has no method {name}")
        methods = [method for api in service.apis for method in api.methods if method.full_name not in leave_out]
        names = {method.path: RequestNames(service, method) for method in methods}
        self._names = {path: found for path, found in names.items() if found.finds_any}
        self._resolver = resolver

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        names = self._names.get(handler_call_details.method)
        if handler is None or names is None:
            return handler
        return _with_policies(handler, _Filling(names, self._resolver))


class _Filling:
    """Puts the policies of one RPC into the context."""

    def __init__(self, names: RequestNames, resolver: PolicyResolver) -> None:
        self._names = names
        self._resolver = resolver
        self._governed: Mapping[str, ResourceName] = {}
        """A name for each governor (SYNC-2) of what the last request with names was about."""

    async def fill(self, request: Message, context: Context) -> None:
        """Ends the RPC where the request has a bad name, or a policy is not known now."""
        try:
            names = self._names.find(request)
            if names:
                self._governed = _by_governor(names)
            policies = {governor: await self._resolver.policy_for(name) for governor, name in self._governed.items()}
        except InvalidRequestName as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error), _details(error))
        except PolicyUnavailable as error:
            await context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        set_request_policies({governor: policy for governor, policy in policies.items() if policy is not None})


def _by_governor(names: Iterable[ResourceName]) -> dict[str, ResourceName]:
    """One name for each governor, without those that stand for many (CONTEXT-11)."""
    holders = ((name, name.holder) for name in names)
    return {governor_of(name): name for name, holder in holders if holder is None or not holder.has_wildcard}


def _details(error: InvalidRequestName) -> tuple[tuple[str, bytes]]:
    """What grpc-status has clients read: a google.rpc.Status."""
    violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.reason)
    status = status_pb2.Status(code=code_pb2.INVALID_ARGUMENT, message=str(error))
    status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    return (("grpc-status-details-bin", status.SerializeToString()),)


def _with_policies(handler: Handler, filling: _Filling) -> Handler:
    """`handler`, called in a PolicyScope (CONTEXT-5)."""
    shape = "_".join(
        "stream" if stream else "unary" for stream in (handler.request_streaming, handler.response_streaming)
    )
    behaviour = getattr(handler, shape)
    begin = _begin_stream if handler.request_streaming else _begin_unary

    async def answer(request: Any, context: Context) -> Any:
        with PolicyScope():
            return await behaviour(*await begin(filling, request, context))

    async def stream_answers(request: Any, context: Context) -> AsyncIterator[Any]:
        scope = PolicyScope()
        with scope:
            responses = behaviour(*await begin(filling, request, context))
        try:
            while True:
                with scope:
                    try:
                        response = await anext(responses)
                    except StopAsyncIteration:
                        return
                yield response
        finally:
            with scope:
                await responses.aclose()

    if inspect.isasyncgenfunction(behaviour):
        respond: Any = stream_answers
    elif inspect.iscoroutinefunction(behaviour):
        respond = answer
    else:
        return handler
    make = getattr(grpc, f"{shape}_rpc_method_handler")
    made = make(respond, handler.request_deserializer, handler.response_serializer)
    return cast("Handler", made)


async def _begin_unary(filling: _Filling, request: Message, context: Context) -> tuple[Message, Context]:
    await filling.fill(request, context)
    return request, context


async def _begin_stream(
    filling: _Filling, requests: AsyncIterator[Message], context: Context
) -> tuple[_Requests, Context]:
    return _Requests(filling, requests, context), cast("Context", _ReadingContext(filling, context))


class _Requests:
    """The requests of a client stream. Each brings its policies into the context of who reads it (CONTEXT-12)."""

    def __init__(self, filling: _Filling, requests: AsyncIterator[Message], context: Context) -> None:
        self._filling = filling
        self._requests = requests
        self._context = context

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        request = await anext(self._requests)
        await self._filling.fill(request, self._context)
        return request


class _ReadingContext:
    """The context of a client stream, for handlers that call its `read`: as `_Requests`."""

    def __init__(self, filling: _Filling, context: Context) -> None:
        self._filling = filling
        self._context = context

    async def read(self) -> Any:
        request = await self._context.read()
        if request is not grpc.aio.EOF:
            await self._filling.fill(request, self._context)
        return request

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._context, attribute)
