"""From the response message of any generated Watch method to the plain data that the machine takes."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic

from goten.descriptors import Descriptor, MessageT
from goten.methods import MethodDescriptor
from goten.watch.errors import NotWatchable
from goten.watch.protocol import Change, ItemT, Response

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor as MessageDescriptor

_SCALARS = ("is_current", "resume_token", "snapshot_size", "is_soft_reset", "is_hard_reset")
_REMOVED = "removed"
_UPSERTS = ("added", "modified", "current")
_NAMELESS: Final = ("", None)


def copy_message(message: MessageT) -> MessageT:
    """A copy of its own. A message that is kept as it came keeps the whole response in memory."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


class ResponseReader(Generic[MessageT, ItemT]):
    """Reads responses of a Watch method. Raises NotWatchable for a method that is no STATELESS watch of `resource`.

    `keep` makes of each resource what is kept of it: a copy (`copy_message`), or whatever the user needs. The result is
    never None and holds no part of the message.
    """

    def __init__(
        self,
        method: MethodDescriptor[Any, Any],
        resource: Descriptor[MessageT, Any],
        keep: Callable[[MessageT], ItemT],
    ) -> None:
        if not resource.name_field:
            raise NotWatchable(method.full_name, f"{resource.type} has no field with the name")
        self._keep = keep
        self._name_of = attrgetter(resource.name_field)
        field, change = _find_changes(method)
        self._changes_of = attrgetter(field)
        wanted = resource.message.DESCRIPTOR.full_name
        self._resource_of = {
            kind: attrgetter(f"{kind}.{_find_resource(method, change, kind, wanted)}") for kind in _UPSERTS
        }

    def read(self, response: Any) -> Response[ItemT]:
        # One list with few calls: a large snapshot spends its time here. Nearly all changes of a STATELESS watch are
        # `current`; to look for a name there costs less than to ask which of the four kinds it is.
        current_of, name_of, keep = self._resource_of["current"], self._name_of, self._keep
        changes = [
            (name, keep(resource)) if (name := name_of(resource := current_of(change))) else self._read_other(change)
            for change in self._changes_of(response)
        ]
        return Response(
            tuple(changes),
            response.is_current,
            response.resume_token,
            response.snapshot_size,
            response.is_soft_reset,
            response.is_hard_reset,
        )

    def _read_other(self, change: Any) -> Change[ItemT]:
        kind = change.WhichOneof("change_type")
        if kind == _REMOVED:
            return change.removed.name, None
        if kind not in self._resource_of:
            return _NAMELESS
        resource = self._resource_of[kind](change)
        name = self._name_of(resource)
        return (name, self._keep(resource)) if name else _NAMELESS


def _find_changes(method: MethodDescriptor[Any, Any]) -> tuple[str, MessageDescriptor]:
    """The field with the changes, and what a change is."""
    fields = method.response.DESCRIPTOR.fields_by_name
    for name in _SCALARS:
        if name not in fields:
            raise NotWatchable(method.full_name, f"its response has no field {name}")
    for name, field in fields.items():
        if field.is_repeated and field.message_type and "change_type" in field.message_type.oneofs_by_name:
            return name, field.message_type
    raise NotWatchable(method.full_name, "its response has no field with changes")


def _find_resource(method: MethodDescriptor[Any, Any], change: MessageDescriptor, kind: str, wanted: str) -> str:
    """The field of the resource in a change of that kind."""
    holder = change.fields_by_name[kind].message_type if kind in change.fields_by_name else None
    if holder is not None:
        for field in holder.fields:
            if field.message_type and field.message_type.full_name == wanted:
                return field.name
    raise NotWatchable(method.full_name, f"a change of kind {kind} in its response holds no {wanted}")
