from device_management.proto.v2 import firmware_pb2 as _firmware_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import resource_pb2 as _resource_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FirmwareChange(_message.Message):
    __slots__ = ("added", "modified", "current", "removed")
    class Added(_message.Message):
        __slots__ = ("firmware", "view_index")
        FIRMWARE_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        firmware: _firmware_pb2.Firmware
        view_index: int
        def __init__(self, firmware: _Optional[_Union[_firmware_pb2.Firmware, _Mapping[str, object]]] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Modified(_message.Message):
        __slots__ = ("name", "firmware", "field_mask", "previous_view_index", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        FIRMWARE_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        PREVIOUS_VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        firmware: _firmware_pb2.Firmware
        field_mask: _field_mask_pb2.FieldMask
        previous_view_index: int
        view_index: int
        def __init__(self, name: _Optional[str] = ..., firmware: _Optional[_Union[_firmware_pb2.Firmware, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., previous_view_index: _Optional[int] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Current(_message.Message):
        __slots__ = ("firmware",)
        FIRMWARE_FIELD_NUMBER: _ClassVar[int]
        firmware: _firmware_pb2.Firmware
        def __init__(self, firmware: _Optional[_Union[_firmware_pb2.Firmware, _Mapping[str, object]]] = ...) -> None: ...
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
    added: FirmwareChange.Added
    modified: FirmwareChange.Modified
    current: FirmwareChange.Current
    removed: FirmwareChange.Removed
    def __init__(self, added: _Optional[_Union[FirmwareChange.Added, _Mapping[str, object]]] = ..., modified: _Optional[_Union[FirmwareChange.Modified, _Mapping[str, object]]] = ..., current: _Optional[_Union[FirmwareChange.Current, _Mapping[str, object]]] = ..., removed: _Optional[_Union[FirmwareChange.Removed, _Mapping[str, object]]] = ...) -> None: ...
