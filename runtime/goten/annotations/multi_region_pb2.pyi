from google.protobuf import descriptor_pb2 as _descriptor_pb2
from goten.annotations import resource_pb2 as _resource_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
MULTI_REGION_ROUTING_FIELD_NUMBER: int
multi_region_routing: _descriptor.FieldDescriptor
SYNCING_OPTS_FIELD_NUMBER: int
syncing_opts: _descriptor.FieldDescriptor

class Region(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SyncingOpts(_message.Message):
    __slots__ = ("type",)
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DEFAULT: _ClassVar[SyncingOpts.Type]
        ALWAYS_IN_SCOPE: _ClassVar[SyncingOpts.Type]
        NEVER: _ClassVar[SyncingOpts.Type]
        ALWAYS_GLOBALLY: _ClassVar[SyncingOpts.Type]
    DEFAULT: SyncingOpts.Type
    ALWAYS_IN_SCOPE: SyncingOpts.Type
    NEVER: SyncingOpts.Type
    ALWAYS_GLOBALLY: SyncingOpts.Type
    TYPE_FIELD_NUMBER: _ClassVar[int]
    type: SyncingOpts.Type
    def __init__(self, type: _Optional[_Union[SyncingOpts.Type, str]] = ...) -> None: ...

class RoutingSpec(_message.Message):
    __slots__ = ("skip_code_gen_based_routing", "execute_on_owning_region", "scope_field_paths", "resource_field_paths", "region_id_field_paths", "unauthenticated_request")
    SKIP_CODE_GEN_BASED_ROUTING_FIELD_NUMBER: _ClassVar[int]
    EXECUTE_ON_OWNING_REGION_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_PATHS_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_PATHS_FIELD_NUMBER: _ClassVar[int]
    REGION_ID_FIELD_PATHS_FIELD_NUMBER: _ClassVar[int]
    UNAUTHENTICATED_REQUEST_FIELD_NUMBER: _ClassVar[int]
    skip_code_gen_based_routing: bool
    execute_on_owning_region: bool
    scope_field_paths: _containers.RepeatedScalarFieldContainer[str]
    resource_field_paths: _containers.RepeatedScalarFieldContainer[str]
    region_id_field_paths: _containers.RepeatedScalarFieldContainer[str]
    unauthenticated_request: bool
    def __init__(self, skip_code_gen_based_routing: _Optional[bool] = ..., execute_on_owning_region: _Optional[bool] = ..., scope_field_paths: _Optional[_Iterable[str]] = ..., resource_field_paths: _Optional[_Iterable[str]] = ..., region_id_field_paths: _Optional[_Iterable[str]] = ..., unauthenticated_request: _Optional[bool] = ...) -> None: ...
