from google.type import latlng_pb2 as _latlng_pb2  # type: ignore[import-untyped, unused-ignore]
from google.type import postal_address_pb2 as _postal_address_pb2  # type: ignore[import-untyped, unused-ignore]
from goten.annotations import goten_pb2 as _goten_pb2
from goten.types import meta_pb2 as _meta_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Site(_message.Message):
    __slots__ = ("name", "metadata", "display_name", "address", "position")
    NAME_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    name: str
    metadata: _meta_pb2.Meta
    display_name: str
    address: _postal_address_pb2.PostalAddress
    position: _latlng_pb2.LatLng
    def __init__(self, name: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2.Meta, _Mapping[str, object]]] = ..., display_name: _Optional[str] = ..., address: _Optional[_Union[_postal_address_pb2.PostalAddress, _Mapping[str, object]]] = ..., position: _Optional[_Union[_latlng_pb2.LatLng, _Mapping[str, object]]] = ...) -> None: ...
