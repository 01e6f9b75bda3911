"""How the changes and responses of a generated Watch method are written, whatever the service.

Fields are found by type. A resource is serialized once, and put into its change and that into a response as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from google.protobuf.descriptor import Descriptor as MessageDescriptor
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.server.wire import embed, tag

NO_SIZE: Final = -1
_MAX_HEADS: Final = 4_096
_CHANGE_TYPE: Final = "change_type"
_REMOVED: Final = "removed"
_WITH_RESOURCE: Final = ("current", "added", "modified")


class NotServable(ValueError):
    """The messages of a Watch method have no place for what a server has to say. `reason` says for what."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(method, reason)
        self.method = method
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.method} cannot be served: {self.reason}"


class ChangeShape:
    """Writes changes of one type, each as the field that holds it in a response. Raises NotServable.

    `kinds` are those that the method's changes have: current, added, modified, removed.
    """

    def __init__(self, method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any]) -> None:
        field = _changes_field(method)
        change: Any = field.message_type
        kinds: dict[str, Any] = {kind.name: kind for kind in change.oneofs_by_name[_CHANGE_TYPE].fields}
        wanted = resource.message.DESCRIPTOR.full_name
        self.kinds: Final = frozenset(kinds)
        self._field = tag(field.number)
        self._tags = {name: tag(kind.number) for name, kind in kinds.items()}
        self._makers: dict[str, Any] = {name: GetMessageClass(kind.message_type) for name, kind in kinds.items()}
        self._heads: dict[int, bytes] = {}
        self._resources = {
            name: tag(_resource_field(method, kinds[name], wanted)) for name in _WITH_RESOURCE if name in kinds
        }

    def current(self, resource: bytes) -> bytes:
        """A serialized resource as it is now."""
        # What stands in front depends on the length alone. Large snapshots spend their time here.
        length = len(resource)
        head = self._heads.get(length)
        if head is None:
            head = self._change("current", embed(self._resources["current"], resource))[: -length or None]
            if length < _MAX_HEADS:
                self._heads[length] = head
        return head + resource

    def removed(self, name: str, view_index: int | None = None) -> bytes:
        return self._change(_REMOVED, self._plain(_REMOVED, name=name, view_index=view_index))

    def added(self, resource: bytes, view_index: int) -> bytes:
        plain = self._plain("added", view_index=view_index)
        return self._change("added", plain + embed(self._resources["added"], resource))

    def modified(self, name: str, resource: bytes, previous_view_index: int, view_index: int) -> bytes:
        plain = self._plain("modified", name=name, previous_view_index=previous_view_index, view_index=view_index)
        return self._change("modified", plain + embed(self._resources["modified"], resource))

    def _change(self, kind: str, content: bytes) -> bytes:
        return embed(self._field, embed(self._tags[kind], content))

    def _plain(self, kind: str, **fields: Any) -> bytes:
        make = self._makers[kind]
        content: bytes = make(**_known(make.DESCRIPTOR, fields)).SerializeToString()
        return content


class ResponseShape:
    """Writes responses of a Watch method of a collection: changes, then what else there is to say."""

    def __init__(self, method: MethodDescriptor[Any, Any], resource: Descriptor[Any, Any]) -> None:
        self.change: Final = ChangeShape(method, resource)
        self._make: Any = method.response
        fields = method.response.DESCRIPTOR.fields_by_name
        if "is_current" not in fields:
            raise NotServable(method.full_name, "its response has no field is_current")
        self.has_resets: Final = "is_hard_reset" in fields
        self.has_tokens: Final = "resume_token" in fields
        self.has_sizes: Final = "snapshot_size" in fields
        tokens = fields.get("page_token_change")
        self._page_tokens: Any = None if tokens is None else GetMessageClass(tokens.message_type)
        self.plain: Final = self._rest()
        """The rest of a response that is no boundary."""
        self.hard_reset: Final = self._rest(is_hard_reset=True)

    def boundary(self, resume_token: str = "", page_tokens: tuple[str, str] | None = None) -> bytes:
        """The rest of a response that is one; `page_tokens` of the pages before and after, where they changed."""
        fields: dict[str, Any] = {"is_current": True, "resume_token": resume_token}
        if page_tokens is not None and self._page_tokens is not None:
            before, after = page_tokens
            fields["page_token_change"] = self._page_tokens(prev_page_token=before, next_page_token=after)
        return self._rest(**fields)

    def size(self, resources: int) -> bytes:
        """A response that only says how many resources there are (FEED-5)."""
        return self._rest(snapshot_size=resources)

    def _rest(self, **fields: Any) -> bytes:
        said = {"snapshot_size": NO_SIZE, **fields}
        rest: bytes = self._make(**_known(self._make.DESCRIPTOR, said)).SerializeToString()
        return rest


def _known(message: MessageDescriptor, fields: dict[str, Any]) -> dict[str, Any]:
    """Those of `fields` that are to be said, and that such messages have."""
    return {name: value for name, value in fields.items() if value is not None and name in message.fields_by_name}


def _changes_field(method: MethodDescriptor[Any, Any]) -> FieldDescriptor:
    fields: Iterable[FieldDescriptor] = method.response.DESCRIPTOR.fields
    for field in fields:
        if field.message_type and _CHANGE_TYPE in field.message_type.oneofs_by_name:
            return field
    raise NotServable(method.full_name, "its response has no field with changes")


def _resource_field(method: MethodDescriptor[Any, Any], kind: Any, wanted: str) -> int:
    fields: Iterable[FieldDescriptor] = kind.message_type.fields
    for field in fields:
        if field.message_type and field.message_type.full_name == wanted:
            return field.number
    raise NotServable(method.full_name, f"a change of kind {kind.name} in its response holds no {wanted}")
