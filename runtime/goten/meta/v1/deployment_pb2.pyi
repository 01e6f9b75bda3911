from google.protobuf import struct_pb2 as _struct_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import multi_region_pb2 as _multi_region_pb2
from goten.annotations import resource_pb2 as _resource_pb2_1
from goten.meta.v1 import common_pb2 as _common_pb2
from goten.types import meta_pb2 as _meta_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Deployment(_message.Message):
    __slots__ = ("name", "metadata", "service_name", "region", "public_domain", "private_domain", "labelled_domains", "local_network_id", "location", "is_disabled", "env_registry_generation", "current_version", "db_data_version", "db_location_tag", "automatic_version_switch", "available_upgrade", "upgrade_state", "data_update_statuses")
    class Location(_message.Message):
        __slots__ = ("continent", "country", "agglomeration", "city", "cloud")
        CONTINENT_FIELD_NUMBER: _ClassVar[int]
        COUNTRY_FIELD_NUMBER: _ClassVar[int]
        AGGLOMERATION_FIELD_NUMBER: _ClassVar[int]
        CITY_FIELD_NUMBER: _ClassVar[int]
        CLOUD_FIELD_NUMBER: _ClassVar[int]
        continent: str
        country: str
        agglomeration: str
        city: str
        cloud: str
        def __init__(self, continent: _Optional[str] = ..., country: _Optional[str] = ..., agglomeration: _Optional[str] = ..., city: _Optional[str] = ..., cloud: _Optional[str] = ...) -> None: ...
    class UpgradeState(_message.Message):
        __slots__ = ("target_version", "ready_shards", "pending_shards", "stage", "db_data_target_version", "db_target_location_tag")
        class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            READY: _ClassVar[Deployment.UpgradeState.Stage]
            INITIAL_SYNCING: _ClassVar[Deployment.UpgradeState.Stage]
            SWITCHING: _ClassVar[Deployment.UpgradeState.Stage]
        READY: Deployment.UpgradeState.Stage
        INITIAL_SYNCING: Deployment.UpgradeState.Stage
        SWITCHING: Deployment.UpgradeState.Stage
        TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
        READY_SHARDS_FIELD_NUMBER: _ClassVar[int]
        PENDING_SHARDS_FIELD_NUMBER: _ClassVar[int]
        STAGE_FIELD_NUMBER: _ClassVar[int]
        DB_DATA_TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
        DB_TARGET_LOCATION_TAG_FIELD_NUMBER: _ClassVar[int]
        target_version: str
        ready_shards: _containers.RepeatedScalarFieldContainer[int]
        pending_shards: _containers.RepeatedScalarFieldContainer[int]
        stage: Deployment.UpgradeState.Stage
        db_data_target_version: str
        db_target_location_tag: str
        def __init__(self, target_version: _Optional[str] = ..., ready_shards: _Optional[_Iterable[int]] = ..., pending_shards: _Optional[_Iterable[int]] = ..., stage: _Optional[_Union[Deployment.UpgradeState.Stage, str]] = ..., db_data_target_version: _Optional[str] = ..., db_target_location_tag: _Optional[str] = ...) -> None: ...
    class AvailableUpgrade(_message.Message):
        __slots__ = ("api_version", "db_data_version", "db_location_tag", "total_shards_count")
        API_VERSION_FIELD_NUMBER: _ClassVar[int]
        DB_DATA_VERSION_FIELD_NUMBER: _ClassVar[int]
        DB_LOCATION_TAG_FIELD_NUMBER: _ClassVar[int]
        TOTAL_SHARDS_COUNT_FIELD_NUMBER: _ClassVar[int]
        api_version: str
        db_data_version: str
        db_location_tag: str
        total_shards_count: int
        def __init__(self, api_version: _Optional[str] = ..., db_data_version: _Optional[str] = ..., db_location_tag: _Optional[str] = ..., total_shards_count: _Optional[int] = ...) -> None: ...
    class DbUpdateTaskStatus(_message.Message):
        __slots__ = ("task_tag", "shards_count", "ready_shards", "target_version", "progress_bar")
        TASK_TAG_FIELD_NUMBER: _ClassVar[int]
        SHARDS_COUNT_FIELD_NUMBER: _ClassVar[int]
        READY_SHARDS_FIELD_NUMBER: _ClassVar[int]
        TARGET_VERSION_FIELD_NUMBER: _ClassVar[int]
        PROGRESS_BAR_FIELD_NUMBER: _ClassVar[int]
        task_tag: str
        shards_count: int
        ready_shards: _containers.RepeatedScalarFieldContainer[int]
        target_version: str
        progress_bar: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
        def __init__(self, task_tag: _Optional[str] = ..., shards_count: _Optional[int] = ..., ready_shards: _Optional[_Iterable[int]] = ..., target_version: _Optional[str] = ..., progress_bar: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping[str, object]]]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    SERVICE_NAME_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_DOMAIN_FIELD_NUMBER: _ClassVar[int]
    LABELLED_DOMAINS_FIELD_NUMBER: _ClassVar[int]
    LOCAL_NETWORK_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    IS_DISABLED_FIELD_NUMBER: _ClassVar[int]
    ENV_REGISTRY_GENERATION_FIELD_NUMBER: _ClassVar[int]
    CURRENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    DB_DATA_VERSION_FIELD_NUMBER: _ClassVar[int]
    DB_LOCATION_TAG_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_VERSION_SWITCH_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_UPGRADE_FIELD_NUMBER: _ClassVar[int]
    UPGRADE_STATE_FIELD_NUMBER: _ClassVar[int]
    DATA_UPDATE_STATUSES_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    service_name: str
    region: str
    public_domain: str
    private_domain: str
    labelled_domains: _containers.RepeatedCompositeFieldContainer[_common_pb2.LabelledDomain]
    local_network_id: str
    location: Deployment.Location
    is_disabled: bool
    env_registry_generation: int
    current_version: str
    db_data_version: str
    db_location_tag: str
    automatic_version_switch: bool
    available_upgrade: Deployment.AvailableUpgrade
    upgrade_state: Deployment.UpgradeState
    data_update_statuses: _containers.RepeatedCompositeFieldContainer[Deployment.DbUpdateTaskStatus]
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., service_name: _Optional[str] = ..., region: _Optional[str] = ..., public_domain: _Optional[str] = ..., private_domain: _Optional[str] = ..., labelled_domains: _Optional[_Iterable[_Union[_common_pb2.LabelledDomain, _Mapping[str, object]]]] = ..., local_network_id: _Optional[str] = ..., location: _Optional[_Union[Deployment.Location, _Mapping[str, object]]] = ..., is_disabled: _Optional[bool] = ..., env_registry_generation: _Optional[int] = ..., current_version: _Optional[str] = ..., db_data_version: _Optional[str] = ..., db_location_tag: _Optional[str] = ..., automatic_version_switch: _Optional[bool] = ..., available_upgrade: _Optional[_Union[Deployment.AvailableUpgrade, _Mapping[str, object]]] = ..., upgrade_state: _Optional[_Union[Deployment.UpgradeState, _Mapping[str, object]]] = ..., data_update_statuses: _Optional[_Iterable[_Union[Deployment.DbUpdateTaskStatus, _Mapping[str, object]]]] = ...) -> None: ...
