"""The response streams that a server has open: how many a connection may have, and their end when it drains."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from typing import Any, Final

import grpc

from goten.refusals import Refused, with_reason
from goten.server.adaptor import Context, Handler, abort, send_all
from goten.server.turns import WritingTurns

DEFAULT_PER_CONNECTION: Final = 1000
"""A stream costs the server about 25 KB."""

_INDISTINCT: Final = "unix:"
"""What gRPC says of all peers on Unix sockets."""


class Streams:
    """Owns no task: a stream runs in that of its RPC, and is ended there."""

    def __init__(self, per_connection: int = DEFAULT_PER_CONNECTION) -> None:
        self._per_connection = per_connection
        self._of_peer: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._draining = False
        self._turns = WritingTurns()

    def __len__(self) -> int:
        return len(self._tasks)

    def counted(self, handler: Handler) -> Handler:
        """A handler whose streams are counted; handlers without response stream stay as they are."""
        if not handler.response_streaming:
            return handler
        shape = "stream_stream" if handler.request_streaming else "unary_stream"
        behaviour: Any = getattr(handler, shape)
        run = _written(behaviour) if inspect.isasyncgenfunction(behaviour) else behaviour

        async def respond(request: Any, context: Context) -> None:
            await self._run(run, request, context)

        make: Any = getattr(grpc, f"{shape}_rpc_method_handler")
        made: Handler = make(respond, handler.request_deserializer, handler.response_serializer)
        return made

    def drain(self) -> None:
        """Ends all streams with UNAVAILABLE, and those that come."""
        self._draining = True
        for task in self._tasks:
            task.cancel()

    async def _run(self, behaviour: Any, request: Any, context: Context) -> None:
        peer = context.peer()
        refused = self._refusal(peer)
        if refused is not None:
            await abort(context, refused)
        task = asyncio.current_task()
        # gRPC runs every RPC in a task of its own.
        assert task is not None
        self._of_peer[peer] += 1
        self._tasks.add(task)
        try:
            await behaviour(request, self._turns.paced(context))
        except asyncio.CancelledError:
            # Also cancelled by gRPC when the client leaves: then there is nobody to be told.
            if not self._draining or task.uncancel() > 0:
                raise
            await abort(context, _going_away())
        finally:
            self._tasks.discard(task)
            self._of_peer[peer] -= 1
            if not self._of_peer[peer]:
                del self._of_peer[peer]

    def _refusal(self, peer: str) -> Refused | None:
        if self._draining:
            return _going_away()
        if peer == _INDISTINCT or self._of_peer[peer] < self._per_connection:
            return None
        reason = f"this connection has {self._per_connection} streams open, which is the most that one may have"
        refused = Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{reason}; close some, or open another connection")
        return with_reason(refused, "TOO_MANY_STREAMS", "goten", {"limit": str(self._per_connection)})


def _written(behaviour: Any) -> Any:
    """An asynchronous generator of responses as a function that writes them."""

    async def run(request: Any, context: Context) -> None:
        await send_all(context, behaviour(request, context))

    return run


def _going_away() -> Refused:
    return Refused(grpc.StatusCode.UNAVAILABLE, "the server is going away; go on with another one, or with it later")
