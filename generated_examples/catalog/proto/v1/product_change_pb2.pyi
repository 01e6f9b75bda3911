from catalog.proto.v1 import product_pb2 as _product_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProductChange(_message.Message):
    __slots__ = ("added", "modified", "current", "removed")
    class Added(_message.Message):
        __slots__ = ("product", "view_index")
        PRODUCT_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        product: _product_pb2.Product
        view_index: int
        def __init__(self, product: _Optional[_Union[_product_pb2.Product, _Mapping[str, object]]] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Modified(_message.Message):
        __slots__ = ("name", "product", "field_mask", "previous_view_index", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        PRODUCT_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        PREVIOUS_VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        product: _product_pb2.Product
        field_mask: _field_mask_pb2.FieldMask
        previous_view_index: int
        view_index: int
        def __init__(self, name: _Optional[str] = ..., product: _Optional[_Union[_product_pb2.Product, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., previous_view_index: _Optional[int] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Current(_message.Message):
        __slots__ = ("product",)
        PRODUCT_FIELD_NUMBER: _ClassVar[int]
        product: _product_pb2.Product
        def __init__(self, product: _Optional[_Union[_product_pb2.Product, _Mapping[str, object]]] = ...) -> None: ...
    class Removed(_message.Message):
        __slots__ = ("name", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        view_index: int
        def __init__(self, name: _Optional[str] = ..., view_index: _Optional[int] = ...) -> None: ...
    ADDED_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    added: ProductChange.Added
    modified: ProductChange.Modified
    current: ProductChange.Current
    removed: ProductChange.Removed
    def __init__(self, added: _Optional[_Union[ProductChange.Added, _Mapping[str, object]]] = ..., modified: _Optional[_Union[ProductChange.Modified, _Mapping[str, object]]] = ..., current: _Optional[_Union[ProductChange.Current, _Mapping[str, object]]] = ..., removed: _Optional[_Union[ProductChange.Removed, _Mapping[str, object]]] = ...) -> None: ...
