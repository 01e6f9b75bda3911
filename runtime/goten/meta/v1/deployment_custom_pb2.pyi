from google.protobuf import struct_pb2 as _struct_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.meta.v1 import deployment_pb2 as _deployment_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BeginUpgradeRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class SetAvailableUpgradeRequest(_message.Message):
    __slots__ = ("name", "target_api_version", "total_shards_count", "target_db_data_version", "target_db_location_tag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_API_VERSION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SHARDS_COUNT_FIELD_NUMBER: _ClassVar[int]
    TARGET_DB_DATA_VERSION_FIELD_NUMBER: _ClassVar[int]
    TARGET_DB_LOCATION_TAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    target_api_version: str
    total_shards_count: int
    target_db_data_version: str
    target_db_location_tag: str
    def __init__(self, name: _Optional[str] = ..., target_api_version: _Optional[str] = ..., total_shards_count: _Optional[int] = ..., target_db_data_version: _Optional[str] = ..., target_db_location_tag: _Optional[str] = ...) -> None: ...

class NotifyShardsUpgradeReadinessRequest(_message.Message):
    __slots__ = ("name", "shards_from", "shards_to", "ready", "total_shards_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FROM_FIELD_NUMBER: _ClassVar[int]
    SHARDS_TO_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SHARDS_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    shards_from: int
    shards_to: int
    ready: bool
    total_shards_count: int
    def __init__(self, name: _Optional[str] = ..., shards_from: _Optional[int] = ..., shards_to: _Optional[int] = ..., ready: _Optional[bool] = ..., total_shards_count: _Optional[int] = ...) -> None: ...

class GetOrRegisterDataUpdateTaskRequest(_message.Message):
    __slots__ = ("name", "tag", "shards_count", "db_data_target_version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    SHARDS_COUNT_FIELD_NUMBER: _ClassVar[int]
    DB_DATA_TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    tag: str
    shards_count: int
    db_data_target_version: str
    def __init__(self, name: _Optional[str] = ..., tag: _Optional[str] = ..., shards_count: _Optional[int] = ..., db_data_target_version: _Optional[str] = ...) -> None: ...

class GetOrRegisterDataUpdateTaskResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _deployment_pb2.Deployment.DbUpdateTaskStatus
    def __init__(self, status: _Optional[_Union[_deployment_pb2.Deployment.DbUpdateTaskStatus, _Mapping[str, object]]] = ...) -> None: ...

class UpdateDataTaskUpdateRequest(_message.Message):
    __slots__ = ("name", "tag", "shard", "done", "progress_status", "db_data_target_version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAG_FIELD_NUMBER: _ClassVar[int]
    SHARD_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_STATUS_FIELD_NUMBER: _ClassVar[int]
    DB_DATA_TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    tag: str
    shard: int
    done: bool
    progress_status: _struct_pb2.Struct
    db_data_target_version: str
    def __init__(self, name: _Optional[str] = ..., tag: _Optional[str] = ..., shard: _Optional[int] = ..., done: _Optional[bool] = ..., progress_status: _Optional[_Union[_struct_pb2.Struct, _Mapping[str, object]]] = ..., db_data_target_version: _Optional[str] = ...) -> None: ...
