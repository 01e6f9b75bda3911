import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LogEntry(_message.Message):
    __slots__ = ("name", "time", "severity", "text")
    class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SEVERITY_UNSPECIFIED: _ClassVar[LogEntry.Severity]
        INFO: _ClassVar[LogEntry.Severity]
        WARNING: _ClassVar[LogEntry.Severity]
        ERROR: _ClassVar[LogEntry.Severity]
    SEVERITY_UNSPECIFIED: LogEntry.Severity
    INFO: LogEntry.Severity
    WARNING: LogEntry.Severity
    ERROR: LogEntry.Severity
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    time: _timestamp_pb2.Timestamp
    severity: LogEntry.Severity
    text: str
    def __init__(self, name: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., severity: _Optional[_Union[LogEntry.Severity, str]] = ..., text: _Optional[str] = ...) -> None: ...
