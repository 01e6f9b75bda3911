"""How v1 is served out of a store that holds v2, except for the types that only v1 has."""

from __future__ import annotations

from typing import Any, Final

from device_management.proto.v1 import device_pb2 as device_v1_pb2
from device_management.proto.v2 import device_pb2
from devices_example_com.v1 import descriptors as v1
from devices_example_com.v1.service import SERVICE as V1
from devices_example_com.v2 import descriptors as v2
from devices_example_com.v2.service import SERVICE as V2
from example_runtime import renamed

from goten.server import CommonFields, ServedVersion, served_over

_DEVICES: Final = CommonFields(v1.DEVICE, v2.DEVICE)


def _device_up(device: device_v1_pb2.Device, before: device_pb2.Device | None) -> device_pb2.Device:
    """What v1 calls title and serial number. A model, which v1 does not know, stays."""
    stored: device_pb2.Device = _DEVICES.up(device, before)
    stored.display_name = device.title
    if device.serial_number or stored.HasField("hardware"):
        stored.hardware.serial_number = device.serial_number
    return stored


def _device_down(stored: device_pb2.Device) -> device_v1_pb2.Device:
    device: device_v1_pb2.Device = _DEVICES.down(stored)
    device.title = stored.display_name
    device.serial_number = stored.hardware.serial_number
    return device


V1_OVER_V2: Final[tuple[ServedVersion[Any, Any], ...]] = served_over(
    V1,
    V2,
    [
        ServedVersion(v1.DEVICE, v2.DEVICE, up=_device_up, down=_device_down),
        renamed(v1.GROUP, v2.GROUP, title="display_name"),
        renamed(v1.PROJECT, v2.PROJECT, title="display_name"),
    ],
)
