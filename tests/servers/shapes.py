"""Which field of a generated request or response holds what, found by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from tests.servers.feed import Change, Piece


def items_field(method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any]) -> str:
    """The repeated field of a response that holds resources."""
    fields = method.response.DESCRIPTOR.fields
    return _name_of(next(field for field in fields if field.is_repeated and _holds(field, resource)))


def change_maker(method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any]) -> Callable[[Change], Message]:
    """Makes changes for the responses of a watch: `current` and `removed`, as STATELESS watches have them."""
    changes = next(
        field
        for field in method.response.DESCRIPTOR.fields
        if field.message_type and "change_type" in field.message_type.oneofs_by_name
    )
    make: Callable[..., Message] = GetMessageClass(changes.message_type)
    current = changes.message_type.fields_by_name["current"].message_type
    held = _name_of(next(field for field in current.fields if _holds(field, resource)))

    def change(news: Change) -> Message:
        name, message = news
        return make(removed={"name": name}) if message is None else make(current={held: message})

    return change


def response_maker(method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any]) -> Callable[[Piece], Message]:
    """Makes responses of a Watch method of a collection."""
    change = change_maker(method, resource)
    changes_field = _name_of(next(field for field in method.response.DESCRIPTOR.fields if field.is_repeated))

    make: Callable[..., Message] = method.response

    def response(piece: Piece) -> Message:
        return make(
            **{changes_field: map(change, piece.changes)},
            is_current=piece.is_current,
            resume_token=piece.resume_token,
            snapshot_size=piece.snapshot_size,
            is_hard_reset=piece.is_hard_reset,
        )

    return response


def _holds(field: FieldDescriptor, resource: Descriptor[Any, Any]) -> bool:
    return field.message_type is resource.message.DESCRIPTOR


def _name_of(field: FieldDescriptor) -> str:
    return field.name
