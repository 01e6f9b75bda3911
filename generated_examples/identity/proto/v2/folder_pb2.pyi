from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from goten_sdk.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2_1
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Folder(_message.Message):
    __slots__ = ("name", "metadata", "display_name", "multi_region_policy")
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    MULTI_REGION_POLICY_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2_1.Meta
    display_name: str
    multi_region_policy: _multi_region_policy_pb2_1.MultiRegionPolicy
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., display_name: _Optional[str] = ..., multi_region_policy: _Optional[_Union[_multi_region_policy_pb2_1.MultiRegionPolicy, _Mapping[str, object]]] = ...) -> None: ...
