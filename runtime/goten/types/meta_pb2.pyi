import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Meta(_message.Message):
    __slots__ = ("create_time", "update_time", "delete_time", "uuid", "tags", "labels", "annotations", "generation", "resource_version", "owner_references", "shards", "syncing", "lifecycle", "services")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class AnnotationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ShardsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DELETE_TIME_FIELD_NUMBER: _ClassVar[int]
    UUID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_VERSION_FIELD_NUMBER: _ClassVar[int]
    OWNER_REFERENCES_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    SYNCING_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    delete_time: _timestamp_pb2.Timestamp
    uuid: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    labels: _containers.ScalarMap[str, str]
    annotations: _containers.ScalarMap[str, str]
    generation: int
    resource_version: str
    owner_references: _containers.RepeatedCompositeFieldContainer[OwnerReference]
    shards: _containers.ScalarMap[str, int]
    syncing: SyncingMeta
    lifecycle: Lifecycle
    services: ServicesInfo
    def __init__(self, create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., delete_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., uuid: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., annotations: _Optional[_Mapping[str, str]] = ..., generation: _Optional[int] = ..., resource_version: _Optional[str] = ..., owner_references: _Optional[_Iterable[_Union[OwnerReference, _Mapping[str, object]]]] = ..., shards: _Optional[_Mapping[str, int]] = ..., syncing: _Optional[_Union[SyncingMeta, _Mapping[str, object]]] = ..., lifecycle: _Optional[_Union[Lifecycle, _Mapping[str, object]]] = ..., services: _Optional[_Union[ServicesInfo, _Mapping[str, object]]] = ...) -> None: ...

class LabelSelector(_message.Message):
    __slots__ = ("match_labels", "match_expressions")
    class MatchLabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    MATCH_LABELS_FIELD_NUMBER: _ClassVar[int]
    MATCH_EXPRESSIONS_FIELD_NUMBER: _ClassVar[int]
    match_labels: _containers.ScalarMap[str, str]
    match_expressions: _containers.RepeatedCompositeFieldContainer[LabelSelectorRequirement]
    def __init__(self, match_labels: _Optional[_Mapping[str, str]] = ..., match_expressions: _Optional[_Iterable[_Union[LabelSelectorRequirement, _Mapping[str, object]]]] = ...) -> None: ...

class LabelSelectorRequirement(_message.Message):
    __slots__ = ("key", "operator", "values")
    KEY_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    key: str
    operator: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., operator: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class OwnerReference(_message.Message):
    __slots__ = ("kind", "version", "name", "region", "controller", "requires_owner_reference", "unset_on_delete")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    CONTROLLER_FIELD_NUMBER: _ClassVar[int]
    REQUIRES_OWNER_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    UNSET_ON_DELETE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    version: str
    name: str
    region: str
    controller: bool
    requires_owner_reference: bool
    unset_on_delete: bool
    def __init__(self, kind: _Optional[str] = ..., version: _Optional[str] = ..., name: _Optional[str] = ..., region: _Optional[str] = ..., controller: _Optional[bool] = ..., requires_owner_reference: _Optional[bool] = ..., unset_on_delete: _Optional[bool] = ...) -> None: ...

class SyncingMeta(_message.Message):
    __slots__ = ("owning_region", "regions")
    OWNING_REGION_FIELD_NUMBER: _ClassVar[int]
    REGIONS_FIELD_NUMBER: _ClassVar[int]
    owning_region: str
    regions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, owning_region: _Optional[str] = ..., regions: _Optional[_Iterable[str]] = ...) -> None: ...

class Lifecycle(_message.Message):
    __slots__ = ("state", "block_deletion")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNDEFINED: _ClassVar[Lifecycle.State]
        ACTIVE: _ClassVar[Lifecycle.State]
        DELETING: _ClassVar[Lifecycle.State]
    UNDEFINED: Lifecycle.State
    ACTIVE: Lifecycle.State
    DELETING: Lifecycle.State
    STATE_FIELD_NUMBER: _ClassVar[int]
    BLOCK_DELETION_FIELD_NUMBER: _ClassVar[int]
    state: Lifecycle.State
    block_deletion: bool
    def __init__(self, state: _Optional[_Union[Lifecycle.State, str]] = ..., block_deletion: _Optional[bool] = ...) -> None: ...

class ServicesInfo(_message.Message):
    __slots__ = ("owning_service", "allowed_services")
    OWNING_SERVICE_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_SERVICES_FIELD_NUMBER: _ClassVar[int]
    owning_service: str
    allowed_services: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, owning_service: _Optional[str] = ..., allowed_services: _Optional[_Iterable[str]] = ...) -> None: ...
