"""How deep messages are nested: what is stored must fit into every answer that carries it (METHOD-11)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from google.protobuf.descriptor import Descriptor as MessageDescriptor

from goten.refusals import invalid

if TYPE_CHECKING:
    from google.protobuf.message import Message

MAX_DEPTH: Final = 90
"""Readers in most languages take 100 levels; answers and changes put a resource a few levels down."""


def check_depth(message: Message) -> None:
    """Raises Refused (INVALID_ARGUMENT) where messages are nested deeper than `MAX_DEPTH` in a message.

    Only looks where a type contains itself, as google.protobuf.Struct does.
    """
    plan = _recursive_fields(message.DESCRIPTOR)
    if plan and _is_deeper(message, plan, MAX_DEPTH):
        raise invalid(message.DESCRIPTOR.name, f"is nested deeper than {MAX_DEPTH} levels", "make it flatter")


class _Field(NamedTuple):
    """A field that leads to a type which contains itself, and those of what it holds."""

    plan: dict[str, _Field]
    repeated: bool
    map: bool


def _is_deeper(message: Message, plan: Mapping[str, _Field], limit: int) -> bool:
    if limit <= 0:
        return True
    for field, value in message.ListFields():
        known = plan.get(field.name)
        if known is None:
            continue
        items = value.values() if known.map else value if known.repeated else (value,)
        # An entry of a map is a level of its own.
        below = limit - 2 if known.map else limit - 1
        if any(_is_deeper(item, known.plan, below) for item in items):
            return True
    return False


@cache
def _recursive_fields(message: MessageDescriptor) -> Mapping[str, _Field]:
    return _plan(message, {})


def _plan(message: MessageDescriptor, known: dict[str, dict[str, _Field]]) -> dict[str, _Field]:
    if message.full_name in known:
        return known[message.full_name]
    plan = known[message.full_name] = {}
    for field in message.fields:
        held = field.message_type
        is_map = held is not None and held.GetOptions().map_entry
        if held is not None and is_map:
            held = held.fields_by_name["value"].message_type
        if held is not None and _recurs(held, ()):
            plan[field.name] = _Field(_plan(held, known), field.is_repeated, is_map)
    return plan


def _recurs(message: MessageDescriptor, above: tuple[MessageDescriptor, ...]) -> bool:
    """Whether messages of a type can be nested without end, at any depth."""
    if message in above:
        return True
    held = (field.message_type for field in message.fields)
    return any(_recurs(inner, (*above, message)) for inner in held if inner is not None)
