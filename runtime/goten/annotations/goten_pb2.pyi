from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OnReferencedObjectDeleted(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNDEFINED: _ClassVar[OnReferencedObjectDeleted]
    BLOCK: _ClassVar[OnReferencedObjectDeleted]
    UNSET: _ClassVar[OnReferencedObjectDeleted]
    CASCADE_DELETE: _ClassVar[OnReferencedObjectDeleted]
    ASYNC_UNSET: _ClassVar[OnReferencedObjectDeleted]
    ASYNC_CASCADE_DELETE: _ClassVar[OnReferencedObjectDeleted]
    ALLOW_DANGLING: _ClassVar[OnReferencedObjectDeleted]
UNDEFINED: OnReferencedObjectDeleted
BLOCK: OnReferencedObjectDeleted
UNSET: OnReferencedObjectDeleted
CASCADE_DELETE: OnReferencedObjectDeleted
ASYNC_UNSET: OnReferencedObjectDeleted
ASYNC_CASCADE_DELETE: OnReferencedObjectDeleted
ALLOW_DANGLING: OnReferencedObjectDeleted
OBJECT_EXT_GEN_ALL_FIELD_NUMBER: int
object_ext_gen_all: _descriptor.FieldDescriptor
OBJECT_EXT_GEN_FIELD_NUMBER: int
object_ext_gen: _descriptor.FieldDescriptor
TYPE_FIELD_NUMBER: int
type: _descriptor.FieldDescriptor
PRIMARY_ID_FIELD_NUMBER: int
primary_id: _descriptor.FieldDescriptor
OUTPUT_ONLY_FIELD_NUMBER: int
output_only: _descriptor.FieldDescriptor
MERGE_FIELD_NUMBER: int
merge: _descriptor.FieldDescriptor

class GoPackage(_message.Message):
    __slots__ = ("name", "path")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    path: str
    def __init__(self, name: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class FieldType(_message.Message):
    __slots__ = ("name", "reference", "filter", "pager_cursor", "order_by", "field_mask", "parent_name", "parent_reference")
    class NameType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class ReferenceType(_message.Message):
        __slots__ = ("resource", "target_delete_behavior")
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        TARGET_DELETE_BEHAVIOR_FIELD_NUMBER: _ClassVar[int]
        resource: str
        target_delete_behavior: OnReferencedObjectDeleted
        def __init__(self, resource: _Optional[str] = ..., target_delete_behavior: _Optional[_Union[OnReferencedObjectDeleted, str]] = ...) -> None: ...
    class FilterType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class PagerCursorType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class OrderByType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class FieldMaskType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class ParentNameType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    class ParentReferenceType(_message.Message):
        __slots__ = ("resource",)
        RESOURCE_FIELD_NUMBER: _ClassVar[int]
        resource: str
        def __init__(self, resource: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGER_CURSOR_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    PARENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    name: FieldType.NameType
    reference: FieldType.ReferenceType
    filter: FieldType.FilterType
    pager_cursor: FieldType.PagerCursorType
    order_by: FieldType.OrderByType
    field_mask: FieldType.FieldMaskType
    parent_name: FieldType.ParentNameType
    parent_reference: FieldType.ParentReferenceType
    def __init__(self, name: _Optional[_Union[FieldType.NameType, _Mapping[str, object]]] = ..., reference: _Optional[_Union[FieldType.ReferenceType, _Mapping[str, object]]] = ..., filter: _Optional[_Union[FieldType.FilterType, _Mapping[str, object]]] = ..., pager_cursor: _Optional[_Union[FieldType.PagerCursorType, _Mapping[str, object]]] = ..., order_by: _Optional[_Union[FieldType.OrderByType, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[FieldType.FieldMaskType, _Mapping[str, object]]] = ..., parent_name: _Optional[_Union[FieldType.ParentNameType, _Mapping[str, object]]] = ..., parent_reference: _Optional[_Union[FieldType.ParentReferenceType, _Mapping[str, object]]] = ...) -> None: ...

class MergeOpts(_message.Message):
    __slots__ = ("repeated", "map")
    class FieldBehavior(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DEFAULT: _ClassVar[MergeOpts.FieldBehavior]
        REPLACE: _ClassVar[MergeOpts.FieldBehavior]
        DISCARD_ONLY_IN_DEST: _ClassVar[MergeOpts.FieldBehavior]
        DISCARD_ONLY_IN_SOURCE: _ClassVar[MergeOpts.FieldBehavior]
        OPERATION_AND: _ClassVar[MergeOpts.FieldBehavior]
        OPERATION_XOR: _ClassVar[MergeOpts.FieldBehavior]
        APPEND: _ClassVar[MergeOpts.FieldBehavior]
    DEFAULT: MergeOpts.FieldBehavior
    REPLACE: MergeOpts.FieldBehavior
    DISCARD_ONLY_IN_DEST: MergeOpts.FieldBehavior
    DISCARD_ONLY_IN_SOURCE: MergeOpts.FieldBehavior
    OPERATION_AND: MergeOpts.FieldBehavior
    OPERATION_XOR: MergeOpts.FieldBehavior
    APPEND: MergeOpts.FieldBehavior
    class Repeated(_message.Message):
        __slots__ = ("identifiers", "behavior", "sorting")
        class SortingOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            NO_SORTING: _ClassVar[MergeOpts.Repeated.SortingOrder]
            ASCENDING: _ClassVar[MergeOpts.Repeated.SortingOrder]
            DESCENDING: _ClassVar[MergeOpts.Repeated.SortingOrder]
        NO_SORTING: MergeOpts.Repeated.SortingOrder
        ASCENDING: MergeOpts.Repeated.SortingOrder
        DESCENDING: MergeOpts.Repeated.SortingOrder
        IDENTIFIERS_FIELD_NUMBER: _ClassVar[int]
        BEHAVIOR_FIELD_NUMBER: _ClassVar[int]
        SORTING_FIELD_NUMBER: _ClassVar[int]
        identifiers: _containers.RepeatedScalarFieldContainer[str]
        behavior: MergeOpts.FieldBehavior
        sorting: MergeOpts.Repeated.SortingOrder
        def __init__(self, identifiers: _Optional[_Iterable[str]] = ..., behavior: _Optional[_Union[MergeOpts.FieldBehavior, str]] = ..., sorting: _Optional[_Union[MergeOpts.Repeated.SortingOrder, str]] = ...) -> None: ...
    class Map(_message.Message):
        __slots__ = ("behavior",)
        BEHAVIOR_FIELD_NUMBER: _ClassVar[int]
        behavior: MergeOpts.FieldBehavior
        def __init__(self, behavior: _Optional[_Union[MergeOpts.FieldBehavior, str]] = ...) -> None: ...
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    repeated: MergeOpts.Repeated
    map: MergeOpts.Map
    def __init__(self, repeated: _Optional[_Union[MergeOpts.Repeated, _Mapping[str, object]]] = ..., map: _Optional[_Union[MergeOpts.Map, _Mapping[str, object]]] = ...) -> None: ...
