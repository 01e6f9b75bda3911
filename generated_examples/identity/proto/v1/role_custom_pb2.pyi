from goten_sdk.meta_service.proto.v1 import service_pb2 as _service_pb2
from goten.meta.v1 import service_pb2 as _service_pb2_1
from identity.proto.v1 import role_pb2 as _role_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeRoleRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DescribeRoleResponse(_message.Message):
    __slots__ = ("role", "services")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SERVICES_FIELD_NUMBER: _ClassVar[int]
    role: _role_pb2.Role
    services: _containers.RepeatedCompositeFieldContainer[_service_pb2_1.Service]
    def __init__(self, role: _Optional[_Union[_role_pb2.Role, _Mapping[str, object]]] = ..., services: _Optional[_Iterable[_Union[_service_pb2_1.Service, _Mapping[str, object]]]] = ...) -> None: ...
