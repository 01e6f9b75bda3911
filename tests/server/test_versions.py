"""The device service in v1 and v2 over one store, over real gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from device_management.proto.v1 import (
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
    firmware_pb2,
    firmware_service_pb2,
    firmware_service_pb2_grpc,
)
from device_management.proto.v2 import device_pb2 as device_v2_pb2
from device_management.proto.v2 import device_service_pb2 as device_service_v2_pb2
from device_management.proto.v2 import device_service_pb2_grpc as device_service_v2_pb2_grpc
from device_management.proto.v2 import firmware_pb2 as firmware_v2_pb2
from device_management.proto.v2 import firmware_service_pb2 as firmware_service_v2_pb2
from device_management.proto.v2 import firmware_service_pb2_grpc as firmware_service_v2_pb2_grpc
from devices_example_com.v1 import descriptors as v1
from devices_example_com.v1.service import SERVICE as V1
from devices_example_com.v2 import descriptors as v2
from devices_example_com.v2.service import SERVICE as V2
from google.protobuf.field_mask_pb2 import FieldMask

from goten.server.common_fields import CommonFields
from goten.server.host import Server
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.server.services import resource_servers, served_over, stored_types
from goten.server.versions import ServedVersion
from goten.types import view_pb2, watch_type_pb2
from tests.server.scene import refused, running_hub, running_store, violation

D1 = "projects/p1/regions/us-west2/devices/d-1"
D2 = "projects/p1/regions/us-west2/devices/d-2"

_COMMON = CommonFields(v1.DEVICE, v2.DEVICE)


def up(device: device_pb2.Device, before: device_v2_pb2.Device | None) -> device_v2_pb2.Device:
    """What v1 calls title and serial number, v2 has under other names."""
    stored: device_v2_pb2.Device = _COMMON.up(device, before)
    stored.display_name = device.title
    if device.serial_number or stored.HasField("hardware"):
        stored.hardware.serial_number = device.serial_number
    return stored


def down(stored: device_v2_pb2.Device) -> device_pb2.Device:
    device: device_pb2.Device = _COMMON.down(stored)
    device.title, device.serial_number = stored.display_name, stored.hardware.serial_number
    return device


@asynccontextmanager
async def both() -> AsyncIterator[grpc.aio.Channel]:
    async with running_store(stored_types(V2, V1)) as store, running_hub(store) as hub:
        versions = served_over(V1, V2, [ServedVersion(v1.DEVICE, v2.DEVICE, up=up, down=down)])
        servers = [
            *resource_servers(V2, store, [MetadataUpkeep()], hub=hub),
            *resource_servers(V1, store, [MetadataUpkeep()], hub=hub, versions=versions),
        ]
        server = Server([server.handlers() for server in servers], listen="127.0.0.1:0")
        await server.start()
        server.ready()
        try:
            async with grpc.aio.insecure_channel(server.address) as channel:
                yield channel
        finally:
            await server.stop(grace=1)


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    async with both() as channel:
        yield channel


@pytest.fixture
def old(channel: grpc.aio.Channel) -> Any:
    return device_service_pb2_grpc.DeviceServiceStub(channel)


@pytest.fixture
def new(channel: grpc.aio.Channel) -> Any:
    return device_service_v2_pb2_grpc.DeviceServiceStub(channel)


async def create_old(stub: Any, name: str = D1, **fields: Any) -> Any:
    request = device_service_pb2.CreateDeviceRequest(device=device_pb2.Device(name=name, **fields))
    return await stub.CreateDevice(request)


async def create_new(stub: Any, name: str = D1, **fields: Any) -> Any:
    request = device_service_v2_pb2.CreateDeviceRequest(device=device_v2_pb2.Device(name=name, **fields))
    return await stub.CreateDevice(request)


async def get_old(stub: Any, name: str = D1) -> Any:
    return await stub.GetDevice(device_service_pb2.GetDeviceRequest(name=name))


async def get_new(stub: Any, name: str = D1) -> Any:
    return await stub.GetDevice(device_service_v2_pb2.GetDeviceRequest(name=name))


async def test_written_in_one_version_and_read_in_the_other(old: Any, new: Any) -> None:
    """METHOD-13"""
    created = await create_old(old, title="Pump", serial_number="SN1", group="projects/p1/groups/g", admin_state=2)
    seen = await get_new(new)
    assert (seen.display_name, seen.hardware.serial_number, seen.group) == ("Pump", "SN1", "projects/p1/groups/g")
    assert seen.admin_state == device_v2_pb2.Device.AdminState.BLOCKED
    assert seen.metadata == created.metadata
    await create_new(new, D2, display_name="Valve", site="projects/p1/sites/s", hardware={"serial_number": "SN2"})
    seen = await get_old(old, D2)
    assert (seen.title, seen.serial_number) == ("Valve", "SN2")


async def test_an_update_keeps_what_its_version_cannot_express(old: Any, new: Any) -> None:
    """METHOD-7, METHOD-13, METHOD-14"""
    await create_new(new, site="projects/p1/sites/s", hardware={"serial_number": "SN1", "model": "M"})
    request = device_service_pb2.UpdateDeviceRequest(
        device=device_pb2.Device(name=D1, title="Pump"), update_mask=FieldMask(paths=["title"])
    )
    updated = await old.UpdateDevice(request)
    assert (updated.title, updated.serial_number, updated.metadata.generation) == ("Pump", "SN1", 2)
    seen = await get_new(new)
    assert (seen.display_name, seen.site, seen.hardware.model) == ("Pump", "projects/p1/sites/s", "M")
    again = await old.UpdateDevice(request)
    assert again == updated
    request.update_mask.paths[:] = ["site"]
    assert violation(await refused(old.UpdateDevice(request)))[0] == "update_mask"


async def test_filters_orders_masks_and_swaps_are_about_what_is_served(old: Any, new: Any) -> None:
    """METHOD-13"""
    for name, title in ((D1, "Valve"), (D2, "Pump")):
        await create_new(new, name, display_name=title)

    async def listed(**fields: Any) -> list[str]:
        request = device_service_pb2.ListDevicesRequest(parent="projects/p1/regions/-", **fields)
        return [device.title for device in (await old.ListDevices(request)).devices]

    assert await listed(filter='title = "Pump"') == ["Pump"]
    assert await listed(order_by="title") == ["Pump", "Valve"]
    assert await listed(view=view_pb2.NAME, field_mask=FieldMask(paths=["title"])) == ["Valve", "Pump"]
    error = await refused(listed(filter='display_name = "Pump"'))
    assert violation(error)[0] == "filter"
    cas = device_service_pb2.UpdateDeviceRequest.CAS(
        conditional_state=device_pb2.Device(title="Pump"), field_mask=FieldMask(paths=["title"])
    )
    request = device_service_pb2.UpdateDeviceRequest(device=device_pb2.Device(name=D1, title="x"), cas=cas)
    error = await refused(old.UpdateDevice(request))
    assert error.code() is grpc.StatusCode.ABORTED
    assert "title differ" in str(error.details())


async def test_both_are_watched(old: Any, new: Any) -> None:
    """METHOD-13"""
    await create_new(new, display_name="Valve")
    request = device_service_pb2.WatchDevicesRequest(
        parent="projects/p1/regions/-", type=watch_type_pb2.STATELESS, filter='title != ""'
    )
    watch = old.WatchDevices(request)
    seen: list[str] = []

    async def next_titles(count: int) -> list[str]:
        while len(seen) < count:
            seen.extend(change.current.device.title for change in (await watch.read()).device_changes)
        return seen

    assert await next_titles(1) == ["Valve"]
    await create_new(new, D2, display_name="Pump")
    assert await next_titles(2) == ["Valve", "Pump"]
    one = old.WatchDevice(device_service_pb2.WatchDeviceRequest(name=D2))
    assert (await one.read()).change.current.device.title == "Pump"
    await old.DeleteDevice(device_service_pb2.DeleteDeviceRequest(name=D2))
    assert (await one.read()).change.removed.name == D2
    assert (await refused(get_new(new, D2))).code() is grpc.StatusCode.NOT_FOUND
    watch.cancel()
    one.cancel()


async def test_a_name_without_pattern_is_not_visible(channel: grpc.aio.Channel) -> None:
    """METHOD-13"""
    old: Any = firmware_service_pb2_grpc.FirmwareServiceStub(channel)
    new: Any = firmware_service_v2_pb2_grpc.FirmwareServiceStub(channel)
    both, only_new = "organizations/o/firmwares/f-1.0.0", "organizations/o/folders/x/firmwares/f-1.0.0"
    for name in (both, only_new):
        firmware = firmware_v2_pb2.Firmware(name=name, uri="u")
        await new.CreateFirmware(firmware_service_v2_pb2.CreateFirmwareRequest(firmware=firmware))
    for parent in ("organizations/o", "organizations/-", ""):
        listed = await old.ListFirmwares(firmware_service_pb2.ListFirmwaresRequest(parent=parent))
        assert list(listed.firmwares) == [
            firmware_pb2.Firmware(name=both, uri="u", metadata=listed.firmwares[0].metadata)
        ]
    error = await refused(old.GetFirmware(firmware_service_pb2.GetFirmwareRequest(name=only_new)))
    assert violation(error)[0] == "name"
    request = firmware_service_v2_pb2.ListFirmwaresRequest(parent="organizations/o/folders/x")
    assert len((await new.ListFirmwares(request)).firmwares) == 1


async def test_types_that_only_one_version_has(channel: grpc.aio.Channel) -> None:
    stored = {descriptor.type: descriptor.version for descriptor in stored_types(V2, V1)}
    assert (stored["devices.example.com/Device"], stored["devices.example.com/ConfigFile"]) == ("v2", "v1")
    assert len(stored) == len({*(d.type for d in V1.resources), *(d.type for d in V2.resources)})
