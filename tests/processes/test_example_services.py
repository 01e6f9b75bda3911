"""The example services as processes around a Meta: they find each other, and policies of one decide in the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import grpc
import grpc.aio
import pytest
from device_management.proto.v1 import device_pb2 as device_v1_pb2
from device_management.proto.v1 import device_service_pb2 as device_service_v1_pb2
from device_management.proto.v2 import device_pb2, device_service_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from tests.processes.conftest import QUICK_OPTIONS
from tests.processes.identity import DEADLINE
from tests.processes.town import REGION, Clients, Town, free_address
from tests.servers.program import ROOTS, Program

OTHER = "eastus2"
T = TypeVar("T")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Shared by the tests of this module: each leaves all of it running."""
    with Town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
async def clients(town: Town) -> AsyncIterator[Clients]:
    async with (
        grpc.aio.insecure_channel(town.identity_address, options=QUICK_OPTIONS) as identity,
        grpc.aio.insecure_channel(town.devices_address, options=QUICK_OPTIONS) as devices,
    ):
        yield Clients(identity, devices)


def device_name(project: str, id: str = "d-1", region: str = REGION) -> str:
    return f"{project}/regions/{region}/devices/{id}"


async def refusal(call: Awaitable[Any]) -> grpc.aio.AioRpcError:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error
    raise AssertionError("the call was answered")


async def once_allowed(call: Callable[[], Awaitable[T]]) -> T:
    """What a call answers, once what it needs has come by watch. Until then a precondition is not met."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.01)


async def once_refused(call: Callable[[], Awaitable[Any]], why: str) -> grpc.aio.AioRpcError:
    """The refusal of a call, once it says `why`."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                await call()
            except grpc.aio.AioRpcError as error:
                if why in (error.details() or ""):
                    return error
            await asyncio.sleep(0.01)


# --- finding each other -----------------------------------------------------------------------------------------------


def test_each_sees_the_other_and_meta(town: Town) -> None:
    """ENV-9, ENV-10, ENV-13, ENV-20: devices, which was started first, waited for identity."""
    for program in (town.identity, town.devices):
        program.wait_for(f"identity.example.com: {REGION} at {town.identity_address}")
        program.wait_for(f"devices.example.com: {REGION} at {town.devices_address}")
        program.wait_for(f"meta.goten.com: {REGION} at {town.meta_address}")


def test_who_is_told_to_end_leaves_and_who_comes_back_is_found_again(town: Town) -> None:
    """ENV-13, ENV-22: SIGTERM ends it with 0, and others are told."""
    assert town.identity.end() == 0
    town.devices.wait_for(f"identity.example.com: {REGION} gone")
    town.identity.start()
    town.identity.wait_for("serving identity.example.com")
    town.devices.wait_for(f"(?s:gone\n.*)identity.example.com: {REGION} at {town.identity_address}")


def test_a_second_deployment_in_one_region_is_an_error_in_one_line(town: Town) -> None:
    """ENV-6"""
    elsewhere = free_address()
    with town.service("identity", elsewhere) as second:
        assert second.wait() == 1
        [line] = [line for line in second.err.splitlines() if not line.startswith("time=")]
        assert line.startswith("identity_service: ")
        assert town.identity_address in line
        assert elsewhere in line


def test_a_region_that_meta_does_not_know_is_an_error_in_one_line(town: Town) -> None:
    """ENV-20"""
    with town.service("identity", free_address(), region="atlantis") as lost:
        assert lost.wait() == 1
        [line] = [line for line in lost.err.splitlines() if not line.startswith("time=")]
        assert line.startswith("identity_service: ")
        assert "atlantis" in line


# --- policies ---------------------------------------------------------------------------------------------------------


async def test_a_device_is_written_only_where_its_project_enables_the_region(town: Town, clients: Clients) -> None:
    """CONTEXT-6, STORE-7, SYNC-4: the policy of a project of the service itself, read from its own store."""
    project = "projects/fleet"
    device = device_pb2.Device(name=device_name(project))
    missing = await refusal(clients.put_device(device))
    assert missing.code() is grpc.StatusCode.FAILED_PRECONDITION
    await clients.put_project(project, OTHER)
    refused = await refusal(clients.put_device(device))
    assert refused.code() is grpc.StatusCode.FAILED_PRECONDITION
    for said in (REGION, f"//devices.example.com/{project}", OTHER):
        assert said in (refused.details() or "")
    await clients.put_project(project, REGION, OTHER)
    saved = await once_allowed(lambda: clients.put_device(device))
    assert saved.metadata.syncing.owning_region == REGION
    assert list(saved.metadata.syncing.regions) == [OTHER, REGION]


async def test_a_policy_of_identity_decides_over_a_write_in_devices(town: Town, clients: Clients) -> None:
    """CONTEXT-6, STORE-6, STORE-7: certificates are governed by projects of identity, which devices watches."""
    project = "projects/issuer"
    certificate = f"{project}/certificates/0a:1b"
    missing = await refusal(clients.put_certificate(certificate))
    assert missing.code() is grpc.StatusCode.FAILED_PRECONDITION
    await clients.put_identity_project(project, [OTHER], control=REGION)
    refused = await once_refused(lambda: clients.put_certificate(certificate), OTHER)
    assert refused.code() is grpc.StatusCode.FAILED_PRECONDITION
    for said in (REGION, f"//identity.example.com/{project}"):
        assert said in (refused.details() or "")
    await clients.put_identity_project(project, [REGION, OTHER])
    saved = await once_allowed(lambda: clients.put_certificate(certificate))
    assert saved.metadata.syncing.owning_region == REGION


