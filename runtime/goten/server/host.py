"""The process side of serving: one port, with health, reflection, limits, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

import grpc
import grpc.aio

from goten.refusals import Refused
from goten.server import health, reflection
from goten.server.adaptor import Context, Handler, abort
from goten.server.listening import DEFAULT_LISTEN, ListenRefused, check_free, check_listen
from goten.server.streams import DEFAULT_PER_CONNECTION, Streams
from goten.watch import SERVER_OPTIONS

_LOG: Final = logging.getLogger("goten.server")

MAX_REQUEST_BYTES: Final = 4 * 1024 * 1024
DEFAULT_GRACE: Final = 5.0
MAX_PENDING: Final = 20_000
"""So many requests may wait until they are begun: when a server is back, all its clients come at once."""

Apis = Mapping[str, Mapping[str, Handler]]
"""By the full name of an API and the name of a method."""


class Server:
    """Serves APIs on a loopback address. It answers UNAVAILABLE, and is not healthy, until `ready`."""

    def __init__(
        self,
        apis: Iterable[Apis],
        *,
        listen: str = DEFAULT_LISTEN,
        max_request_bytes: int = MAX_REQUEST_BYTES,
        streams_per_connection: int = DEFAULT_PER_CONNECTION,
        options: Iterable[tuple[str, Any]] = (),
    ) -> None:
        """`options` are gRPC's, and come on top of ours. Raises ListenRefused, ValueError for an API given twice."""
        self._listen = check_listen(listen)
        self._streams = Streams(streams_per_connection)
        self._apis = _merged(apis)
        self._health = health.Health(self._apis)
        self._options = [
            *SERVER_OPTIONS,
            ("grpc.max_receive_message_length", max_request_bytes),
            # A port that is taken is an error.
            ("grpc.so_reuseport", 0),
            # Beyond these, gRPC cancels requests that came but were not begun; by itself beyond 1,000, at random.
            ("grpc.server.max_pending_requests", MAX_PENDING),
            ("grpc.server.max_pending_requests_hard_limit", 2 * MAX_PENDING),
            *options,
        ]
        self._gate = _Gate()
        self._ready = asyncio.Event()
        self._server: Any = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port that it listens on, once it is started; 0 on a Unix socket."""
        return self._port

    @property
    def address(self) -> str:
        """Where clients reach it, once it is started."""
        if self._listen.startswith("unix:"):
            return self._listen
        return f"{self._listen.rpartition(':')[0]}:{self._port}"

    @property
    def serving(self) -> bool:
        return self._health.serving

    @property
    def reason(self) -> str:
        """Why requests are refused until it is ready."""
        return self._gate.reason

    async def wait_ready(self) -> None:
        """Returns once `ready` was called."""
        await self._ready.wait()

    async def start(self) -> None:
        """Listens. Raises ListenRefused where the port is taken."""
        for api, methods in self._apis.items():
            self._gate.add(api, {name: self._streams.counted(handler) for name, handler in methods.items()})
        self._gate.add(health.API, self._health.handlers(), always=True)
        self._gate.add(reflection.API, self._reflection(), always=True)
        server = grpc.aio.server(options=self._options)
        server.add_generic_rpc_handlers((self._gate,))
        # gRPC tells less of what is wrong, and writes to standard error by itself.
        check_free(self._listen)
        try:
            port = server.add_insecure_port(self._listen)
        except RuntimeError as error:
            raise ListenRefused(self._listen, f"gRPC cannot listen there ({error})", "choose another port") from None
        await server.start()
        self._server, self._port = server, 0 if self._listen.startswith("unix:") else port
        _LOG.info("listening", extra={"address": self.address})

    def not_ready(self, reason: str) -> None:
        """Why requests are refused until `ready`."""
        self._gate.reason = reason
        _LOG.info("not ready", extra={"address": self.address, "reason": reason})

    def ready(self) -> None:
        """From now on requests are served, and the server is healthy."""
        self._gate.open()
        self._health.set_serving(True)
        self._ready.set()
        _LOG.info("ready", extra={"address": self.address})

    def pause(self, reason: str) -> None:
        """Not healthy until `resume`. Who pauses it sees to it that requests are refused."""
        self._health.set_serving(False)
        _LOG.info("paused", extra={"address": self.address, "reason": reason})

    def resume(self) -> None:
        """Healthy again. Does nothing once it stops."""
        self._health.set_serving(True)
        _LOG.info("resumed", extra={"address": self.address})

    async def stop(self, grace: float = DEFAULT_GRACE) -> None:
        """Tells that it goes: not healthy any more, no new requests, streams end with UNAVAILABLE.

        Requests under way have `grace` seconds to finish; then they are cancelled. Can be called again.
        """
        server, self._server = self._server, None
        self._health.drain()
        if server is None:
            return
        _LOG.info("draining", extra={"address": self.address, "streams": len(self._streams)})
        self._streams.drain()
        await server.stop(grace)
        _LOG.info("stopped", extra={"address": self.address})

    def _reflection(self) -> Mapping[str, Handler]:
        handlers = reflection.reflection_handlers([*self._apis, health.API, reflection.API])
        return {name: self._streams.counted(handler) for name, handler in handlers.items()}


class _Gate(grpc.GenericRpcHandler):
    """Finds the handler of a method; until it is open, only of those that are always served."""

    def __init__(self) -> None:
        self.reason = "the server is not ready yet"
        self._handlers: dict[str, Handler] = {}
        self._closed: dict[str, Handler] = {}
        self._serving = self._closed
        self._not_ready: Handler = grpc.unary_unary_rpc_method_handler(self._refuse)

    def add(self, api: str, methods: Mapping[str, Handler], *, always: bool = False) -> None:
        for name, handler in methods.items():
            path = f"/{api}/{name}"
            self._handlers[path] = handler
            self._closed[path] = handler if always else self._not_ready

    def open(self) -> None:
        self._serving = self._handlers

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        return self._serving.get(handler_call_details.method)

    async def _refuse(self, request: Any, context: Context) -> Any:
        await abort(context, Refused(grpc.StatusCode.UNAVAILABLE, self.reason))


def _merged(apis: Iterable[Apis]) -> dict[str, dict[str, Handler]]:
    """Several givers may each have some methods of an API."""
    merged: dict[str, dict[str, Handler]] = {}
    for given in apis:
        for api, methods in given.items():
            known = merged.setdefault(api, {})
            twice = known.keys() & methods.keys()
            if twice:
                raise ValueError(f"{api} has two handlers of {', '.join(sorted(twice))}")
            known.update(methods)
    return merged
