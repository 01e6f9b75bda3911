import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from goten_sdk.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MoveProjectRequest(_message.Message):
    __slots__ = ("name", "folder")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    name: str
    folder: str
    def __init__(self, name: _Optional[str] = ..., folder: _Optional[str] = ...) -> None: ...

class PreviewPolicyRequest(_message.Message):
    __slots__ = ("name", "multi_region_policy")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MULTI_REGION_POLICY_FIELD_NUMBER: _ClassVar[int]
    name: str
    multi_region_policy: _multi_region_policy_pb2_1.MultiRegionPolicy
    def __init__(self, name: _Optional[str] = ..., multi_region_policy: _Optional[_Union[_multi_region_policy_pb2_1.MultiRegionPolicy, _Mapping[str, object]]] = ...) -> None: ...

class PreviewPolicyResponse(_message.Message):
    __slots__ = ("gained_regions", "lost_regions", "stranded")
    GAINED_REGIONS_FIELD_NUMBER: _ClassVar[int]
    LOST_REGIONS_FIELD_NUMBER: _ClassVar[int]
    STRANDED_FIELD_NUMBER: _ClassVar[int]
    gained_regions: _containers.RepeatedScalarFieldContainer[str]
    lost_regions: _containers.RepeatedScalarFieldContainer[str]
    stranded: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, gained_regions: _Optional[_Iterable[str]] = ..., lost_regions: _Optional[_Iterable[str]] = ..., stranded: _Optional[_Iterable[str]] = ...) -> None: ...

class ProjectTombstone(_message.Message):
    __slots__ = ("project", "metadata", "purge_time")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    PURGE_TIME_FIELD_NUMBER: _ClassVar[int]
    project: str
    metadata: _meta_pb2_1.Meta
    purge_time: _timestamp_pb2.Timestamp
    def __init__(self, project: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., purge_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...

class ListProjectTombstonesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProjectTombstonesResponse(_message.Message):
    __slots__ = ("project_tombstones", "next_page_token")
    PROJECT_TOMBSTONES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project_tombstones: _containers.RepeatedCompositeFieldContainer[ProjectTombstone]
    next_page_token: str
    def __init__(self, project_tombstones: _Optional[_Iterable[_Union[ProjectTombstone, _Mapping[str, object]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