async def test_devices_goes_on_while_identity_is_killed(town: Town, clients: Clients) -> None:
    """STORE-12, STORE-13, ENV-11: what is known stays in use; what happens after the restart is heard."""
    project = "projects/outage"
    certificate = f"{project}/certificates/0b"
    await clients.put_identity_project(project, [REGION])
    await once_allowed(lambda: clients.put_certificate(certificate))
    town.identity.kill()
    assert (await clients.put_certificate(f"{certificate}:01")).metadata.syncing.owning_region == REGION
    town.identity.start()
    town.identity.wait_for("serving identity.example.com")
    await clients.put_identity_project(project, [OTHER], control=REGION)
    refused = await once_refused(lambda: clients.put_certificate(f"{certificate}:02"), OTHER)
    assert refused.code() is grpc.StatusCode.FAILED_PRECONDITION


# --- two versions -----------------------------------------------------------------------------------------------------


async def test_a_device_of_one_version_is_read_listed_and_watched_in_the_other(town: Town, clients: Clients) -> None:
    """METHOD-13, METHOD-14"""
    project = "projects/versions"
    parent = f"{project}/regions/{REGION}"
    await clients.put_project(project, REGION)
    async with clients.watch(parent) as new, clients.watch_v1(parent) as old:
        name = device_name(project)
        await once_allowed(
            lambda: clients.put_device_v1(device_v1_pb2.Device(name=name, title="Router", serial_number="S-17"))
        )
        for found in (
            (await clients.devices.GetDevice(device_service_pb2.GetDeviceRequest(name=name), timeout=DEADLINE)),
            *(await _list(clients, parent, 'hardware.serial_number = "S-17"')),
            *(await new.changed()),
        ):
            assert (found.name, found.display_name, found.hardware.serial_number) == (name, "Router", "S-17")
        assert [device.title for device in await old.changed()] == ["Router"]

        model = device_pb2.Device(name=name, display_name="Switch")
        model.hardware.serial_number, model.hardware.model = "S-17", "edge"
        await clients.put_device(model)
        for found in (
            (await clients.devices_v1.GetDevice(device_service_v1_pb2.GetDeviceRequest(name=name), timeout=DEADLINE)),
            *(await _list_v1(clients, parent, 'title = "Switch"')),
            *(await old.changed()),
        ):
            assert (found.name, found.title, found.serial_number) == (name, "Switch", "S-17")
        await new.changed()

        await clients.devices_v1.UpdateDevice(
            device_service_v1_pb2.UpdateDeviceRequest(
                device=device_v1_pb2.Device(name=name, title="Bridge"), update_mask=FieldMask(paths=["title"])
            ),
            timeout=DEADLINE,
        )
        [kept] = await new.changed()
        assert (kept.display_name, kept.hardware.model) == ("Bridge", "edge"), "v1 keeps what it does not know"
        assert [device.title for device in await old.changed()] == ["Bridge"]

        await clients.devices_v1.DeleteDevice(device_service_v1_pb2.DeleteDeviceRequest(name=name), timeout=DEADLINE)
        assert await new.changed() == [name]
        assert await old.changed() == [name]


async def _list(clients: Clients, parent: str, condition: str) -> list[device_pb2.Device]:
    request = device_service_pb2.ListDevicesRequest(parent=parent, filter=condition)
    return list((await clients.devices.ListDevices(request, timeout=DEADLINE)).devices)


async def _list_v1(clients: Clients, parent: str, condition: str) -> list[device_v1_pb2.Device]:
    request = device_service_v1_pb2.ListDevicesRequest(parent=parent, filter=condition)
    return list((await clients.devices_v1.ListDevices(request, timeout=DEADLINE)).devices)


# --- alone ------------------------------------------------------------------------------------------------------------


async def test_both_run_without_meta(tmp_path: Any) -> None:
    """With the addresses of others on the command line."""
    alone = ("--region", REGION, "--listen", "127.0.0.1:0", "--standalone")
    with Program("identity_service", *alone, path=ROOTS) as identity:
        address = identity.wait_for(r"serving identity\.example\.com v1, v2 on (127\.0\.0\.1:\d+)")[1]
        with Program("devices_service", *alone, "--peer", f"identity.example.com={address}", path=ROOTS) as devices:
            listens = devices.wait_for(r"serving devices\.example\.com v1, v2 on (127\.0\.0\.1:\d+)")[1]
            async with grpc.aio.insecure_channel(address) as one, grpc.aio.insecure_channel(listens) as other:
                clients = Clients(one, other)
                await clients.put_identity_project("projects/p1", [REGION])
                saved = await once_allowed(lambda: clients.put_certificate("projects/p1/certificates/0c"))
                assert saved.metadata.syncing.owning_region == REGION
            assert devices.end() == 0
        assert identity.end() == 0
        assert identity.err == ""


def test_a_start_can_be_ended(tmp_path: Any) -> None:
    """Also while it waits for a Meta that is not there."""
    nobody = free_address()
    options = ("--region", REGION, "--listen", free_address(), "--meta", nobody)
    with Program("devices_service", *options, path=ROOTS) as devices:
        devices.wait_for(nobody, "err")
        assert devices.end() == 0
        assert devices.out == ""
