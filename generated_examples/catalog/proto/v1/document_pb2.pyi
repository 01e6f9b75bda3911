from goten_sdk.types import meta_pb2 as _meta_pb2
from goten.types import meta_pb2 as _meta_pb2_1
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Document(_message.Message):
    __slots__ = ("path", "metadata", "media_type", "uri")
    PATH_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    path: str
    metadata: _meta_pb2_1.Meta
    media_type: str
    uri: str
    def __init__(self, path: _Optional[str] = ..., metadata: _Optional[_Union[_meta_pb2_1.Meta, _Mapping[str, object]]] = ..., media_type: _Optional[str] = ..., uri: _Optional[str] = ...) -> None: ...
