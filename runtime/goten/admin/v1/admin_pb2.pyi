import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ArchiveHeader(_message.Message):
    __slots__ = ("format", "service", "version", "store_id", "revision", "time", "resources", "unsettled")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    UNSETTLED_FIELD_NUMBER: _ClassVar[int]
    format: int
    service: str
    version: str
    store_id: str
    revision: int
    time: _timestamp_pb2.Timestamp
    resources: int
    unsettled: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, format: _Optional[int] = ..., service: _Optional[str] = ..., version: _Optional[str] = ..., store_id: _Optional[str] = ..., revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., resources: _Optional[int] = ..., unsettled: _Optional[_Iterable[str]] = ...) -> None: ...

class ArchivedResource(_message.Message):
    __slots__ = ("type", "resource")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    type: str
    resource: bytes
    def __init__(self, type: _Optional[str] = ..., resource: _Optional[bytes] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Status(_message.Message):
    __slots__ = ("service", "version", "region", "release", "start_time", "serving", "reason", "storage", "store_id", "revision", "compacted", "history_start", "counts", "watchers", "unsettled", "unsettled_seconds")
    class Count(_message.Message):
        __slots__ = ("type", "resources")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        RESOURCES_FIELD_NUMBER: _ClassVar[int]
        type: str
        resources: int
        def __init__(self, type: _Optional[str] = ..., resources: _Optional[int] = ...) -> None: ...
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    RELEASE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    SERVING_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    COMPACTED_FIELD_NUMBER: _ClassVar[int]
    HISTORY_START_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    WATCHERS_FIELD_NUMBER: _ClassVar[int]
    UNSETTLED_FIELD_NUMBER: _ClassVar[int]
    UNSETTLED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    service: str
    version: str
    region: str
    release: str
    start_time: _timestamp_pb2.Timestamp
    serving: bool
    reason: str
    storage: str
    store_id: str
    revision: int
    compacted: int
    history_start: int
    counts: _containers.RepeatedCompositeFieldContainer[Status.Count]
    watchers: int
    unsettled: int
    unsettled_seconds: float
    def __init__(self, service: _Optional[str] = ..., version: _Optional[str] = ..., region: _Optional[str] = ..., release: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., serving: _Optional[bool] = ..., reason: _Optional[str] = ..., storage: _Optional[str] = ..., store_id: _Optional[str] = ..., revision: _Optional[int] = ..., compacted: _Optional[int] = ..., history_start: _Optional[int] = ..., counts: _Optional[_Iterable[_Union[Status.Count, _Mapping[str, object]]]] = ..., watchers: _Optional[int] = ..., unsettled: _Optional[int] = ..., unsettled_seconds: _Optional[float] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("header", "resources")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    header: ArchiveHeader
    resources: _containers.RepeatedCompositeFieldContainer[ArchivedResource]
    def __init__(self, header: _Optional[_Union[ArchiveHeader, _Mapping[str, object]]] = ..., resources: _Optional[_Iterable[_Union[ArchivedResource, _Mapping[str, object]]]] = ...) -> None: ...

class ImportRequest(_message.Message):
    __slots__ = ("header", "resources")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    header: ArchiveHeader
    resources: _containers.RepeatedCompositeFieldContainer[ArchivedResource]
    def __init__(self, header: _Optional[_Union[ArchiveHeader, _Mapping[str, object]]] = ..., resources: _Optional[_Iterable[_Union[ArchivedResource, _Mapping[str, object]]]] = ...) -> None: ...

class ImportResponse(_message.Message):
    __slots__ = ("resources", "revision")
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    resources: int
    revision: int
    def __init__(self, resources: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class CompactRequest(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class CompactResponse(_message.Message):
    __slots__ = ("compacted",)
    COMPACTED_FIELD_NUMBER: _ClassVar[int]
    compacted: int
    def __init__(self, compacted: _Optional[int] = ...) -> None: ...
