from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from goten_sdk.types import view_pb2 as _view_pb2
from goten.types import view_pb2 as _view_pb2_1
from identity.proto.v1 import service_account_key_pb2 as _service_account_key_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetServiceAccountKeyRequest(_message.Message):
    __slots__ = ("name", "field_mask", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    field_mask: _field_mask_pb2.FieldMask
    view: _view_pb2_1.View
    def __init__(self, name: _Optional[str] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., view: _Optional[_Union[_view_pb2_1.View, str]] = ...) -> None: ...

class ListServiceAccountKeysRequest(_message.Message):
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

class ListServiceAccountKeysResponse(_message.Message):
    __slots__ = ("service_account_keys", "prev_page_token", "next_page_token", "current_offset", "total_results_count")
    SERVICE_ACCOUNT_KEYS_FIELD_NUMBER: _ClassVar[int]
    PREV_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CURRENT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TOTAL_RESULTS_COUNT_FIELD_NUMBER: _ClassVar[int]
    service_account_keys: _containers.RepeatedCompositeFieldContainer[_service_account_key_pb2.ServiceAccountKey]
    prev_page_token: str
    next_page_token: str
    current_offset: int
    total_results_count: int
    def __init__(self, service_account_keys: _Optional[_Iterable[_Union[_service_account_key_pb2.ServiceAccountKey, _Mapping[str, object]]]] = ..., prev_page_token: _Optional[str] = ..., next_page_token: _Optional[str] = ..., current_offset: _Optional[int] = ..., total_results_count: _Optional[int] = ...) -> None: ...

class CreateServiceAccountKeyRequest(_message.Message):
    __slots__ = ("parent", "service_account_key", "response_mask")
    class ResponseMask(_message.Message):
        __slots__ = ("skip_entire_response_body", "body_mask")
        SKIP_ENTIRE_RESPONSE_BODY_FIELD_NUMBER: _ClassVar[int]
        BODY_MASK_FIELD_NUMBER: _ClassVar[int]
        skip_entire_response_body: bool
        body_mask: _field_mask_pb2.FieldMask
        def __init__(self, skip_entire_response_body: _Optional[bool] = ..., body_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ...) -> None: ...
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SERVICE_ACCOUNT_KEY_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_MASK_FIELD_NUMBER: _ClassVar[int]
    parent: str
    service_account_key: _service_account_key_pb2.ServiceAccountKey
    response_mask: CreateServiceAccountKeyRequest.ResponseMask
    def __init__(self, parent: _Optional[str] = ..., service_account_key: _Optional[_Union[_service_account_key_pb2.ServiceAccountKey, _Mapping[str, object]]] = ..., response_mask: _Optional[_Union[CreateServiceAccountKeyRequest.ResponseMask, _Mapping[str, object]]] = ...) -> None: ...

class DeleteServiceAccountKeyRequest(_message.Message):
    __slots__ = ("name", "allow_missing")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    name: str
    allow_missing: bool
    def __init__(self, name: _Optional[str] = ..., allow_missing: _Optional[bool] = ...) -> None: ...
