"""Method descriptors: what interceptors, policy sources and routers need to know of an RPC."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from google.protobuf.message import Message

RequestT = TypeVar("RequestT", bound="Message")
ResponseT = TypeVar("ResponseT", bound="Message")


class MethodKind(StrEnum):
    UNARY = "unary"
    SERVER_STREAM = "server_stream"
    CLIENT_STREAM = "client_stream"
    BIDI_STREAM = "bidi_stream"


class Routing(NamedTuple):
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


class MethodDescriptor(Generic[RequestT, ResponseT]):
    """An RPC. Paths are dotted and lead through the request, of a client stream through each request. Compared by
    identity.

    `full_name` is like `devices.v1.DeviceService.GetDevice`. `verb` is get, batch_get, list, watch_one, watch, create,
    update or delete; else the RPC's name in snake_case. `resource` is the resource type that it works on. `name_path`
    leads to the name of the resource, `parent_path` to that of the parent of a collection or of what is created,
    `body_path` to the resource that is written.
    """

    # Written out: a dataclass would cost every program that imports a service some milliseconds.
    def __init__(
        self,
        *,
        full_name: str,
        kind: MethodKind,
        verb: str,
        resource: str | None,
        request: type[RequestT],
        response: type[ResponseT],
        name_path: str | None,
        parent_path: str | None,
        body_path: str | None,
        writes: bool,
        routing: Routing,
    ) -> None:
        self.full_name: Final = full_name
        self.kind: Final = kind
        self.verb: Final = verb
        self.resource: Final = resource
        self.request: Final = request
        self.response: Final = response
        self.name_path: Final = name_path
        self.parent_path: Final = parent_path
        self.body_path: Final = body_path
        self.writes: Final = writes
        self.routing: Final = routing

    def __repr__(self) -> str:
        return f"<method {self.full_name}>"

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
