from catalog.proto.v1 import stock_pb2 as _stock_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from goten_sdk.types import view_pb2 as _view_pb2
from goten.types import view_pb2 as _view_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetStockRequest(_message.Message):
    __slots__ = ("name", "field_mask", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    def __init__(self, name: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ...) -> None: ...

class ListStocksRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "order_by", "filter", "field_mask", "view", "include_paging_info")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PAGING_INFO_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    order_by: str
    filter: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    include_paging_info: bool
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., order_by: _Optional[str] = ..., filter: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ..., include_paging_info: _Optional[bool] = ...) -> None: ...

class ListStocksResponse(_message.Message):
    __slots__ = ("stocks", "prev_page_token", "next_page_token", "current_offset", "total_results_count")
    STOCKS_FIELD_NUMBER: _ClassVar[int]
    PREV_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CURRENT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RESULTS_COUNT_FIELD_NUMBER: _ClassVar[int]
    stocks: _containers.RepeatedCompositeFieldContainer[_stock_pb2.Stock]
    prev_page_token: str
    next_page_token: str
    current_offset: int
    total_results_count: int
    def __init__(self, stocks: _Optional[_Iterable[_Union[_stock_pb2.Stock, _Mapping[str, object]]]] = ..., prev_page_token: _Optional[str] = ..., next_page_token: _Optional[str] = ..., current_offset: _Optional[int] = ..., total_results_count: _Optional[int] = ...) -> None: ...

class CreateStockRequest(_message.Message):
    __slots__ = ("parent", "stock", "response_mask")
    class ResponseMask(_message.Message):
        __slots__ = ("skip_entire_response_body", "body_mask")
        SKIP_ENTIRE_RESPONSE_BODY_FIELD_NUMBER: _ClassVar[int]
        BODY_MASK_FIELD_NUMBER: _ClassVar[int]
        skip_entire_response_body: bool
        body_mask: _field_mask_pb2.FieldMask
        def __init__(self, skip_entire_response_body: _Optional[bool] = ..., body_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    PARENT_FIELD_NUMBER: _ClassVar[int]
    STOCK_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MASK_FIELD_NUMBER: _ClassVar[int]
    parent: str
    stock: _stock_pb2.Stock
    response_mask: CreateStockRequest.ResponseMask
    def __init__(self, parent: _Optional[str] = ..., stock: _Optional[_Union[_stock_pb2.Stock, _Mapping[str, object]]] = ..., response_mask: _Optional[_Union[CreateStockRequest.ResponseMask, _Mapping[str, object]]] = ...) -> None: ...

class UpdateStockRequest(_message.Message):
    __slots__ = ("stock", "update_mask", "cas", "allow_missing", "response_mask")
    class CAS(_message.Message):
        __slots__ = ("conditional_state", "field_mask")
        CONDITIONAL_STATE_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        conditional_state: _stock_pb2.Stock
        field_mask: _field_mask_pb2.FieldMask
        def __init__(self, conditional_state: _Optional[_Union[_stock_pb2.Stock, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    class ResponseMask(_message.Message):
        __slots__ = ("skip_entire_response_body", "updated_fields_only", "body_mask")
        SKIP_ENTIRE_RESPONSE_BODY_FIELD_NUMBER: _ClassVar[int]
        UPDATED_FIELDS_ONLY_FIELD_NUMBER: _ClassVar[int]
        BODY_MASK_FIELD_NUMBER: _ClassVar[int]
        skip_entire_response_body: bool
        updated_fields_only: bool
        body_mask: _field_mask_pb2.FieldMask
        def __init__(self, skip_entire_response_body: _Optional[bool] = ..., updated_fields_only: _Optional[bool] = ..., body_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    STOCK_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    CAS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MASK_FIELD_NUMBER: _ClassVar[int]
    stock: _stock_pb2.Stock
    update_mask: _field_mask_pb2.FieldMask
    cas: UpdateStockRequest.CAS
    allow_missing: bool
    response_mask: UpdateStockRequest.ResponseMask
    def __init__(self, stock: _Optional[_Union[_stock_pb2.Stock, _Mapping[str, object]]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., cas: _Optional[_Union[UpdateStockRequest.CAS, _Mapping[str, object]]] = ..., allow_missing: _Optional[bool] = ..., response_mask: _Optional[_Union[UpdateStockRequest.ResponseMask, _Mapping[str, object]]] = ...) -> None: ...
