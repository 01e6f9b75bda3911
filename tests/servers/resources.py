"""Reading and writing the resources of one type: what the unary methods do, without gRPC."""

from __future__ import annotations

import uuid
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from grpc import StatusCode

from goten.descriptors import Descriptor
from goten.names import InvalidName
from tests.servers.refusal import Refused, invalid, not_found
from tests.servers.selection import check_mask, overwrite, pick
from tests.servers.store import Store


class Resources:
    """The resources of a type in a store. Writes keep what the server says of a resource: times, uuid, version."""

    def __init__(self, resource: Descriptor[Any, Any], store: Store) -> None:
        self.descriptor = resource
        self._store = store

    def get(self, name: str) -> Message:
        """Raises Refused with NOT_FOUND."""
        found = self._store.get(self.descriptor.type, name)
        if found is None:
            raise not_found(name)
        return found

    def create(self, resource: Message) -> Message:
        """Raises Refused: INVALID_ARGUMENT without a proper name, ALREADY_EXISTS."""
        name = self.name_of(resource)
        if self._store.get(self.descriptor.type, name) is not None:
            raise Refused(StatusCode.ALREADY_EXISTS, f"{name} exists already")
        return self._save(name, resource, None)

    def update(self, resource: Message, mask: FieldMask, *, allow_missing: bool) -> Message:
        """Writes the paths of a mask, of an empty one all fields that are set. Raises Refused with NOT_FOUND."""
        check_mask(self.descriptor, mask)
        name = self.name_of(resource)
        stored = self._store.get(self.descriptor.type, name)
        if stored is None:
            if allow_missing:
                return self._save(name, resource, None)
            raise not_found(name)
        changed = copy_of(stored)
        overwrite(changed, resource, mask.paths or [field.name for field, _ in resource.ListFields()])
        return self._save(name, changed, stored)

    def compare(self, resource: Message, expected: Message, mask: FieldMask) -> None:
        """Raises Refused with ABORTED unless what is stored agrees with what is expected at the paths of a mask."""
        stored = self.get(self.name_of(resource))
        if (pick(stored, mask) != pick(expected, mask)) if mask.paths else (stored != expected):
            raise Refused(StatusCode.ABORTED, f"{self.name_of(resource)} is not in the expected state")

    def delete(self, name: str, *, allow_missing: bool) -> None:
        """Raises Refused with NOT_FOUND."""
        if self._store.get(self.descriptor.type, name) is not None:
            self._store.write(self.descriptor.type, name, None)
        elif not allow_missing:
            raise not_found(name)

    def name_of(self, resource: Message) -> str:
        """Raises Refused with INVALID_ARGUMENT where there is no name, or none that stands for one resource."""
        try:
            name = self.descriptor.name_of(resource)
        except InvalidName as error:
            raise invalid(str(error)) from error
        if name.has_wildcard:
            raise invalid(f"{name} stands for many")
        return str(name)

    def _save(self, name: str, resource: Message, stored: Message | None) -> Message:
        saved = copy_of(resource)
        setattr(saved, self.descriptor.name_field, name)
        meta = self.descriptor.ensure_metadata(saved)
        before = None if stored is None else self.descriptor.metadata_of(stored)
        now = Timestamp()
        now.GetCurrentTime()
        meta.create_time.CopyFrom(before.create_time if before else now)
        meta.update_time.CopyFrom(now)
        meta.uuid = before.uuid if before else str(uuid.uuid4())
        meta.resource_version = str(self._store.revision + 1)
        self._store.write(self.descriptor.type, name, saved)
        return saved


def copy_of(message: Message) -> Message:
    copy = type(message)()
    copy.CopyFrom(message)
    return copy
