"""gRPC's health protocol: whether the server, and each of its APIs, is ready to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]

from goten.refusals import Refused
from goten.server.adaptor import Context, Handler, abort, parse_request

API: Final = "grpc.health.v1.Health"
_OVERALL: Final = ""


class Health:
    """Not serving until `set_serving`; after `drain` never again. Streams are told, and end when it drains."""

    # The servicer that gRPC ships forgets its other watchers when one of several leaves.

    def __init__(self, apis: Iterable[str]) -> None:
        self._apis = frozenset({_OVERALL, *apis})
        self._serving = False
        self._drained = False
        self._changed = asyncio.Event()

    @property
    def serving(self) -> bool:
        return self._serving

    def set_serving(self, serving: bool) -> None:
        if not self._drained:
            self._change(serving)

    def drain(self) -> None:
        self._drained = True
        self._change(False)

    def handlers(self) -> Mapping[str, Handler]:
        write = health_pb2.HealthCheckResponse.SerializeToString
        return {
            "Check": grpc.unary_unary_rpc_method_handler(self._check, None, write),
            "Watch": grpc.unary_stream_rpc_method_handler(self._watch, None, write),
        }

    def _change(self, serving: bool) -> None:
        self._serving = serving
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _status(self, api: str) -> Any:
        if api not in self._apis:
            return health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
        return health_pb2.HealthCheckResponse.SERVING if self._serving else health_pb2.HealthCheckResponse.NOT_SERVING

    async def _check(self, raw: bytes, context: Context) -> Any:
        api = await _asked(raw, context)
        if api not in self._apis:
            await abort(context, Refused(grpc.StatusCode.NOT_FOUND, "there is no such service here"))
        return health_pb2.HealthCheckResponse(status=self._status(api))

    async def _watch(self, raw: bytes, context: Context) -> None:
        api = await _asked(raw, context)
        told = None
        while True:
            changed, status = self._changed, self._status(api)
            if status != told:
                await context.write(health_pb2.HealthCheckResponse(status=status))
                told = status
            if self._drained:
                return
            await changed.wait()


async def _asked(raw: bytes, context: Context) -> str:
    """The API that a request is about. Ends the RPC where it cannot be read."""
    try:
        api: str = parse_request(health_pb2.HealthCheckRequest, raw).service
    except Refused as refused:
        await abort(context, refused)
        raise
    return api
