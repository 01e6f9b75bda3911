"""The vocabulary of the generator: what a proto tree says, and what detection makes of it.

Two layers, both frozen and free of protobuf objects:

* *facts* (`Field`, `Message`, `Rpc`, `File`, `ProtoTree`): what the compiled tree states, nothing concluded;
* *findings* (`Pattern` use, `Resource`, `Method`, `Import`, `Service`): what the detection rules DETECT-1 to DETECT-10
  conclude from the facts. Everything after detection reads findings only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from goten_gen.keys import Position, ServiceKey
from goten_gen.patterns import Pattern


class SyncType(StrEnum):
    """`goten.annotations.SyncingOpts.Type` (DETECT-10)."""

    DEFAULT = "DEFAULT"
    ALWAYS_IN_SCOPE = "ALWAYS_IN_SCOPE"
    NEVER = "NEVER"
    ALWAYS_GLOBALLY = "ALWAYS_GLOBALLY"


class RpcKind(StrEnum):
    UNARY = "unary"
    SERVER_STREAM = "server_stream"
    CLIENT_STREAM = "client_stream"
    BIDI_STREAM = "bidi_stream"


# --- facts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResourceOption:
    """`google.api.resource`, on a message or (as `resource_definition`) on a file; strings as written."""

    type: str
    patterns: tuple[str, ...]
    name_field: str
    plural: str
    singular: str
    position: Position


@dataclass(frozen=True, slots=True)
class ResourceSpecOption:
    """`goten.annotations.resource`, as far as the generator reads it."""

    plural: str
    collection: str
    parents: tuple[str, ...]
    scope_attributes: tuple[str, ...]
    id_pattern: str


@dataclass(frozen=True, slots=True)
class ScopeAttributeOption:
    """`goten.annotations.scope_attribute`."""

    plural: str
    id_pattern: str
    optional: bool


@dataclass(frozen=True, slots=True)
class RoutingOption:
    """`goten.annotations.multi_region_routing`."""

    skip_code_gen_based_routing: bool
    execute_on_owning_region: bool
    scope_field_paths: tuple[str, ...]
    resource_field_paths: tuple[str, ...]
    region_id_field_paths: tuple[str, ...]
    unauthenticated_request: bool


class Field(NamedTuple):
    """One message field of a kind that a rule looks at, text or message.

    `message` is the full name of a message-typed field's type, else empty; map fields are `repeated` and have the map
    entry's name there.
    """

    name: str
    message: str
    repeated: bool
    is_string: bool
    position: Position
    references: tuple[str, ...] = ()
    """Resource types whose names the field holds, as written (`Project`, `iam.example.com/Project`)."""
    own_types: tuple[str, ...] = ()
    """Resource types that the message is about, by `goten.annotations.type` (`name`, `parent_name`), as written."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, nested ones included; `full_name` without leading dot."""

    full_name: str
    package: str
    file: str
    position: Position
    comment: str
    fields: tuple[Field, ...]
    resource: ResourceOption | None = None
    spec: ResourceSpecOption | None = None
    sync_type: SyncType | None = None
    scope_attribute: ScopeAttributeOption | None = None
    is_map_entry: bool = False

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method of a gRPC service; `full_name` is `package.Service.Method`."""

    full_name: str
    file: str
    input: str
    output: str
    kind: RpcKind
    routing: RoutingOption | None = None
    http_method: str = ""
    """`get`, `post` ... of `google.api.http`; empty without one."""
    body: str = ""
    """`body` of `google.api.http`."""

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]

    @property
    def api(self) -> str:
        """Full name of the gRPC service."""
        return self.full_name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class File:
    """A proto file by its import path. `imports` are import paths as written, in order. A file that did not compile
    has `compiled` False and only what its text tells: package and imports."""

    path: str
    package: str
    imports: tuple[str, ...]
    public_imports: tuple[str, ...] = ()
    import_positions: tuple[Position, ...] = ()
    messages: tuple[Message, ...] = ()
    rpcs: tuple[Rpc, ...] = ()
    definitions: tuple[ResourceOption, ...] = ()
    compiled: bool = True

    @property
    def directory(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class ProtoTree:
    """All files under the import roots and what they import; `files` is keyed and sorted by import path."""

    files: Mapping[str, File]
    messages: Mapping[str, Message]
    """Every compiled message by full name."""


# --- findings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """A conclusion with its reason: the rule's id and a sentence for people."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A resource type of a service version: `version` picks the module that describes it."""

    type: str
    version: str

    @property
    def key(self) -> ServiceKey:
        return ServiceKey(self.type.partition("/")[0], self.version)


