from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MultiRegionPolicy(_message.Message):
    __slots__ = ("enabled_regions", "default_control_region", "criteria_for_disabled_sync")
    class CriteriaForDisabledSync(_message.Message):
        __slots__ = ("resource_type_name", "source_region", "dest_region")
        RESOURCE_TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
        SOURCE_REGION_FIELD_NUMBER: _ClassVar[int]
        DEST_REGION_FIELD_NUMBER: _ClassVar[int]
        resource_type_name: str
        source_region: str
        dest_region: str
        def __init__(self, resource_type_name: _Optional[str] = ..., source_region: _Optional[str] = ..., dest_region: _Optional[str] = ...) -> None: ...
    ENABLED_REGIONS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_CONTROL_REGION_FIELD_NUMBER: _ClassVar[int]
    CRITERIA_FOR_DISABLED_SYNC_FIELD_NUMBER: _ClassVar[int]
    enabled_regions: _containers.RepeatedScalarFieldContainer[str]
    default_control_region: str
    criteria_for_disabled_sync: _containers.RepeatedCompositeFieldContainer[MultiRegionPolicy.CriteriaForDisabledSync]
    def __init__(self, enabled_regions: _Optional[_Iterable[str]] = ..., default_control_region: _Optional[str] = ..., criteria_for_disabled_sync: _Optional[_Iterable[_Union[MultiRegionPolicy.CriteriaForDisabledSync, _Mapping[str, object]]]] = ...) -> None: ...
