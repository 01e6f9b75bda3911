from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import resource_pb2 as _resource_pb2_1
from goten.meta.v1 import common_pb2 as _common_pb2
from goten.types import meta_pb2 as _meta_pb2
from goten.types import multi_region_policy_pb2 as _multi_region_policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Service(_message.Message):
    __slots__ = ("name", "metadata", "multi_region_policy", "display_name", "all_versions", "global_domain", "labelled_domains", "leading_service", "imported_services", "used_services", "imported_versions", "env_registry_generation", "automatic_version_switch")
    class ImportedVersions(_message.Message):
        __slots__ = ("target_service", "target_service_version", "current_service_version")
        TARGET_SERVICE_FIELD_NUMBER: _ClassVar[int]
        TARGET_SERVICE_VERSION_FIELD_NUMBER: _ClassVar[int]
        CURRENT_SERVICE_VERSION_FIELD_NUMBER: _ClassVar[int]
        target_service: str
        target_service_version: str
        current_service_version: str
        def __init__(self, target_service: _Optional[str] = ..., target_service_version: _Optional[str] = ..., current_service_version: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    MULTI_REGION_POLICY_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ALL_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LABELLED_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    LEADING_SERVICE_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_SERVICES_FIELD_NUMBER: _ClassVar[int]
    USED_SERVICES_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    ENV_REGISTRY_GENERATION_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_VERSION_SWITCH_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    multi_region_policy: _multi_region_policy_pb2.MultiRegionPolicy
    display_name: str
    all_versions: _containers.RepeatedScalarFieldContainer[str]
    global_domain: str
    labelled_domains: _containers.RepeatedCompositeFieldContainer[_common_pb2.LabelledDomain]
    leading_service: str
    imported_services: _containers.RepeatedScalarFieldContainer[str]
    used_services: _containers.RepeatedScalarFieldContainer[str]
    imported_versions: _containers.RepeatedCompositeFieldContainer[Service.ImportedVersions]
    env_registry_generation: int
    automatic_version_switch: bool
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., multi_region_policy: _Optional[_Union[_multi_region_policy_pb2.MultiRegionPolicy, _Mapping[str, object]]] = ..., display_name: _Optional[str] = ..., all_versions: _Optional[_Iterable[str]] = ..., global_domain: _Optional[str] = ..., labelled_domains: _Optional[_Iterable[_Union[_common_pb2.LabelledDomain, _Mapping[str, object]]]] = ..., leading_service: _Optional[str] = ..., imported_services: _Optional[_Iterable[str]] = ..., used_services: _Optional[_Iterable[str]] = ..., imported_versions: _Optional[_Iterable[_Union[Service.ImportedVersions, _Mapping[str, object]]]] = ..., env_registry_generation: _Optional[int] = ..., automatic_version_switch: _Optional[bool] = ...) -> None: ...
