import datetime

from catalog.proto.v1 import category_pb2 as _category_pb2
from catalog.proto.v1 import category_change_pb2 as _category_change_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from goten_sdk.types import view_pb2 as _view_pb2
from goten.types import view_pb2 as _view_pb2_1
from goten_sdk.types import watch_type_pb2 as _watch_type_pb2
from goten.types import watch_type_pb2 as _watch_type_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetCategoryRequest(_message.Message):
    __slots__ = ("name", "field_mask", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    def __init__(self, name: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ...) -> None: ...

class BatchGetCategoriesRequest(_message.Message):
    __slots__ = ("names", "field_mask", "view")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    def __init__(self, names: _Optional[_Iterable[str]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ...) -> None: ...

class BatchGetCategoriesResponse(_message.Message):
    __slots__ = ("categories", "missing")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedCompositeFieldContainer[_category_pb2.Category]
    missing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, categories: _Optional[_Iterable[_Union[_category_pb2.Category, _Mapping[str, object]]]] = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...

class ListCategoriesRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "order_by", "filter", "field_mask", "view", "include_paging_info")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PAGING_INFO_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    order_by: str
    filter: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    include_paging_info: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ..., include_paging_info: _Optional[bool] = ...) -> None: ...

class ListCategoriesResponse(_message.Message):
    __slots__ = ("categories", "prev_page_token", "next_page_token", "current_offset", "total_results_count")
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    PREV_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CURRENT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RESULTS_COUNT_FIELD_NUMBER: _ClassVar[int]
    categories: _containers.RepeatedCompositeFieldContainer[_category_pb2.Category]
    prev_page_token: str
    next_page_token: str
    current_offset: int
    total_results_count: int
    def __init__(self, categories: _Optional[_Iterable[_Union[_category_pb2.Category, _Mapping[str, object]]]] = ..., prev_page_token: _Optional[str] = ..., next_page_token: _Optional[str] = ..., current_offset: _Optional[int] = ..., total_results_count: _Optional[int] = ...) -> None: ...

