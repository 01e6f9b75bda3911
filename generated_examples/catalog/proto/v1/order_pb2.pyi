from google.type import money_pb2 as _money_pb2  # type: ignore[import-untyped, unused-ignore]
from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Order(_message.Message):
    __slots__ = ("name", "metadata", "buyer", "items", "state")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Order.State]
        DRAFT: _ClassVar[Order.State]
        PLACED: _ClassVar[Order.State]
        SHIPPED: _ClassVar[Order.State]
        CANCELLED: _ClassVar[Order.State]
    STATE_UNSPECIFIED: Order.State
    DRAFT: Order.State
    PLACED: Order.State
    SHIPPED: Order.State
    CANCELLED: Order.State
    class Item(_message.Message):
        __slots__ = ("product", "pieces", "price")
        PRODUCT_FIELD_NUMBER: _ClassVar[int]
        PIECES_FIELD_NUMBER: _ClassVar[int]
        PRICE_FIELD_NUMBER: _ClassVar[int]
        product: str
        pieces: int
        price: _money_pb2.Money
        def __init__(self, product: _Optional[str] = ..., pieces: _Optional[int] = ..., price: _Optional[_Union[_money_pb2.Money, _Mapping[str, object]]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    BUYER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2_1.Meta
    buyer: str
    items: _containers.RepeatedCompositeFieldContainer[Order.Item]
    state: Order.State
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., buyer: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Order.Item, _Mapping[str, object]]]] = ..., state: _Optional[_Union[Order.State, str]] = ...) -> None: ...
