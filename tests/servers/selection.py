"""Which part of a resource an answer carries: view and field mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.types import view_pb2
from tests.servers.refusal import invalid

_IN_NAME_VIEW = {"meta.goten.com/Service": ("display_name",)}


class Selection:
    """The view NAME has the name (of a Service, also what it displays); all others have everything.

    A field mask adds to the view. Raises Refused for paths that the resource does not have.
    """

    def __init__(self, resource: Descriptor[Any, Any], view: int, mask: FieldMask) -> None:
        check_mask(resource, mask)
        self._paths: FieldMask | None = None
        if view == view_pb2.NAME:
            named = (resource.name_field, *_IN_NAME_VIEW.get(resource.type, ()))
            self._paths = FieldMask(paths=sorted({*named, *mask.paths}))

    def __str__(self) -> str:
        """The same for the same selection."""
        return "*" if self._paths is None else ",".join(self._paths.paths)

    def of(self, message: Message) -> Message:
        """What is selected; `message` itself where that is all of it."""
        return message if self._paths is None else pick(message, self._paths)


def check_mask(resource: Descriptor[Any, Any], mask: FieldMask) -> None:
    """Raises Refused for a mask with a path that the resource does not have."""
    if not mask.IsValidForDescriptor(resource.message.DESCRIPTOR):
        raise invalid(f"{resource.type} does not have all of the fields {', '.join(mask.paths)}")


def pick(message: Message, mask: FieldMask) -> Message:
    """A new message with only what is at the paths of a mask."""
    picked = type(message)()
    mask.MergeMessage(message, picked)
    return picked


def overwrite(target: Message, source: Message, paths: Iterable[str]) -> None:
    """Makes `target` agree with `source` at each path, also where `source` has nothing there."""
    FieldMask(paths=paths).MergeMessage(source, target, replace_message_field=True, replace_repeated_field=True)
