from google.protobuf import descriptor_pb2 as _descriptor_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.types import view_pb2 as _view_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
RESOURCE_FIELD_NUMBER: int
resource: _descriptor.FieldDescriptor
RESOURCE_CHANGE_FIELD_NUMBER: int
resource_change: _descriptor.FieldDescriptor
SCOPE_ATTRIBUTE_FIELD_NUMBER: int
scope_attribute: _descriptor.FieldDescriptor
SEARCH_FIELD_NUMBER: int
search: _descriptor.FieldDescriptor

class ViewSpec(_message.Message):
    __slots__ = ("view", "fields")
    class Field(_message.Message):
        __slots__ = ("path", "display_name")
        PATH_FIELD_NUMBER: _ClassVar[int]
        DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
        path: str
        display_name: str
        def __init__(self, path: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...
    VIEW_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    view: _view_pb2.View
    fields: _containers.RepeatedCompositeFieldContainer[ViewSpec.Field]
    def __init__(self, view: _Optional[_Union[_view_pb2.View, str]] = ..., fields: _Optional[_Iterable[_Union[ViewSpec.Field, _Mapping[str, object]]]] = ...) -> None: ...

class PagerSpec(_message.Message):
    __slots__ = ("is_disabled", "default_page_size", "max_page_size")
    IS_DISABLED_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    is_disabled: bool
    default_page_size: int
    max_page_size: int
    def __init__(self, is_disabled: _Optional[bool] = ..., default_page_size: _Optional[int] = ..., max_page_size: _Optional[int] = ...) -> None: ...

class ScopeAttributeSpec(_message.Message):
    __slots__ = ("plural", "id_pattern", "optional")
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    ID_PATTERN_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_FIELD_NUMBER: _ClassVar[int]
    plural: str
    id_pattern: str
    optional: bool
    def __init__(self, plural: _Optional[str] = ..., id_pattern: _Optional[str] = ..., optional: _Optional[bool] = ...) -> None: ...

class ResourceSpec(_message.Message):
    __slots__ = ("plural", "collection", "parents", "scope_attributes", "id_pattern", "creation_id_pattern", "on_parent_deleted_behavior", "views", "disable_standard_access", "pager", "async_deletion", "disable_db_constraints")
    PLURAL_FIELD_NUMBER: _ClassVar[int]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    PARENTS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    ID_PATTERN_FIELD_NUMBER: _ClassVar[int]
    CREATION_ID_PATTERN_FIELD_NUMBER: _ClassVar[int]
    ON_PARENT_DELETED_BEHAVIOR_FIELD_NUMBER: _ClassVar[int]
    VIEWS_FIELD_NUMBER: _ClassVar[int]
    DISABLE_STANDARD_ACCESS_FIELD_NUMBER: _ClassVar[int]
    PAGER_FIELD_NUMBER: _ClassVar[int]
    ASYNC_DELETION_FIELD_NUMBER: _ClassVar[int]
    DISABLE_DB_CONSTRAINTS_FIELD_NUMBER: _ClassVar[int]
    plural: str
    collection: str
    parents: _containers.RepeatedScalarFieldContainer[str]
    scope_attributes: _containers.RepeatedScalarFieldContainer[str]
    id_pattern: str
    creation_id_pattern: str
    on_parent_deleted_behavior: _goten_pb2.OnReferencedObjectDeleted
    views: _containers.RepeatedCompositeFieldContainer[ViewSpec]
    disable_standard_access: bool
    pager: PagerSpec
    async_deletion: bool
    disable_db_constraints: bool
    def __init__(self, plural: _Optional[str] = ..., collection: _Optional[str] = ..., parents: _Optional[_Iterable[str]] = ..., scope_attributes: _Optional[_Iterable[str]] = ..., id_pattern: _Optional[str] = ..., creation_id_pattern: _Optional[str] = ..., on_parent_deleted_behavior: _Optional[_Union[_goten_pb2.OnReferencedObjectDeleted, str]] = ..., views: _Optional[_Iterable[_Union[ViewSpec, _Mapping[str, object]]]] = ..., disable_standard_access: _Optional[bool] = ..., pager: _Optional[_Union[PagerSpec, _Mapping[str, object]]] = ..., async_deletion: _Optional[bool] = ..., disable_db_constraints: _Optional[bool] = ...) -> None: ...

class SearchSpec(_message.Message):
    __slots__ = ("fully_searchable", "filterable_only", "sortable")
    FULLY_SEARCHABLE_FIELD_NUMBER: _ClassVar[int]
    FILTERABLE_ONLY_FIELD_NUMBER: _ClassVar[int]
    SORTABLE_FIELD_NUMBER: _ClassVar[int]
    fully_searchable: _containers.RepeatedScalarFieldContainer[str]
    filterable_only: _containers.RepeatedScalarFieldContainer[str]
    sortable: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, fully_searchable: _Optional[_Iterable[str]] = ..., filterable_only: _Optional[_Iterable[str]] = ..., sortable: _Optional[_Iterable[str]] = ...) -> None: ...

class ResourceChange(_message.Message):
    __slots__ = ("resource",)
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    resource: str
    def __init__(self, resource: _Optional[str] = ...) -> None: ...
