from google.protobuf import field_mask_pb2 as _field_mask_pb2
from identity.proto.v2 import organization_pb2 as _organization_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OrganizationChange(_message.Message):
    __slots__ = ("added", "modified", "current", "removed")
    class Added(_message.Message):
        __slots__ = ("organization", "view_index")
        ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        organization: _organization_pb2.Organization
        view_index: int
        def __init__(self, organization: _Optional[_Union[_organization_pb2.Organization, _Mapping[str, object]]] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Modified(_message.Message):
        __slots__ = ("name", "organization", "field_mask", "previous_view_index", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        PREVIOUS_VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        organization: _organization_pb2.Organization
        field_mask: _field_mask_pb2.FieldMask
        previous_view_index: int
        view_index: int
        def __init__(self, name: _Optional[str] = ..., organization: _Optional[_Union[_organization_pb2.Organization, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., previous_view_index: _Optional[int] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Current(_message.Message):
        __slots__ = ("organization",)
        ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
        organization: _organization_pb2.Organization
        def __init__(self, organization: _Optional[_Union[_organization_pb2.Organization, _Mapping[str, object]]] = ...) -> None: ...
    class Removed(_message.Message):
        __slots__ = ("name", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        view_index: int
        def __init__(self, name: _Optional[str] = ..., view_index: _Optional[int] = ...) -> None: ...
    ADDED_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    added: OrganizationChange.Added
    modified: OrganizationChange.Modified
    current: OrganizationChange.Current
    removed: OrganizationChange.Removed
    def __init__(self, added: _Optional[_Union[OrganizationChange.Added, _Mapping[str, object]]] = ..., modified: _Optional[_Union[OrganizationChange.Modified, _Mapping[str, object]]] = ..., current: _Optional[_Union[OrganizationChange.Current, _Mapping[str, object]]] = ..., removed: _Optional[_Union[OrganizationChange.Removed, _Mapping[str, object]]] = ...) -> None: ...
