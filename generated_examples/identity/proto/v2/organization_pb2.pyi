from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from goten_sdk.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Organization(_message.Message):
    __slots__ = ("name", "metadata", "display_name", "spec", "project_templates")
    class Spec(_message.Message):
        __slots__ = ("placement", "billing_contact")
        PLACEMENT_FIELD_NUMBER: _ClassVar[int]
        BILLING_CONTACT_FIELD_NUMBER: _ClassVar[int]
        placement: Organization.Placement
        billing_contact: str
        def __init__(self, placement: _Optional[_Union[Organization.Placement, _Mapping[str, object]]] = ..., billing_contact: _Optional[str] = ...) -> None: ...
    class Placement(_message.Message):
        __slots__ = ("policy", "reason")
        POLICY_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        policy: _multi_region_policy_pb2_1.MultiRegionPolicy
        reason: str
        def __init__(self, policy: _Optional[_Union[_multi_region_policy_pb2_1.MultiRegionPolicy, _Mapping[str, object]]] = ..., reason: _Optional[str] = ...) -> None: ...
    class ProjectTemplatesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _multi_region_policy_pb2_1.MultiRegionPolicy
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_multi_region_policy_pb2_1.MultiRegionPolicy, _Mapping[str, object]]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    PROJECT_TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2_1.Meta
    display_name: str
    spec: Organization.Spec
    project_templates: _containers.MessageMap[str, _multi_region_policy_pb2_1.MultiRegionPolicy]
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., display_name: _Optional[str] = ..., spec: _Optional[_Union[Organization.Spec, _Mapping[str, object]]] = ..., project_templates: _Optional[_Mapping[str, _multi_region_policy_pb2_1.MultiRegionPolicy]] = ...) -> None: ...
