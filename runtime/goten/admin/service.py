"""The admin service of a server (spec/proto/goten/admin/v1/admin.proto)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import grpc
from google.protobuf.message import Message

from goten.admin import compacting
from goten.admin.checking import References
from goten.admin.exporting import export
from goten.admin.importing import Importer
from goten.admin.v1 import admin_pb2
from goten.refusals import Refused
from goten.server.adaptor import Context, Handler, abort, parse_request
from goten.server.failures import refusal_of
from goten.services import ServiceDescriptor
from goten.store import Store

API: Final = "goten.admin.v1.AdminService"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What the admin service tells of the server that it is part of, beside its store."""

    region: str
    release: str
    storage: str
    """Where the store is; for people."""
    start_time: datetime
    pause_reason: Callable[[], str]
    """Why nothing is served now; empty while it is."""
    watchers: Callable[[], int]
    unsettled: Callable[[], tuple[int, float]]
    """How many services there are for which something is to be done, and since how many seconds for the oldest."""


class AdminService:
    """Handlers of the admin service, and the imports that they began."""

    def __init__(
        self,
        store: Store,
        service: ServiceDescriptor,
        importer: Importer,
        needed_by: References,
        unsettled: Callable[[Store], Iterable[str]],
        facts: ServerFacts,
    ) -> None:
        self._store = store
        self._service = service
        self._importer = importer
        self._needed_by = needed_by
        self._unsettled = unsettled
        self._facts = facts
        self._imports: set[asyncio.Task[admin_pb2.ImportResponse]] = set()

    async def stop(self) -> None:
        """Returns when no import goes on any more. To be called after the server has stopped, before the store does."""
        await asyncio.gather(*self._imports, return_exceptions=True)

    def handlers(self) -> Mapping[str, Mapping[str, Handler]]:
        unary = grpc.unary_unary_rpc_method_handler
        # Requests come as bytes: what cannot be read is then answered as everything else is.
        return {
            API: {
                "GetStatus": unary(self._answers("GetStatus", admin_pb2.GetStatusRequest, self._status)),
                "Compact": unary(self._answers("Compact", admin_pb2.CompactRequest, self._compact)),
                "Import": grpc.stream_unary_rpc_method_handler(self._import),
                "Export": grpc.unary_stream_rpc_method_handler(self._export),
            }
        }

    @staticmethod
    def _answers(name: str, request: type[Message], operation: Callable[[Any], Awaitable[Message]]) -> Any:
        async def respond(raw: bytes, context: Context) -> bytes:
            async with _refusing(name, context):
                return (await operation(parse_request(request, raw))).SerializeToString()

        return respond

    async def _status(self, _: admin_pb2.GetStatusRequest) -> admin_pb2.Status:
        facts, store = self._facts, self._store
        unsettled, unsettled_seconds = facts.unsettled()
        reason = facts.pause_reason()
        status = admin_pb2.Status(
            service=self._service.domain,
            version=self._service.version,
            region=facts.region,
            release=facts.release,
            serving=not reason,
            reason=reason,
            storage=facts.storage,
            store_id=store.id,
            revision=store.revision,
            compacted=(await store.storage.status()).compacted,
            history_start=store.history_start,
            watchers=facts.watchers(),
            unsettled=unsettled,
            unsettled_seconds=unsettled_seconds,
        )
        status.start_time.FromDatetime(facts.start_time)
        for descriptor in sorted(self._service.resources, key=lambda found: found.type):
            status.counts.add(type=descriptor.type, resources=store.count(descriptor))
        return status

    async def _export(self, raw: bytes, context: Context) -> AsyncIterator[bytes]:
        async with _refusing("Export", context):
            parse_request(admin_pb2.ExportRequest, raw)
            if reason := self._facts.pause_reason():
                # Half of an import is no copy of anything.
                raise Refused(grpc.StatusCode.UNAVAILABLE, reason)
            async for response in export(self._store, self._service, self._needed_by, self._unsettled):
                yield response.SerializeToString()

    async def _import(self, raws: AsyncIterator[bytes], context: Context) -> bytes:
        async with _refusing("Import", context):
            archived = await self._importer.receive(parse_request(admin_pb2.ImportRequest, raw) async for raw in raws)
            # A client that leaves now does not make an import half done.
            task = asyncio.create_task(self._importer.write(archived), name="import")
            self._imports.add(task)
            task.add_done_callback(self._imports.discard)
            return (await asyncio.shield(task)).SerializeToString()

    async def _compact(self, request: admin_pb2.CompactRequest) -> admin_pb2.CompactResponse:
        return admin_pb2.CompactResponse(compacted=await compacting.compact(self._store, request.revision))


@asynccontextmanager
async def _refusing(name: str, context: Context) -> AsyncIterator[None]:
    """Ends the RPC with the status of what goes wrong."""
    try:
        yield
    except Exception as error:
        await abort(context, refusal_of(error, f"{API}.{name}"))
