import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2  # type: ignore[import-untyped, unused-ignore]
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import resource_pb2 as _resource_pb2_1
from goten.types import meta_pb2 as _meta_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Device(_message.Message):
    __slots__ = ("name", "metadata", "title", "serial_number", "group", "service_account", "target_firmware", "admin_state", "position", "running_firmware", "last_seen_time")
    class AdminState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ADMIN_STATE_UNSPECIFIED: _ClassVar[Device.AdminState]
        ACTIVE: _ClassVar[Device.AdminState]
        BLOCKED: _ClassVar[Device.AdminState]
    ADMIN_STATE_UNSPECIFIED: Device.AdminState
    ACTIVE: Device.AdminState
    BLOCKED: Device.AdminState
    class Firmware(_message.Message):
        __slots__ = ("version", "install_time")
        VERSION_FIELD_NUMBER: _ClassVar[int]
        INSTALL_TIME_FIELD_NUMBER: _ClassVar[int]
        version: str
        install_time: _timestamp_pb2.Timestamp
        def __init__(self, version: _Optional[str] = ..., install_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIRMWARE_FIELD_NUMBER: _ClassVar[int]
    ADMIN_STATE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIRMWARE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    title: str
    serial_number: str
    group: str
    service_account: str
    target_firmware: str
    admin_state: Device.AdminState
    position: _latlng_pb2.LatLng
    running_firmware: Device.Firmware
    last_seen_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., title: _Optional[str] = ..., serial_number: _Optional[str] = ..., group: _Optional[str] = ..., service_account: _Optional[str] = ..., target_firmware: _Optional[str] = ..., admin_state: _Optional[_Union[Device.AdminState, str]] = ..., position: _Optional[_Union[_latlng_pb2.LatLng, _Mapping[str, object]]] = ..., running_firmware: _Optional[_Union[Device.Firmware, _Mapping[str, object]]] = ..., last_seen_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...
