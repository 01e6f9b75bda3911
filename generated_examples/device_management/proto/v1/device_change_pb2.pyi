from device_management.proto.v1 import device_pb2 as _device_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from goten.annotations import goten_pb2 as _goten_pb2
from goten.annotations import resource_pb2 as _resource_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeviceChange(_message.Message):
    __slots__ = ("added", "modified", "current", "removed")
    class Added(_message.Message):
        __slots__ = ("device", "view_index")
        DEVICE_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        device: _device_pb2.Device
        view_index: int
        def __init__(self, device: _Optional[_Union[_device_pb2.Device, _Mapping[str, object]]] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Modified(_message.Message):
        __slots__ = ("name", "device", "field_mask", "previous_view_index", "view_index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        DEVICE_FIELD_NUMBER: _ClassVar[int]
        FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
        PREVIOUS_VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        VIEW_INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        device: _device_pb2.Device
        field_mask: _field_mask_pb2.FieldMask
        previous_view_index: int
        view_index: int
        def __init__(self, name: _Optional[str] = ..., device: _Optional[_Union[_device_pb2.Device, _Mapping[str, object]]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping[str, object]]] = ..., previous_view_index: _Optional[int] = ..., view_index: _Optional[int] = ...) -> None: ...
    class Current(_message.Message):
        __slots__ = ("device",)
        DEVICE_FIELD_NUMBER: _ClassVar[int]
        device: _device_pb2.Device
        def __init__(self, device: _Optional[_Union[_device_pb2.Device, _Mapping[str, object]]] = ...) -> None: ...
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
    added: DeviceChange.Added
    modified: DeviceChange.Modified
    current: DeviceChange.Current
    removed: DeviceChange.Removed
    def __init__(self, added: _Optional[_Union[DeviceChange.Added, _Mapping[str, object]]] = ..., modified: _Optional[_Union[DeviceChange.Modified, _Mapping[str, object]]] = ..., current: _Optional[_Union[DeviceChange.Current, _Mapping[str, object]]] = ..., removed: _Optional[_Union[DeviceChange.Removed, _Mapping[str, object]]] = ...) -> None: ...
