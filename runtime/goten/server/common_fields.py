"""Copying between two message types what both can express (METHOD-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from google.protobuf.descriptor import Descriptor as MessageDescriptor
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.descriptors import Descriptor

_Known: TypeAlias = dict[tuple[str, str], "_Plan"]


class CommonFields:
    """The fields that a served and a stored message have in common, and the name."""

    def __init__(self, served: Descriptor[Any, Any], stored: Descriptor[Any, Any]) -> None:
        self._served = served.message
        self._stored = stored.message
        self._up = _Plan.between(served.message.DESCRIPTOR, stored.message.DESCRIPTOR, {})
        self._down = _Plan.between(stored.message.DESCRIPTOR, served.message.DESCRIPTOR, {})
        if served.name_field and stored.name_field:
            self._up.fields[served.name_field] = _Field(stored.name_field)
            self._down.fields[stored.name_field] = _Field(served.name_field)

    def down(self, stored: Any) -> Any:
        served = self._served()
        self._down.copy(stored, served)
        return served

    def up(self, served: Any, before: Any) -> Any:
        """What is equal in `served` and in what `before` looks like there stays as it is in `before`."""
        stored = self._stored()
        if before is None:
            self._up.copy(served, stored)
        else:
            stored.CopyFrom(before)
            self._up.update(served, self.down(before), stored)
        return stored


class _Plan:
    """How a message of one type is copied into one of another, by the names of the source's fields."""

    def __init__(self) -> None:
        self.fields: dict[str, _Field] = {}

    @classmethod
    def between(cls, source: MessageDescriptor, target: MessageDescriptor, known: _Known) -> _Plan:
        """`known` has the plans that are being made: message types may contain themselves."""
        key = source.full_name, target.full_name
        if key in known:
            return known[key]
        plan = known[key] = cls()
        for field in source.fields:
            other = target.fields_by_name.get(field.name)
            if other is not None and _alike(field, other):
                plan.fields[field.name] = _field(field, other, known)
        return plan

    def copy(self, source: Message, target: Message) -> None:
        """`target` is empty."""
        for field, value in source.ListFields():
            known = self.fields.get(field.name)
            if known is not None:
                known.copy(value, target)

    def update(self, source: Message, seen: Message, target: Message) -> None:
        """Changes in `target` what differs between `source` and `seen`, which is how `target` looked to its writer."""
        there = {field.name: value for field, value in source.ListFields()}
        before = {field.name: value for field, value in seen.ListFields()}
        for name, field in self.fields.items():
            if name not in there:
                if name in before:
                    target.ClearField(field.name)
            elif name not in before or there[name] != before[name]:
                field.update(there[name], getattr(seen, name), target)


class _Field:
    """A singular field without a message; `name` is the target's."""

    def __init__(self, name: str) -> None:
        self.name = name

    def copy(self, value: Any, target: Any) -> None:
        setattr(target, self.name, value)

    def update(self, value: Any, seen: Any, target: Any) -> None:
        target.ClearField(self.name)
        self.copy(value, target)


class _Message(_Field):
    """A message of the same type on both sides."""

    def copy(self, value: Any, target: Any) -> None:
        inner = getattr(target, self.name)
        inner.SetInParent()
        inner.MergeFrom(value)


class _Many(_Field):
    """A repeated field or a map, of scalars or of messages of the same type."""

    def copy(self, value: Any, target: Any) -> None:
        getattr(target, self.name).MergeFrom(value)


class _Nested(_Field):
    """A message of another type."""

    def __init__(self, name: str, plan: _Plan) -> None:
        super().__init__(name)
        self.plan = plan

    def copy(self, value: Any, target: Any) -> None:
        inner = getattr(target, self.name)
        inner.SetInParent()
        self.plan.copy(value, inner)

    def update(self, value: Any, seen: Any, target: Any) -> None:
        inner = getattr(target, self.name)
        inner.SetInParent()
        self.plan.update(value, seen, inner)


class _Items(_Nested):
    """A repeated field of messages of another type. Items that are equal to one that was there stay as they are."""

    def copy(self, value: Any, target: Any) -> None:
        items = getattr(target, self.name)
        for item in value:
            self.plan.copy(item, items.add())

    def update(self, value: Any, seen: Any, target: Any) -> None:
        items = getattr(target, self.name)
        before = type(target)()
        getattr(before, self.name).MergeFrom(items)
        stored = {_key(item): kept for item, kept in zip(seen, getattr(before, self.name), strict=False)}
        del items[:]
        for item in value:
            kept = stored.get(_key(item))
            if kept is None:
                self.plan.copy(item, items.add())
            else:
                items.add().CopyFrom(kept)


class _Entries(_Nested):
    """A map to messages of another type."""

    def copy(self, value: Mapping[Any, Any], target: Any) -> None:
        entries = getattr(target, self.name)
        for key, item in value.items():
            self.plan.copy(item, entries.get_or_create(key))

    def update(self, value: Any, seen: Any, target: Any) -> None:
        entries = getattr(target, self.name)
        for key in [key for key in entries if key not in value]:
            del entries[key]
        for key, item in value.items():
            if key in seen:
                self.plan.update(item, seen[key], entries[key])
            else:
                self.plan.copy(item, entries.get_or_create(key))


def _key(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _field(source: FieldDescriptor, target: FieldDescriptor, known: _Known) -> _Field:
    of, into = source.message_type, target.message_type
    if of is None or into is None:
        return _Many(target.name) if source.is_repeated else _Field(target.name)
    if of is into:
        return _Many(target.name) if source.is_repeated else _Message(target.name)
    if of.GetOptions().map_entry:
        value, other = of.fields_by_name["value"], into.fields_by_name["value"]
        if value.message_type is other.message_type or value.message_type is None or other.message_type is None:
            return _Many(target.name)
        return _Entries(target.name, _Plan.between(value.message_type, other.message_type, known))
    plan = _Plan.between(of, into, known)
    return _Items(target.name, plan) if source.is_repeated else _Nested(target.name, plan)


def _alike(a: FieldDescriptor, b: FieldDescriptor) -> bool:
    """Whether two fields of equal name have the same number and type."""
    if (a.number, a.type, a.is_repeated) != (b.number, b.type, b.is_repeated):
        return False
    if a.enum_type is not None and b.enum_type is not None:
        return a.enum_type is b.enum_type or (
            _local(a.enum_type) == _local(b.enum_type) and _agree(a.enum_type, b.enum_type)
        )
    if a.message_type is None or b.message_type is None or a.message_type is b.message_type:
        return True
    if a.message_type.GetOptions().map_entry and b.message_type.GetOptions().map_entry:
        ours, theirs = a.message_type.fields_by_name, b.message_type.fields_by_name
        return all(_alike(ours[part], theirs[part]) for part in ("key", "value"))
    return _local(a.message_type) == _local(b.message_type)


def _local(type: MessageDescriptor | EnumDescriptor) -> str:
    """The name of a type within its package."""
    return type.full_name.removeprefix(type.file.package)


def _agree(a: EnumDescriptor, b: EnumDescriptor) -> bool:
    """Whether no number has one name in the one enum and another in the other."""
    return all(
        number not in b.values_by_number or b.values_by_number[number].name == value.name
        for number, value in a.values_by_number.items()
    )
