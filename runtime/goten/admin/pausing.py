"""A pause in serving: nothing of it is under way, nothing new begins, and everyone is told why."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

import grpc

from goten.refusals import Refused, with_reason
from goten.server.adaptor import Context, Handler, abort, send_all

Handlers = Mapping[str, Mapping[str, Handler]]
"""By the full name of an API and the name of a method."""

PAUSED: Final = "PAUSED"
"""ErrorInfo reason of what is refused in a pause."""


class Pause:
    """Stands in front of handlers. Owns no task: an RPC runs in its own, and is ended there.

    `begun` is called with the reason when a pause begins, `ended` when it has ended.
    """

    def __init__(
        self, begun: Callable[[str], None] = lambda reason: None, ended: Callable[[], None] = lambda: None
    ) -> None:
        self._begun = begun
        self._ended = ended
        self._reason = ""
        self._streams: set[asyncio.Task[Any]] = set()
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def reason(self) -> str:
        """Why nothing is served now; empty while it is."""
        return self._reason

    @property
    def streams(self) -> int:
        """How many streams of responses are open."""
        return len(self._streams)

    def guarded(self, apis: Handlers) -> Handlers:
        """The same handlers, which refuse with UNAVAILABLE in a pause."""
        return {api: {name: self._guarded(found) for name, found in methods.items()} for api, methods in apis.items()}

    async def begin(self, reason: str) -> None:
        """Refuses what comes, ends the streams, and returns when what was under way is done."""
        self._reason = reason
        self._begun(reason)
        for task in self._streams:
            task.cancel()
        await self._idle.wait()

    def end(self) -> None:
        self._reason = ""
        self._ended()

    def _guarded(self, handler: Handler) -> Handler:
        if handler.response_streaming:
            inner: Any = handler.unary_stream
            run = _written(inner) if inspect.isasyncgenfunction(inner) else inner

            async def stream(request: Any, context: Context) -> None:
                await self._run_stream(run, request, context)

            return grpc.unary_stream_rpc_method_handler(
                stream, handler.request_deserializer, handler.response_serializer
            )
        behaviour: Any = handler.unary_unary

        async def respond(request: Any, context: Context) -> Any:
            if self._reason:
                await abort(context, self._refusal())
            self._enter()
            try:
                return await behaviour(request, context)
            finally:
                self._leave()

        return grpc.unary_unary_rpc_method_handler(respond, handler.request_deserializer, handler.response_serializer)

    async def _run_stream(self, behaviour: Any, request: Any, context: Context) -> None:
        task = asyncio.current_task()
        if self._reason or task is None:
            await abort(context, self._refusal())
            return
        self._streams.add(task)
        self._enter()
        try:
            await behaviour(request, context)
            return
        except asyncio.CancelledError:
            # Also cancelled when the client leaves, or the server stops: then it is not for us to answer.
            if not self._is_on() or task.uncancel() > 0:
                raise
            refusal = self._refusal()
        finally:
            self._streams.discard(task)
            self._leave()
        # Nothing waits for this: a client that does not read what came before is not told for as long.
        await abort(context, refusal)

    def _is_on(self) -> bool:
        return bool(self._reason)

    def _enter(self) -> None:
        self._under_way += 1
        self._idle.clear()

    def _leave(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._idle.set()

    def _refusal(self) -> Refused:
        return with_reason(Refused(grpc.StatusCode.UNAVAILABLE, self._reason), PAUSED, "goten")


def _written(behaviour: Any) -> Any:
    """An asynchronous generator of responses as a function that writes them."""

    async def run(request: Any, context: Context) -> None:
        await send_all(context, behaviour(request, context))

    return run
