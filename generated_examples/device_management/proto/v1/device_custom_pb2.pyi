import datetime

from device_management.proto.v1 import device_pb2 as _device_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from identity.proto.v1 import role_pb2 as _role_pb2
from identity.proto.v1 import service_account_pb2 as _service_account_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RebootDeviceRequest(_message.Message):
    __slots__ = ("name", "mode", "delay")
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MODE_UNSPECIFIED: _ClassVar[RebootDeviceRequest.Mode]
        GRACEFUL: _ClassVar[RebootDeviceRequest.Mode]
        HARD: _ClassVar[RebootDeviceRequest.Mode]
    MODE_UNSPECIFIED: RebootDeviceRequest.Mode
    GRACEFUL: RebootDeviceRequest.Mode
    HARD: RebootDeviceRequest.Mode
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    DELAY_FIELD_NUMBER: _ClassVar[int]
    name: str
    mode: RebootDeviceRequest.Mode
    delay: _duration_pb2.Duration
    def __init__(self, name: _Optional[str] = ..., mode: _Optional[_Union[RebootDeviceRequest.Mode, str]] = ..., delay: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping[str, object]]] = ...) -> None: ...

class EnrollDeviceRequest(_message.Message):
    __slots__ = ("secret", "serial_number", "region")
    SECRET_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    secret: str
    serial_number: str
    region: str
    def __init__(self, secret: _Optional[str] = ..., serial_number: _Optional[str] = ..., region: _Optional[str] = ...) -> None: ...

class CountDevicesRequest(_message.Message):
    __slots__ = ("parent", "filter")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ...) -> None: ...

class CountDevicesResponse(_message.Message):
    __slots__ = ("counts",)
    class CountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.ScalarMap[str, int]
    def __init__(self, counts: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetDeviceIdentityRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetDeviceIdentityResponse(_message.Message):
    __slots__ = ("device", "service_account", "roles")
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    device: _device_pb2.Device
    service_account: _service_account_pb2.ServiceAccount
    roles: _containers.RepeatedCompositeFieldContainer[_role_pb2.Role]
    def __init__(self, device: _Optional[_Union[_device_pb2.Device, _Mapping[str, object]]] = ..., service_account: _Optional[_Union[_service_account_pb2.ServiceAccount, _Mapping[str, object]]] = ..., roles: _Optional[_Iterable[_Union[_role_pb2.Role, _Mapping[str, object]]]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("metric", "value", "time")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    metric: str
    value: float
    time: _timestamp_pb2.Timestamp
    def __init__(self, metric: _Optional[str] = ..., value: _Optional[float] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ...) -> None: ...

class UploadTelemetryRequest(_message.Message):
    __slots__ = ("name", "samples")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    name: str
    samples: _containers.RepeatedCompositeFieldContainer[Sample]
    def __init__(self, name: _Optional[str] = ..., samples: _Optional[_Iterable[_Union[Sample, _Mapping[str, object]]]] = ...) -> None: ...

class UploadTelemetryResponse(_message.Message):
    __slots__ = ("accepted_samples", "dropped_samples")
    ACCEPTED_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    DROPPED_SAMPLES_FIELD_NUMBER: _ClassVar[int]
    accepted_samples: int
    dropped_samples: int
    def __init__(self, accepted_samples: _Optional[int] = ..., dropped_samples: _Optional[int] = ...) -> None: ...

class QueryTelemetryRequest(_message.Message):
    __slots__ = ("name", "metrics", "to")
    NAME_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    name: str
    metrics: _containers.RepeatedScalarFieldContainer[str]
    to: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., metrics: _Optional[_Iterable[str]] = ..., to: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., **kwargs: object) -> None: ...

class QueryTelemetryResponse(_message.Message):
    __slots__ = ("samples",)
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    samples: _containers.RepeatedCompositeFieldContainer[Sample]
    def __init__(self, samples: _Optional[_Iterable[_Union[Sample, _Mapping[str, object]]]] = ...) -> None: ...

class DeviceShellRequest(_message.Message):
    __slots__ = ("name", "typed", "resize")
    class WindowSize(_message.Message):
        __slots__ = ("rows", "columns")
        ROWS_FIELD_NUMBER: _ClassVar[int]
        COLUMNS_FIELD_NUMBER: _ClassVar[int]
        rows: int
        columns: int
        def __init__(self, rows: _Optional[int] = ..., columns: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPED_FIELD_NUMBER: _ClassVar[int]
    RESIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    typed: bytes
    resize: DeviceShellRequest.WindowSize
    def __init__(self, name: _Optional[str] = ..., typed: _Optional[bytes] = ..., resize: _Optional[_Union[DeviceShellRequest.WindowSize, _Mapping[str, object]]] = ...) -> None: ...

class DeviceShellResponse(_message.Message):
    __slots__ = ("printed", "exit_code")
    PRINTED_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    printed: bytes
    exit_code: int
    def __init__(self, printed: _Optional[bytes] = ..., exit_code: _Optional[int] = ...) -> None: ...
