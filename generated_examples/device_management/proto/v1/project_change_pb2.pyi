from device_management.proto.v1 import project_pb2 as _project_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import resource_pb2 as _resource_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProjectChange(_message.Message):
    __slots__ = ("added", "modified", "current", "removed")
    class Added(_message.Message):
        __slots__ = ("project", "view_index")
        PROJECT_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        project: _project_pb2.Project
        view_index: int
        def __init__(self, project: _Optional[_Union[_project_pb2.Project, _Mapping[str, object]]] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Modified(_message.Message):
        __slots__ = ("name", "project", "field_mask", "previous_view_index", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        PROJECT_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        PREVIOUS_VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        project: _project_pb2.Project
        field_mask: _field_mask_pb2.FieldMask
        previous_view_index: int
        view_index: int
        def __init__(self, name: _Optional[str] = ..., project: _Optional[_Union[_project_pb2.Project, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., previous_view_index: _Optional[int] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Current(_message.Message):
        __slots__ = ("project",)
        PROJECT_FIELD_NUMBER: _ClassVar[int]
        project: _project_pb2.Project
        def __init__(self, project: _Optional[_Union[_project_pb2.Project, _Mapping[str, object]]] = ...) -> None: ...
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
    added: ProjectChange.Added
    modified: ProjectChange.Modified
    current: ProjectChange.Current
    removed: ProjectChange.Removed
    def __init__(self, added: _Optional[_Union[ProjectChange.Added, _Mapping[str, object]]] = ..., modified: _Optional[_Union[ProjectChange.Modified, _Mapping[str, object]]] = ..., current: _Optional[_Union[ProjectChange.Current, _Mapping[str, object]]] = ..., removed: _Optional[_Union[ProjectChange.Removed, _Mapping[str, object]]] = ...) -> None: ...
