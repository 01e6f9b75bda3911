"""Method descriptors: what interceptors, policy sources and routers need to know of an RPC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from google.protobuf.message import Message

RequestT = TypeVar("RequestT", bound="Message")
ResponseT = TypeVar("ResponseT", bound="Message")


class MethodKind(StrEnum):
    UNARY = "unary"
    SERVER_STREAM = "server_stream"
    CLIENT_STREAM = "client_stream"
    BIDI_STREAM = "bidi_stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Which region executes a request; paths are dotted and lead through the request.

    `annotated` is False where the protos say nothing and the rest follows from the verb.
    """

    annotated: bool = False
    execute_on_owning_region: bool = False
    scope_paths: tuple[str, ...] = ()
    """To names of parents or other scopes."""
    resource_paths: tuple[str, ...] = ()
    """To names of resources, or to resources."""
    region_paths: tuple[str, ...] = ()
    """To region ids."""
    skip: bool = False
    """The service routes by itself."""
    unauthenticated: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MethodDescriptor(Generic[RequestT, ResponseT]):
    """An RPC. Paths are dotted and lead through the request, of a client stream through each request. Compared by
    identity."""

    full_name: str
    """`devices.v1.DeviceService.GetDevice`."""
    kind: MethodKind
    verb: str
    """get, batch_get, list, watch_one, watch, create, update or delete; else the RPC's name in snake_case."""
    resource: str | None
    """The resource type that it works on."""
    request: type[RequestT]
    response: type[ResponseT]
    name_path: str | None
    """To the name of the resource."""
    parent_path: str | None
    """To the name of the parent of a collection, or of what is created."""
    body_path: str | None
    """To the resource that is written."""
    writes: bool
    routing: Routing

    def __str__(self) -> str:
        return self.full_name

    @property
    def api(self) -> str:
        """Full name of the gRPC service."""
        return self.full_name.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]

    @property
    def path(self) -> str:
        """As gRPC has it: `/devices.v1.DeviceService/GetDevice`."""
        return f"/{self.api}/{self.name}"

    @property
    def client_streaming(self) -> bool:
        return self.kind in (MethodKind.CLIENT_STREAM, MethodKind.BIDI_STREAM)

    @property
    def server_streaming(self) -> bool:
        return self.kind in (MethodKind.SERVER_STREAM, MethodKind.BIDI_STREAM)
