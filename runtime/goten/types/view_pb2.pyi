from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class View(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    UNSPECIFIED: _ClassVar[View]
    NAME: _ClassVar[View]
    BASIC: _ClassVar[View]
    DETAIL: _ClassVar[View]
    FULL: _ClassVar[View]
UNSPECIFIED: View
NAME: View
BASIC: View
DETAIL: View
FULL: View