@dataclass(frozen=True, slots=True)
class PatternUse:
    """One name pattern of a resource with what the rules say of names of that shape."""

    pattern: Pattern
    region_scope: int | None
    """Index of the region scope's variable among the pattern's variables (DETECT-5), None: not regional."""
    parent: TypeRef | None
    """DETECT-6. None: no parent, or one that nothing describes."""
    parent_pattern: int | None
    """Index of the parent's pattern that the parent name has; None where no such name can be formed."""
    holder: TypeRef | None
    """DETECT-7: the governing holder; None: a global name."""
    holder_pattern: int | None
    reason: Finding
    """Why `holder` is what it is."""
    parent_reason: Finding = Finding("DETECT-6", "nothing was looked for")
    """Why `parent` is what it is."""

    @property
    def regional(self) -> bool:
        return self.region_scope is not None


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of a resource's message that holds the name of another resource."""

    path: str
    target: TypeRef


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource type in one service version."""

    service: ServiceKey
    type: str
    singular: str
    plural: str
    message: str
    file: str
    position: Position
    comment: str
    name_field: str
    """Field that holds the resource name; empty where the message has none."""
    patterns: tuple[PatternUse, ...]
    parents: tuple[TypeRef, ...]
    parentless: bool
    policy_field: tuple[str, ...] | None
    metadata_field: str | None
    sync_type: SyncType
    id_pattern: str | None
    variable_patterns: Mapping[str, str]
    """Pattern variable -> regular expression its value must match, for those where something says it."""
    references: tuple[Reference, ...]
    access: Mapping[str, str]
    """Verb (get, batch_get, list, watch_one, watch, create, update, delete) -> full name of the RPC (DETECT-9)."""
    services_info_default: bool
    """Whether a save fills an empty `metadata.services` (`goten.yaml`)."""
    findings: tuple[Finding, ...] = ()

    @property
    def policy_holder(self) -> bool:
        return self.policy_field is not None

    @property
    def supports_metadata(self) -> bool:
        return self.metadata_field is not None

    @property
    def regional(self) -> bool:
        return any(use.regional for use in self.patterns)


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a request is executed; `annotated` False: inferred from the AIP verb."""

    annotated: bool
    execute_on_owning_region: bool
    scope_paths: tuple[str, ...] = ()
    resource_paths: tuple[str, ...] = ()
    region_paths: tuple[str, ...] = ()
    skip: bool = False
    unauthenticated: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC of a service version."""

    full_name: str
    kind: RpcKind
    verb: str
    """AIP verb (get, list, watch ...) where the RPC is access to `resource`; else the snake_case of its name."""
    resource: str | None
    """Resource type it works on."""
    request: str
    response: str
    request_file: str
    response_file: str
    name_path: str | None
    parent_path: str | None
    body_path: str | None
    writes: bool
    routing: Routing


@dataclass(frozen=True, slots=True)
class Api:
    """A gRPC service: full name and methods in the order of the file."""

    full_name: str
    file: str
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """A service version that this one imports (DETECT-8)."""

    domain: str
    version: str
    finding: Finding

    @property
    def key(self) -> ServiceKey:
        return ServiceKey(self.domain, self.version)


@dataclass(frozen=True, slots=True)
class Service:
    """A service version with all that was found in it."""

    key: ServiceKey
    files: tuple[str, ...]
    whole: bool
    """False where a file of it did not compile."""
    resources: tuple[Resource, ...]
    apis: tuple[Api, ...]
    imports: tuple[Import, ...]
    holders: tuple[TypeRef, ...]
    """Policy-holder types that govern any of its names, own and imported, sorted by type."""
    generation: int = 1
    """`env_registry_generation` (`goten.yaml`)."""


@dataclass(frozen=True, slots=True)
class World:
    """All service versions of the import roots, by key, sorted; the protocol's own (`meta.goten.com`) included."""

    services: Mapping[ServiceKey, Service]
    resources: Mapping[TypeRef, Resource] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    """Proto package of each file that holds a message of a resource, request or response, by import path: what is left
    of a message's full name behind it is the class within the file's module."""
