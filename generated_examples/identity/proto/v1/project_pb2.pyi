from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from goten_sdk.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2_1
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Project(_message.Message):
    __slots__ = ("name", "metadata", "title", "multi_region_policy", "organization")
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MULTI_REGION_POLICY_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2_1.Meta
    title: str
    multi_region_policy: _multi_region_policy_pb2_1.MultiRegionPolicy
    organization: str
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., title: _Optional[str] = ..., multi_region_policy: _Optional[_Union[_multi_region_policy_pb2_1.MultiRegionPolicy, _Mapping[str, object]]] = ..., organization: _Optional[str] = ...) -> None: ...
