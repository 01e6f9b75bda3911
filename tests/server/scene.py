"""A server of example services over real gRPC, for tests: store, resource servers, host and a channel to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import grpc
import grpc.aio
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from goten.descriptors import Descriptor
from goten.refusals import STATUS_DETAILS_KEY
from goten.server.host import Server
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.server.resource_server import ResourceServer
from goten.server.services import resource_servers
from goten.server.watching import WatchHub
from goten.services import ServiceDescriptor
from goten.storage import MemoryStorage, Storage
from goten.store import Store
from goten.store_middleware import StoreMiddleware

DetailT = TypeVar("DetailT")

KINDS = {
    kind.DESCRIPTOR.name: kind
    for kind in (
        error_details_pb2.BadRequest,
        error_details_pb2.ErrorInfo,
        error_details_pb2.PreconditionFailure,
        error_details_pb2.ResourceInfo,
    )
}


class Scene:
    """What a test sees of a running server."""

    def __init__(self, store: Store, servers: Mapping[str, ResourceServer[Any, Any]], host: Server) -> None:
        self.store = store
        self.servers = servers
        """By resource type."""
        self.host = host
        self.channel = grpc.aio.insecure_channel(host.address)


@asynccontextmanager
async def running_store(
    descriptors: Iterable[Descriptor[Any, Any]], storage: Storage | None = None
) -> AsyncIterator[Store]:
    storage = MemoryStorage() if storage is None else storage
    await storage.start()
    try:
        store = Store(storage, descriptors)
        await store.start()
        try:
            yield store
        finally:
            await store.stop()
    finally:
        await storage.stop()


@asynccontextmanager
async def running_hub(store: Store) -> AsyncIterator[WatchHub]:
    hub = WatchHub(store)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()


@asynccontextmanager
async def serving(
    service: ServiceDescriptor,
    middlewares: Iterable[StoreMiddleware] = (),
    *,
    storage: Storage | None = None,
    host: Mapping[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Scene]:
    """All resource types of a service. `host` has arguments for Server, the rest is for each ResourceServer."""
    chain = (*middlewares, MetadataUpkeep())
    async with running_store(service.resources, storage) as store, running_hub(store) as hub:
        made = resource_servers(service, store, chain, hub=hub, **options)
        async with running({server.descriptor.type: server for server in made}, store, **(host or {})) as scene:
            yield scene


@asynccontextmanager
async def running(servers: Mapping[str, ResourceServer[Any, Any]], store: Store, **host: Any) -> AsyncIterator[Scene]:
    server = Server([server.handlers() for server in servers.values()], **{"listen": "127.0.0.1:0", **host})
    await server.start()
    server.ready()
    scene = Scene(store, servers, server)
    try:
        yield scene
    finally:
        await scene.channel.close()
        await server.stop(grace=1)


async def refused(call: Any) -> grpc.aio.AioRpcError:
    """The error that a call ends with."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("the call was answered")


def details_of(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    """The details in the trailing metadata, by the name of their type."""
    for key, value in error.trailing_metadata() or ():
        if key == STATUS_DETAILS_KEY:
            status = status_pb2.Status.FromString(value)
            assert status.code == error.code().value[0]
            return {name: _unpacked(detail, name) for detail in status.details for name in KINDS if _is(detail, name)}
    return {}


def _is(detail: Any, name: str) -> bool:
    matches: bool = detail.Is(KINDS[name].DESCRIPTOR)
    return matches


def _unpacked(detail: Any, name: str) -> Any:
    message = KINDS[name]()
    detail.Unpack(message)
    return message


def violation(error: grpc.aio.AioRpcError) -> tuple[str, str]:
    """Field and description of the only field violation of an INVALID_ARGUMENT."""
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error
    [found] = details_of(error)["BadRequest"].field_violations
    return found.field, found.description