class WatchCategoryRequest(_message.Message):
    __slots__ = ("name", "field_mask", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    def __init__(self, name: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ...) -> None: ...

class WatchCategoryResponse(_message.Message):
    __slots__ = ("change",)
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    change: _category_change_pb2.CategoryChange
    def __init__(self, change: _Optional[_Union[_category_change_pb2.CategoryChange, _Mapping[str, object]]] = ...) -> None: ...

class WatchCategoriesRequest(_message.Message):
    __slots__ = ("type", "page_size", "page_token", "order_by", "resume_token", "starting_time", "filter", "field_mask", "view", "max_chunk_size")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STARTING_TIME_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    MAX_CHUNK_SIZE_FIELD_NUMBER: _ClassVar[int]
    type: _watch_type_pb2_1.WatchType
    page_size: int
    page_token: str
    order_by: str
    resume_token: str
    starting_time: _timestamp_pb2.Timestamp
    filter: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    max_chunk_size: int
    def __init__(self, type: _Optional[_Union[_watch_type_pb2_1.WatchType, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., resume_token: _Optional[str] = ..., starting_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping[str, object]]] = ..., filter: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ..., max_chunk_size: _Optional[int] = ...) -> None: ...

class WatchCategoriesResponse(_message.Message):
    __slots__ = ("category_changes", "is_current", "page_token_change", "resume_token", "snapshot_size", "is_soft_reset", "is_hard_reset")
    class PageTokenChange(_message.Message):
        __slots__ = ("prev_page_token", "next_page_token")
        PREV_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
        NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
        prev_page_token: str
        next_page_token: str
        def __init__(self, prev_page_token: _Optional[str] = ..., next_page_token: _Optional[str] = ...) -> None: ...
    CATEGORY_CHANGES_FIELD_NUMBER: _ClassVar[int]
    IS_CURRENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    IS_SOFT_RESET_FIELD_NUMBER: _ClassVar[int]
    IS_HARD_RESET_FIELD_NUMBER: _ClassVar[int]
    category_changes: _containers.RepeatedCompositeFieldContainer[_category_change_pb2.CategoryChange]
    is_current: bool
    page_token_change: WatchCategoriesResponse.PageTokenChange
    resume_token: str
    snapshot_size: int
    is_soft_reset: bool
    is_hard_reset: bool
    def __init__(self, category_changes: _Optional[_Iterable[_Union[_category_change_pb2.CategoryChange, _Mapping[str, object]]]] = ..., is_current: _Optional[bool] = ..., page_token_change: _Optional[_Union[WatchCategoriesResponse.PageTokenChange, _Mapping[str, object]]] = ..., resume_token: _Optional[str] = ..., snapshot_size: _Optional[int] = ..., is_soft_reset: _Optional[bool] = ..., is_hard_reset: _Optional[bool] = ...) -> None: ...

class CreateCategoryRequest(_message.Message):
    __slots__ = ("category", "response_mask")
    class ResponseMask(_message.Message):
        __slots__ = ("skip_entire_response_body", "body_mask")
        SKIP_ENTIRE_RESPONSE_BODY_FIELD_NUMBER: _ClassVar[int]
        BODY_MASK_FIELD_NUMBER: _ClassVar[int]
        skip_entire_response_body: bool
        body_mask: _field_mask_pb2.FieldMask
        def __init__(self, skip_entire_response_body: _Optional[bool] = ..., body_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MASK_FIELD_NUMBER: _ClassVar[int]
    category: _category_pb2.Category
    response_mask: CreateCategoryRequest.ResponseMask
    def __init__(self, category: _Optional[_Union[_category_pb2.Category, _Mapping[str, object]]] = ..., response_mask: _Optional[_Union[CreateCategoryRequest.ResponseMask, _Mapping[str, object]]] = ...) -> None: ...

class UpdateCategoryRequest(_message.Message):
    __slots__ = ("category", "update_mask", "cas", "allow_missing", "response_mask")
    class CAS(_message.Message):
        __slots__ = ("conditional_state", "field_mask")
        CONDITIONAL_STATE_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        conditional_state: _category_pb2.Category
        field_mask: _field_mask_pb2.FieldMask
        def __init__(self, conditional_state: _Optional[_Union[_category_pb2.Category, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    class ResponseMask(_message.Message):
        __slots__ = ("skip_entire_response_body", "updated_fields_only", "body_mask")
        SKIP_ENTIRE_RESPONSE_BODY_FIELD_NUMBER: _ClassVar[int]
        UPDATED_FIELDS_ONLY_FIELD_NUMBER: _ClassVar[int]
        BODY_MASK_FIELD_NUMBER: _ClassVar[int]
        skip_entire_response_body: bool
        updated_fields_only: bool
        body_mask: _field_mask_pb2.FieldMask
        def __init__(self, skip_entire_response_body: _Optional[bool] = ..., updated_fields_only: _Optional[bool] = ..., body_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    CAS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MASK_FIELD_NUMBER: _ClassVar[int]
    category: _category_pb2.Category
    update_mask: _field_mask_pb2.FieldMask
    cas: UpdateCategoryRequest.CAS
    allow_missing: bool
    response_mask: UpdateCategoryRequest.ResponseMask
    def __init__(self, category: _Optional[_Union[_category_pb2.Category, _Mapping[str, object]]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., cas: _Optional[_Union[UpdateCategoryRequest.CAS, _Mapping[str, object]]] = ..., allow_missing: _Optional[bool] = ..., response_mask: _Optional[_Union[UpdateCategoryRequest.ResponseMask, _Mapping[str, object]]] = ...) -> None: ...

class DeleteCategoryRequest(_message.Message):
    __slots__ = ("name", "allow_missing")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    name: str
    allow_missing: bool
    def __init__(self, name: _Optional[str] = ..., allow_missing: _Optional[bool] = ...) -> None: ...
