"""Operations as handlers of grpc.aio: thin, for every request passes here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import DecodeError, Message

from goten.descriptors import MessageT
from goten.methods import MethodDescriptor
from goten.refusals import Refused, invalid_request
from goten.server.failures import refusal_of

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
CallerOf: TypeAlias = Callable[[Context], str]
"""The domain of the service on whose behalf an RPC is made."""


class _Malformed:
    """Stands for a request that could not be read."""


_MALFORMED: Final = _Malformed()


def unary_handler(
    method: MethodDescriptor[Any, Any],
    operation: Callable[[Any, str], Awaitable[Any]],
    caller: CallerOf | None = None,
) -> Handler:
    """Serves a method by an operation, (request, caller) to response, which may raise anything."""

    async def respond(request: Any, context: Context) -> Any:
        try:
            if request is _MALFORMED:
                raise _unreadable(method.request)
            return await operation(request, "" if caller is None else caller(context))
        except Exception as error:
            await abort(context, refusal_of(error, method.full_name))

    return grpc.unary_unary_rpc_method_handler(respond, _reader(method), _write)


def stream_handler(
    method: MethodDescriptor[Any, Any],
    operation: Callable[[Any, str], AsyncIterator[Any]],
    caller: CallerOf | None = None,
) -> Handler:
    """Serves a method by an operation, (request, caller) to responses: messages, or such that are serialized."""

    async def respond(request: Any, context: Context) -> None:
        try:
            if request is _MALFORMED:
                raise _unreadable(method.request)
            await send_all(context, operation(request, "" if caller is None else caller(context)))
        except Exception as error:
            await abort(context, refusal_of(error, method.full_name))

    return grpc.unary_stream_rpc_method_handler(respond, _reader(method), _write)


def parse_request(kind: type[MessageT], raw: bytes) -> MessageT:
    """A request that a handler takes as bytes. Raises Refused (INVALID_ARGUMENT) where it cannot be read."""
    try:
        return kind.FromString(raw)
    except DecodeError:
        raise _unreadable(kind) from None


async def send_all(context: Context, responses: Any) -> None:
    """Sends what an asynchronous generator of responses yields. Whenever this is cancelled, the RPC can be aborted."""
    begun = False
    async with aclosing(responses):
        async for response in responses:
            try:
                if not begun:
                    await _begin(context)
                begun = True
                await context.write(response)
            except grpc.aio.InternalError:
                # The client has left; gRPC cancels this too, but not always first.
                raise asyncio.CancelledError from None


async def _begin(context: Context) -> None:
    """Sends what comes before the first response.

    Left to gRPC, it goes with that response; and where sending that is cancelled, an abort sends it a second time,
    which fails, and the client is never told. By itself it is sent in no time, for no flow control holds it back.
    """
    sending = asyncio.ensure_future(context.send_initial_metadata(()))
    try:
        await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.gather(sending, return_exceptions=True)
        raise


async def abort(context: Context, refused: Refused) -> None:
    """Ends the RPC with the status and its details. Raises what grpc.aio raises to end it."""
    try:
        await context.abort(refused.code, refused.short_message, refused.trailing_metadata())
    except (grpc.aio.UsageError, grpc.aio.InternalError):
        # Another status is under way, for the task was cancelled while it was sent; or the client has left.
        raise asyncio.CancelledError from None


def _reader(method: MethodDescriptor[Any, Any]) -> Callable[[bytes], Any]:
    parse = method.request.FromString

    def read(data: bytes) -> Any:
        # An exception here would end the RPC with UNKNOWN and a traceback in the log.
        try:
            return parse(data)
        except DecodeError:
            return _MALFORMED

    return read


def _write(response: Any) -> bytes:
    data: bytes = response if type(response) is bytes else response.SerializeToString()
    return data


def _unreadable(kind: type[Message]) -> Refused:
    name = kind.DESCRIPTOR.full_name
    return invalid_request(f"the request cannot be read as {name}: it is damaged, or nested deeper than 100 levels")
