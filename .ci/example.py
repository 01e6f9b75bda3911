from devices_example_com.v1.descriptors import DEVICE
from devices_example_com.v1.names import DeviceName

name = DeviceName.parse("projects/p1/regions/us-west2/devices/d1")
print(f"{name.full_name}\n  region {name.region}, parent {name.parent}, governed by {name.holder}")
device = DEVICE.message(name=str(name))
print(f"{DEVICE.type} {DEVICE.version}: {type(device).__name__} message, Meta in {DEVICE.metadata_field!r}")
