"""Descriptors: what is known of a resource type in one API version, as data that generated code states."""

from __future__ import annotations

import builtins
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar, cast

from goten import metadata
from goten.message_paths import ensure_message, find_message
from goten.names import NamePattern, ResourceName

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.types.meta_pb2 import Meta
    from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

MessageT = TypeVar("MessageT", bound="Message")
NameT = TypeVar("NameT", bound=ResourceName)


class SyncType(StrEnum):
    """Which regions get a copy of a resource; `goten.annotations.SyncingOpts.Type`."""

    DEFAULT = "DEFAULT"
    """The enabled regions of the governing policy, less those that a criterion forbids."""
    ALWAYS_IN_SCOPE = "ALWAYS_IN_SCOPE"
    """All enabled regions of the governing policy."""
    NEVER = "NEVER"
    """The owning region alone."""
    ALWAYS_GLOBALLY = "ALWAYS_GLOBALLY"
    """All regions of the service's own policy."""


class FieldNotSupported(TypeError):
    """A field was demanded of a resource type that has none: its `name`, or the `policy` of what is no holder."""

    def __init__(self, resource: str, field: str) -> None:
        super().__init__(resource, field)
        self.resource = resource
        self.field = field

    def __str__(self) -> str:
        return f"{self.resource} has no {self.field} field"


class Reference(NamedTuple):
    """A field (dotted `path`) that holds the name of a resource of another type, in a version."""

    path: str
    type: str
    version: str


class Descriptor(Generic[MessageT, NameT]):
    """A resource type in one API version, with access to what its messages hold. Compared by identity.

    `type` is the full type (`devices.example.com/Device`), `parents` are types, and `parentless` says that some pattern
    has no parent. `name_field` is empty where the message has no name. `metadata_field` is the field with the Meta, and
    `policy_field` the path to the MultiRegionPolicy of a policy holder. `services_info_default` says whether a save
    fills an empty `metadata.services`.
    """

    # Written out: a dataclass would cost every program that imports a service some milliseconds.
    def __init__(
        self,
        *,
        type: str,
        version: str,
        singular: str,
        plural: str,
        name: builtins.type[NameT],
        message: builtins.type[MessageT],
        name_field: str,
        parents: tuple[str, ...],
        parentless: bool,
        metadata_field: str | None,
        policy_field: tuple[str, ...] | None,
        sync_type: SyncType,
        references: tuple[Reference, ...],
        services_info_default: bool = True,
    ) -> None:
        self.type: Final = type
        self.version: Final = version
        self.singular: Final = singular
        self.plural: Final = plural
        self.name: Final = name
        self.message: Final = message
        self.name_field: Final = name_field
        self.parents: Final = parents
        self.parentless: Final = parentless
        self.metadata_field: Final = metadata_field
        self.policy_field: Final = policy_field
        self.sync_type: Final = sync_type
        self.references: Final = references
        self.services_info_default: Final = services_info_default

    def __str__(self) -> str:
        return f"{self.type} {self.version}".rstrip()

    def __repr__(self) -> str:
        return f"<Descriptor {self}>"

    @property
    def domain(self) -> str:
        """The service that the type belongs to."""
        return self.type.partition("/")[0]

    @property
    def patterns(self) -> tuple[NamePattern, ...]:
        return self.name.PATTERNS

    @property
    def regional(self) -> bool:
        """Whether any pattern has a region scope; each name decides for itself."""
        return any(pattern.regional for pattern in self.patterns)

    @property
    def supports_metadata(self) -> bool:
        """False: the type is no part of the multi-region design."""
        return self.metadata_field is not None

    @property
    def is_policy_holder(self) -> bool:
        return self.policy_field is not None

    def name_of(self, message: MessageT) -> NameT:
        """The name in `message`. Raises InvalidName (an empty one is none), FieldNotSupported without a name field."""
        return self.name.parse(self._name_text(message))

    def ensure_name(self, message: MessageT, name: NameT) -> NameT:
        """The name in `message`, set to `name` where it is empty. Raises as `name_of` does."""
        if not self._name_text(message):
            setattr(message, self.name_field, str(name))
        return self.name_of(message)

    def _name_text(self, message: MessageT) -> str:
        if not self.name_field:
            raise FieldNotSupported(self.type, "name")
        return cast(str, getattr(message, self.name_field))

    def metadata_of(self, message: MessageT) -> Meta | None:
        """The metadata in `message`; None where it has none, or the type supports none."""
        return None if self.metadata_field is None else metadata.metadata_of(message, self.metadata_field)

    def ensure_metadata(self, message: MessageT) -> Meta:
        """The metadata in `message`, made where it has none. Raises MetadataNotSupported."""
        if self.metadata_field is None:
            raise metadata.MetadataNotSupported(self.type)
        return metadata.ensure_metadata(message, self.metadata_field)

    def policy_of(self, message: MessageT) -> MultiRegionPolicy | None:
        """The policy in `message`; None where it has none, or the type is no policy holder."""
        if self.policy_field is None:
            return None
        return cast("MultiRegionPolicy | None", find_message(message, self.policy_field))

    def ensure_policy(self, message: MessageT) -> MultiRegionPolicy:
        """The policy in `message`, made where it has none. Raises FieldNotSupported for what is no policy holder."""
        if self.policy_field is None:
            raise FieldNotSupported(self.type, "policy")
        return cast("MultiRegionPolicy", ensure_message(message, self.policy_field))
