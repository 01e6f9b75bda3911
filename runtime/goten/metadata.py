"""The `goten.types.Meta` of a resource, on plain protobuf messages (DETECT-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from goten.message_paths import ensure_message, find_message

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.types.meta_pb2 import Meta


class MetadataNotSupported(TypeError):
    """Metadata was demanded of a resource type whose message has no `goten.types.Meta` field."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource

    def __str__(self) -> str:
        return f"{self.resource} does not support metadata: its message has no goten.types.Meta field"


def metadata_of(message: Message, field: str) -> Meta | None:
    """The Meta in `field`, None where it is not set."""
    return cast("Meta | None", find_message(message, (field,)))


def ensure_metadata(message: Message, field: str) -> Meta:
    """The Meta in `field`, set to an empty one where it is not set."""
    return cast("Meta", ensure_message(message, (field,)))
