from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import multi_region_pb2 as _multi_region_pb2
from goten.annotations import resource_pb2 as _resource_pb2_1
from goten.types import meta_pb2 as _meta_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Resource(_message.Message):
    __slots__ = ("name", "metadata", "plural_name", "fqn", "versions", "versioned_infos")
    class VersionedInfo(_message.Message):
        __slots__ = ("version", "is_regional")
        VERSION_FIELD_NUMBER: _ClassVar[int]
        IS_REGIONAL_FIELD_NUMBER: _ClassVar[int]
        version: str
        is_regional: bool
        def __init__(self, version: _Optional[str] = ..., is_regional: _Optional[bool] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    PLURAL_NAME_FIELD_NUMBER: _ClassVar[int]
    FQN_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    VERSIONED_INFOS_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    plural_name: str
    fqn: str
    versions: _containers.RepeatedScalarFieldContainer[str]
    versioned_infos: _containers.RepeatedCompositeFieldContainer[Resource.VersionedInfo]
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., plural_name: _Optional[str] = ..., fqn: _Optional[str] = ..., versions: _Optional[_Iterable[str]] = ..., versioned_infos: _Optional[_Iterable[_Union[Resource.VersionedInfo, _Mapping[str, object]]]] = ...) -> None: ...
