from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class LabelledDomain(_message.Message):
    __slots__ = ("label", "domain", "available_mixins", "web_grpc_available", "rest_api_available", "is_private")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_MIXINS_FIELD_NUMBER: _ClassVar[int]
    WEB_GRPC_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    REST_API_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    IS_PRIVATE_FIELD_NUMBER: _ClassVar[int]
    label: str
    domain: str
    available_mixins: _containers.RepeatedScalarFieldContainer[str]
    web_grpc_available: bool
    rest_api_available: bool
    is_private: bool
    def __init__(self, label: _Optional[str] = ..., domain: _Optional[str] = ..., available_mixins: _Optional[_Iterable[str]] = ..., web_grpc_available: _Optional[bool] = ..., rest_api_available: _Optional[bool] = ..., is_private: _Optional[bool] = ...) -> None: ...
