"""A ResourceServer with faults around its operations."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from goten.refusals import not_found
from goten.server import ResourceServer, stream_handler, unary_handler
from goten.server.adaptor import Handler
from goten.server.operations import Operation
from tests.servers.faults import Faults

Watch = Callable[[Any, str], Any]
"""(request, caller) to an asynchronous generator of serialized responses."""

_READS = ("get", "batch_get", "list")


class FaultyServer:
    """Serves what a ResourceServer does, as the faults have it. `calls` says how often what happened."""

    def __init__(self, server: ResourceServer[Any, Any], faults: Faults) -> None:
        self._server = server
        self._faults = faults
        self._type = server.descriptor.type
        self.calls: Counter[str] = Counter()
        """By verb of the method; also how watches began: `snapshot`, `resume`, `hard_reset`."""

    @property
    def singular(self) -> str:
        return self._server.descriptor.singular

    def handlers(self) -> Mapping[str, Mapping[str, Handler]]:
        """By the full name of the API and the name of the method."""
        made: dict[str, dict[str, Handler]] = {}
        methods = self._server.operations.methods
        for verb, operation in self._server.operations.unary.items():
            method = methods[verb]
            made.setdefault(method.api, {})[method.name] = unary_handler(method, self._unary(verb, operation))
        for verb, watch in self._server.watches.operations.items() if self._server.watches is not None else ():
            method = methods[verb]
            made.setdefault(method.api, {})[method.name] = stream_handler(method, self._stream(verb, watch))
        return made

    def _unary(self, verb: str, operation: Operation) -> Operation:
        async def operate(request: Any, caller: str) -> Any:
            self.calls[verb] += 1
            await self._faults.before_answer()
            if verb not in _READS:
                return await operation(request, caller)
            try:
                return await self._read(verb, operation, request, caller)
            finally:
                await asyncio.sleep(self._faults.get_delay)

        return operate

    async def _read(self, verb: str, operation: Operation, request: Any, caller: str) -> Any:
        hidden = self._faults.hidden
        if verb == "get" and request.name in hidden:
            raise not_found(self._type, request.name)
        if verb != "batch_get":
            return await operation(request, caller)
        visible = type(request)()
        visible.CopyFrom(request)
        visible.names[:] = [name for name in request.names if name not in hidden]
        response = await operation(visible, caller)
        response.missing.extend(name for name in request.names if name in hidden)
        return response

    def _stream(self, verb: str, watch: Watch) -> Watch:
        async def responses(request: Any, caller: str) -> AsyncIterator[bytes]:
            self.calls[verb] += 1
            await self._faults.before_stream()
            if verb != "watch":
                async for response in self._delayed(watch, request, caller):
                    yield response
                return
            self.calls["resume" if request.resume_token else "snapshot"] += 1
            async for response in self._collection(watch, request, caller):
                yield response

        return responses

    async def _delayed(self, watch: Watch, request: Any, caller: str) -> AsyncIterator[bytes]:
        async with aclosing(watch(request, caller)) as responses:
            async for response in responses:
                await asyncio.sleep(self._faults.watch_delay)
                await self._faults.while_held()
                yield response

    async def _collection(self, watch: Watch, request: Any, caller: str) -> AsyncIterator[bytes]:
        """A stream that was held is asked for anew from the last boundary: what was not sent is worked out then."""
        read = self._server.operations.methods["watch"].response.FromString
        asked: Any = request
        while asked is not None:
            token, again = asked.resume_token, None
            async with aclosing(watch(asked, caller)) as responses:
                async for response in responses:
                    await asyncio.sleep(self._faults.watch_delay)
                    if self._faults.holds:
                        await self._faults.while_held()
                        if token:
                            again = _resumed(request, token)
                            break
                    for said in self._as_faulty(read(response)):
                        yield said.SerializeToString()
                        if said.snapshot_size < 0:
                            token = said.resume_token
            asked = again

    def _as_faulty(self, response: Any) -> Iterable[Any]:
        """The response with the size that is to be said, or none."""
        if response.is_hard_reset:
            self.calls["hard_reset"] += 1
        if response.snapshot_size >= 0:
            size = self._faults.say_size(response.snapshot_size)
            if size is None:
                return ()
            response.snapshot_size = size
        return (response,)


def count_calls(servers: Iterable[FaultyServer]) -> dict[str, int]:
    """What happened in all of them, in any version, as `Project.get`: 3."""
    counts: Counter[str] = Counter()
    for server in servers:
        counts.update({f"{server.singular}.{what}": count for what, count in server.calls.items()})
    return dict(counts)


def _resumed(request: Any, token: str) -> Any:
    again = type(request)()
    again.CopyFrom(request)
    again.ClearField("starting_time")
    again.resume_token = token
    return again
