"""Which kind of values a field has; and the kinds that hold others: messages, maps and lists (FILTER-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from goten.query.kinds import BoolKind, BytesKind, EnumKind, Kind, Mismatch, TextKind, closest
from goten.query.numbers import DurationKind, FloatKind, IntegerKind, TimeKind
from goten.query.scanner import is_word
from goten.query.syntax import Entry, Literal
from goten.query.texts import quote
from goten.query.times import NANOS

_INT32: Final = (-(2**31), 2**31 - 1)
_INT64: Final = (-(2**63), 2**63 - 1)
_UINT32: Final = (0, 2**32 - 1)
_UINT64: Final = (0, 2**64 - 1)

_BY_CPP_TYPE: Final[Mapping[int, Callable[[], Kind]]] = {
    FieldDescriptor.CPPTYPE_INT32: lambda: IntegerKind(*_INT32),
    FieldDescriptor.CPPTYPE_INT64: lambda: IntegerKind(*_INT64),
    FieldDescriptor.CPPTYPE_UINT32: lambda: IntegerKind(*_UINT32),
    FieldDescriptor.CPPTYPE_UINT64: lambda: IntegerKind(*_UINT64),
    FieldDescriptor.CPPTYPE_FLOAT: lambda: FloatKind(single=True),
    FieldDescriptor.CPPTYPE_DOUBLE: lambda: FloatKind(single=False),
    FieldDescriptor.CPPTYPE_BOOL: BoolKind,
}
_WRAPPERS: Final = {
    f"google.protobuf.{name}Value"
    for name in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
}
_TIME: Final = "google.protobuf.Timestamp"
_DURATION: Final = "google.protobuf.Duration"


def is_map(field: FieldDescriptor) -> bool:
    message = field.message_type
    return message is not None and message.GetOptions().map_entry


def is_list(field: FieldDescriptor) -> bool:
    """Repeated, and no map."""
    return field.is_repeated and not is_map(field)


def is_single_value(field: FieldDescriptor) -> bool:
    """Whether what it has counts as one: no message, or one of google.protobuf, such as a time."""
    message = field.message_type
    return message is None or message.full_name.startswith("google.protobuf.")


def map_fields(field: FieldDescriptor) -> tuple[FieldDescriptor, FieldDescriptor]:
    """The fields that stand for key and value of a map."""
    entry: Any = field.message_type
    return entry.fields_by_name["key"], entry.fields_by_name["value"]


def kind_of(field: FieldDescriptor) -> Kind:
    """The kind of one value of the field: of an element, where it is repeated."""
    # The types of enum and message are there where the type of the field says so.
    described: Any = field
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return TextKind() if field.type == FieldDescriptor.TYPE_STRING else BytesKind()
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return EnumKind(described.enum_type)
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return _kind_of_message(described.message_type)
    return _BY_CPP_TYPE[field.cpp_type]()


def _kind_of_message(message: Descriptor) -> Kind:
    if message.full_name == _TIME:
        return TimeKind()
    if message.full_name == _DURATION:
        return DurationKind()
    if message.full_name not in _WRAPPERS:
        return MessageKind(message)
    kind = kind_of(message.fields_by_name["value"])
    kind.convert = attrgetter("value")
    return kind


class _HoldingKind(Kind):
    """Compared with = only, and in no order."""

    ordered = False
    hashable = False


class MessageKind(_HoldingKind):
    def __init__(self, message: Descriptor) -> None:
        self.noun = f"a map with fields of {message.name}"
        self._message = message

    def read(self, literal: Literal) -> Message:
        if not isinstance(literal.value, dict):
            raise self.mismatch(literal, 'write it as {field: "value"}')
        message = GetMessageClass(self._message)()
        _fill(message, literal.value)
        return message

    def write(self, value: Message) -> str:
        fields = sorted(value.ListFields(), key=lambda pair: pair[0].number)
        return _braces((field.name, _write_field(field, content)) for field, content in fields)


class MapKind(_HoldingKind):
    """A whole map, as a dict."""

    noun = "a map"

    def __init__(self, field: FieldDescriptor) -> None:
        self.keys, self.values = map(kind_of, map_fields(field))
        to_dict: Callable[[Any], Any] = dict
        convert = self.values.convert
        self.convert = to_dict if convert is None else lambda entries: {key: convert(entries[key]) for key in entries}

    def read(self, literal: Literal) -> dict[Any, Any]:
        if not isinstance(literal.value, dict):
            raise self.mismatch(literal, 'write it as {"key": "value"}')
        return {
            read_key(self.keys, key, entry.position): self.values.read(entry.value)
            for key, entry in literal.value.items()
        }

    def write(self, value: dict[Any, Any]) -> str:
        return _braces((write_key(self.keys, key), self.values.write(value[key])) for key in sorted(value))


class ListKind(_HoldingKind):
    """A whole list."""

    noun = "a list"

    def __init__(self, field: FieldDescriptor) -> None:
        self._items = kind_of(field)
        convert = self._items.convert
        self.convert = list if convert is None else lambda items: [convert(item) for item in items]

    def read(self, literal: Literal) -> list[Any]:
        if not isinstance(literal.value, tuple):
            raise self.mismatch(literal)
        return [self._items.read(item) for item in literal.value]

    def write(self, value: list[Any]) -> str:
        return f"[{', '.join(map(self._items.write, value))}]"


def read_key(keys: Kind, text: str, position: int) -> Any:
    """The key of a map that `text` stands for. Raises Mismatch."""
    if isinstance(keys, BoolKind):
        return keys.read(Literal({"true": True, "false": False}.get(text, text), position))
    return keys.read(Literal(text, position))


def write_key(keys: Kind, key: Any) -> str:
    """A text that `read_key` reads as `key`."""
    return keys.to_cursor(key)


def _braces(pairs: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key if is_word(key) else quote(key)}: {value}" for key, value in pairs) + "}"


def _fill(message: Message, entries: dict[str, Entry]) -> None:
    fields: Any = message.DESCRIPTOR.fields_by_name
    for name, entry in entries.items():
        field = fields.get(name)
        if field is None:
            close = closest(name, fields)
            hint = f"did you mean {close}?" if close else ""
            raise Mismatch(f"{message.DESCRIPTOR.full_name} has no such field", entry.position, hint)
        if entry.value.value is not None:
            _fill_field(message, field, entry.value)


def _fill_field(message: Message, field: FieldDescriptor, literal: Literal) -> None:
    if is_map(field):
        _, values = map_fields(field)
        for key, value in MapKind(field).read(literal).items():
            if values.message_type is None:
                getattr(message, field.name)[key] = value
            else:
                _set_message(getattr(message, field.name)[key], value)
    elif field.is_repeated:
        items = ListKind(field).read(literal)
        if field.message_type is None:
            getattr(message, field.name).extend(items)
        for item in items if field.message_type is not None else ():
            _set_message(getattr(message, field.name).add(), item)
    elif field.message_type is None:
        setattr(message, field.name, kind_of(field).read(literal))
    else:
        _set_message(getattr(message, field.name), kind_of(field).read(literal))


def _set_message(message: Any, value: Any) -> None:
    """Sets what a kind has read into an empty message."""
    message.SetInParent()
    name = message.DESCRIPTOR.full_name
    if name in _WRAPPERS:
        message.value = value
    elif name == _DURATION:
        # Seconds and nanos of a duration have the same sign.
        message.seconds = abs(value) // NANOS * (1 if value > 0 else -1)
        message.nanos = value - message.seconds * NANOS
    elif name == _TIME:
        message.seconds, message.nanos = divmod(value, NANOS)
    else:
        message.CopyFrom(value)


def _write_field(field: FieldDescriptor, content: Any) -> str:
    if is_map(field):
        kind: Kind = MapKind(field)
    else:
        kind = ListKind(field) if field.is_repeated else kind_of(field)
    return kind.write(content if kind.convert is None else kind.convert(content))
