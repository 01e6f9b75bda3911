import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import multi_region_pb2 as _multi_region_pb2
from goten.types import meta_pb2 as _meta_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EnrollmentToken(_message.Message):
    __slots__ = ("name", "metadata", "secret", "expire_time", "template")
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    secret: str
    expire_time: _timestamp_pb2.Timestamp
    template: DeviceTemplate
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., secret: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., template: _Optional[_Union[DeviceTemplate, _Mapping[str, object]]] = ...) -> None: ...

class DeviceTemplate(_message.Message):
    __slots__ = ("metadata", "group", "service_account")
    METADATA_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    metadata: _meta_pb2.Meta
    group: str
    service_account: str
    def __init__(self, metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., group: _Optional[str] = ..., service_account: _Optional[str] = ...) -> None: ...
