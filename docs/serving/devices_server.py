"""The second server of docs/serving.md: devices.example.com in two versions over one store, and an RPC of its own."""

import sys
from collections import Counter

from device_management.proto.v1 import device_custom_pb2
from devices_example_com.v1 import descriptors as v1
from devices_example_com.v1 import methods
from devices_example_com.v1.service import SERVICE as V1
from devices_example_com.v2 import descriptors as v2
from devices_example_com.v2.service import SERVICE as V2

from goten.server import (
    CommonFields,
    ServedVersion,
    Server,
    WatchHub,
    resource_servers,
    run,
    serve,
    served_over,
    set_up_logging,
    standard_middlewares,
    stored_types,
    unary_handler,
)
from goten.storage import open_storage
from goten.store import Store

common = CommonFields(v1.DEVICE, v2.DEVICE)


def up(device, before):
    """A device of v1, as v2 stores it; `before` is what is stored so far."""
    stored = common.up(device, before)
    stored.display_name = device.title
    if device.serial_number or stored.HasField("hardware"):
        stored.hardware.serial_number = device.serial_number
    return stored


def down(stored):
    """A stored device, as v1 shows it."""
    device = common.down(stored)
    device.title, device.serial_number = stored.display_name, stored.hardware.serial_number
    return device


async def main(location: str, listen: str) -> None:
    store = Store(open_storage(location), stored_types(V2, V1))
    hub = WatchHub(store)
    versions = served_over(V1, V2, [ServedVersion(v1.DEVICE, v2.DEVICE, up=up, down=down)])
    servers = [
        *resource_servers(V2, store, standard_middlewares(), hub=hub),
        *resource_servers(V1, store, standard_middlewares(), hub=hub, versions=versions),
    ]

    async def count_devices(request, caller):
        """How many devices each region has below a parent."""
        devices = next(server.operations.served for server in servers if server.descriptor is v1.DEVICE)
        regions = (v1.DEVICE.name_of(device).region for device in devices.below(request.parent))
        return device_custom_pb2.CountDevicesResponse(counts=Counter(regions))

    method = methods.COUNT_DEVICES
    own = {method.api: {method.name: unary_handler(method, count_devices)}}
    await serve(store, hub, Server([own, *(server.handlers() for server in servers)], listen=listen))


set_up_logging()
sys.exit(run(main, sys.argv[1:]))
