from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(_message.Message):
    __slots__ = ("name", "metadata", "display_name", "permissions", "services", "launch_stage")
    class LaunchStage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        LAUNCH_STAGE_UNSPECIFIED: _ClassVar[Role.LaunchStage]
        ALPHA: _ClassVar[Role.LaunchStage]
        BETA: _ClassVar[Role.LaunchStage]
        STABLE: _ClassVar[Role.LaunchStage]
    LAUNCH_STAGE_UNSPECIFIED: Role.LaunchStage
    ALPHA: Role.LaunchStage
    BETA: Role.LaunchStage
    STABLE: Role.LaunchStage
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_STAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2_1.Meta
    display_name: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    services: _containers.RepeatedScalarFieldContainer[str]
    launch_stage: Role.LaunchStage
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., display_name: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., services: _Optional[_Iterable[str]] = ..., launch_stage: _Optional[_Union[Role.LaunchStage, str]] = ...) -> None: ...
