"""Messages with something in every field."""

from __future__ import annotations

from itertools import count
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_DEEPEST = 5


def fill(message: Message, numbers: count[int] | None = None, depth: int = 0) -> None:
    """Sets every field, of a oneof the last one; no two numbers or texts are equal. Enums get their second value."""
    numbers = count(1) if numbers is None else numbers
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _fill_map(message, field, numbers, depth)
        elif field.message_type is not None:
            if depth < _DEEPEST:
                inner: Any = getattr(message, field.name)
                fill(inner.add() if field.is_repeated else inner, numbers, depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).append(_scalar(field, numbers))
        else:
            setattr(message, field.name, _scalar(field, numbers))


def _fill_map(message: Message, field: Any, numbers: count[int], depth: int) -> None:
    entries: Any = getattr(message, field.name)
    key = _scalar(field.message_type.fields_by_name["key"], numbers)
    value = field.message_type.fields_by_name["value"]
    if value.message_type is None:
        entries[key] = _scalar(value, numbers)
    elif depth < _DEEPEST:
        fill(entries[key], numbers, depth + 1)


def _scalar(field: Any, numbers: count[int]) -> Any:
    number = next(numbers)
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return f"text {number}".encode() if field.type == FieldDescriptor.TYPE_BYTES else f"text {number}"
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_ENUM:
            assert field.enum_type is not None
            return field.enum_type.values[-1].number
        case _:
            return number
