"""What requests of a method can say: not every published request has every field."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, Generic, TypeAlias

from google.protobuf.message import Message

from goten.descriptors import Descriptor, MessageT
from goten.methods import MethodDescriptor
from goten.query import Selection, check_mask, declared_views
from goten.refusals import Refused, invalid
from goten.server.bounded import LONGEST_TEXT, Bounded

_KEPT: Final = 256

Read: TypeAlias = Callable[[Any], Any]


def reader(message: type[Message], field: str, default: Any) -> Read:
    """Reads a field of messages of a type; `default` where the type has no such field."""
    if field in message.DESCRIPTOR.fields_by_name:
        return attrgetter(field)
    return lambda message: default


def message_reader(message: type[Message], field: str) -> Read:
    """Reads a message in a field: None where it is not set, or the type has no such field."""
    if field not in message.DESCRIPTOR.fields_by_name:
        return lambda message: None
    return lambda message: getattr(message, field) if message.HasField(field) else None


def items_field(method: MethodDescriptor[Any, Any], descriptor: Descriptor[Any, Any]) -> str:
    """The field of a method's responses that holds its resources. Raises ValueError where there is none."""
    for field in method.response.DESCRIPTOR.fields:
        if field.is_repeated and field.message_type is descriptor.message.DESCRIPTOR:
            name: str = field.name
            return name
    raise ValueError(f"responses of {method} hold no {descriptor.plural}")


class Selections(Generic[MessageT]):
    """What requests of a method want to see: by their view and field mask, where they have such."""

    def __init__(self, method: MethodDescriptor[Any, Any], descriptor: Descriptor[MessageT, Any]) -> None:
        self._descriptor = descriptor
        self._views = declared_views(descriptor)
        self._view = reader(method.request, "view", 0)
        self._mask = message_reader(method.request, "field_mask")
        self._all: Final = Selection(descriptor, views=self._views)
        self._kept: Bounded[tuple[int, tuple[str, ...]], Selection] = Bounded(_KEPT)

    def of(self, request: Any) -> Selection:
        """Raises QueryError for a mask with a path that the resource does not have."""
        mask = self._mask(request)
        view = self._view(request)
        if mask is None and not view:
            return self._all
        key = view, () if mask is None else tuple(mask.paths)
        found = self._kept.get(key)
        if found is None:
            found = Selection(self._descriptor, *key, views=self._views)
            if sum(map(len, key[1])) <= LONGEST_TEXT:
                self._kept.add(key, found)
        return found


class Bodies(Generic[MessageT]):
    """The resources that requests of a method bring, and how they want to see the result."""

    def __init__(self, method: MethodDescriptor[Any, Any], descriptor: Descriptor[MessageT, Any]) -> None:
        """Raises ValueError for a method whose requests hold no resource of the type."""
        if not method.body_path:
            raise ValueError(f"requests of {method} hold no {descriptor.singular}")
        self._descriptor = descriptor
        self.field: Final = method.body_path
        self.name_field: Final = f"{method.body_path}.{descriptor.name_field}"
        self._body = message_reader(method.request, method.body_path)
        self._response_mask = message_reader(method.request, "response_mask")

    def of(self, request: Any) -> MessageT:
        """Raises Refused (INVALID_ARGUMENT) for a request without a resource."""
        body: MessageT | None = self._body(request)
        if body is None:
            raise self.missing()
        return body

    def missing(self) -> Refused:
        return invalid(self.field, "is not set", f"give the {self._descriptor.singular} that is to be written")

    def response_mask(self, request: Any) -> Any:
        """How much the answer is to hold, None for all. Raises QueryError for a mask that the resource does not fit."""
        mask = self._response_mask(request)
        if mask is not None and mask.WhichOneof("masking") == "body_mask":
            check_mask("response_mask.body_mask", self._descriptor, mask.body_mask)
        return mask
