"""A town: Meta and the example services as processes, in one region, and clients of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc.aio
from device_management.proto.v1 import device_pb2 as device_v1_pb2
from device_management.proto.v1 import device_service_pb2 as device_service_v1_pb2
from device_management.proto.v1 import device_service_pb2_grpc as device_service_v1_pb2_grpc
from device_management.proto.v2 import (
    certificate_pb2,
    certificate_service_pb2,
    certificate_service_pb2_grpc,
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
    project_pb2,
    project_service_pb2,
    project_service_pb2_grpc,
)
from identity.proto.v2 import project_pb2 as identity_pb2
from identity.proto.v2 import project_service_pb2 as identity_service_pb2
from identity.proto.v2 import project_service_pb2_grpc as identity_service_pb2_grpc

from goten.types import watch_type_pb2
from tests.processes.identity import DEADLINE, policy
from tests.servers.program import ROOTS, Program

REGION = "us-west2"


class Town:
    """Meta, devices and identity, not started. Use it as a context manager, which kills what runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.meta_address, self.identity_address, self.devices_address = (free_address() for _ in range(3))
        storage = ("--storage", f"sqlite:{folder}/meta.db")
        serve = ("serve", "--region", REGION, "--listen", self.meta_address, *storage)
        self.meta = Program("goten.meta_server", *serve)
        self.identity = self.service("identity", self.identity_address)
        self.devices = self.service("devices", self.devices_address)

    def service(self, name: str, listen: str, *more: str, region: str = REGION) -> Program:
        """An example service, not started; its resources are in a file of that name."""
        storage = f"sqlite:{self._folder}/{name}.db"
        options = ("--region", region, "--listen", listen, "--storage", storage, "--meta", self.meta_address)
        return Program(f"{name}_service", *options, *more, path=ROOTS)

    def start(self) -> None:
        """Starts all, devices before identity, which it needs. Returns when everything is served."""
        self.meta.start()
        self.devices.start()
        self.devices.wait_for(r"it imports services/identity\.example\.com, which does not exist", "err")
        self.identity.start()
        self.identity.wait_for(f"serving identity.example.com v1, v2 on {self.identity_address}")
        self.devices.wait_for(f"serving devices.example.com v1, v2 on {self.devices_address}")

    def close(self) -> None:
        for program in (self.devices, self.identity, self.meta):
            program.close()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class Clients:
    """What tests ask of the services; every call has a deadline, and waits for a server that is being started."""

    def __init__(self, identity: grpc.aio.Channel, devices: grpc.aio.Channel) -> None:
        self._identity = identity_service_pb2_grpc.ProjectServiceStub(identity)
        self._projects = project_service_pb2_grpc.ProjectServiceStub(devices)
        self._certificates = certificate_service_pb2_grpc.CertificateServiceStub(devices)
        self.devices = device_service_pb2_grpc.DeviceServiceStub(devices)
        self.devices_v1 = device_service_v1_pb2_grpc.DeviceServiceStub(devices)

    async def put_identity_project(self, name: str, regions: Sequence[str], control: str = "") -> None:
        """Creates a project of identity.example.com, or replaces its policy."""
        project = identity_pb2.Project(name=name, multi_region_policy=policy(*regions))
        project.multi_region_policy.default_control_region = control or regions[0]
        request = identity_service_pb2.UpdateProjectRequest(project=project, allow_missing=True)
        await self._identity.UpdateProject(request, timeout=DEADLINE, wait_for_ready=True)

    async def put_project(self, name: str, *regions: str) -> None:
        """Creates a project of devices.example.com, or replaces its policy."""
        project = project_pb2.Project(name=name, multi_region_policy=policy(*regions))
        request = project_service_pb2.UpdateProjectRequest(project=project, allow_missing=True)
        await self._projects.UpdateProject(request, timeout=DEADLINE, wait_for_ready=True)

    async def put_device(self, device: device_pb2.Device) -> device_pb2.Device:
        request = device_service_pb2.UpdateDeviceRequest(device=device, allow_missing=True)
        return await self.devices.UpdateDevice(request, timeout=DEADLINE, wait_for_ready=True)

    async def put_device_v1(self, device: device_v1_pb2.Device) -> device_v1_pb2.Device:
        request = device_service_v1_pb2.UpdateDeviceRequest(device=device, allow_missing=True)
        return await self.devices_v1.UpdateDevice(request, timeout=DEADLINE, wait_for_ready=True)

    async def put_certificate(self, name: str) -> certificate_pb2.Certificate:
        certificate = certificate_pb2.Certificate(name=name)
        request = certificate_service_pb2.UpdateCertificateRequest(certificate=certificate, allow_missing=True)
        return await self._certificates.UpdateCertificate(request, timeout=DEADLINE, wait_for_ready=True)

    def watch(self, parent: str) -> DeviceStream:
        request = device_service_pb2.WatchDevicesRequest(type=watch_type_pb2.STATELESS, parent=parent)
        return DeviceStream(self.devices.WatchDevices(request, timeout=60))

    def watch_v1(self, parent: str) -> DeviceStream:
        request = device_service_v1_pb2.WatchDevicesRequest(type=watch_type_pb2.STATELESS, parent=parent)
        return DeviceStream(self.devices_v1.WatchDevices(request, timeout=60))


class DeviceStream:
    """A watch of devices, in either version. Use it as an async context manager."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._call.cancel()

    async def changed(self) -> list[Any]:
        """The devices of the next changes, those that are gone as their names."""
        async with asyncio.timeout(DEADLINE):
            while True:
                response = await self._call.read()
                changes = [_device_of(change) for change in response.device_changes]
                if changes:
                    return changes


def _device_of(change: Any) -> Any:
    return change.removed.name if change.WhichOneof("change_type") == "removed" else change.current.device


def free_address() -> str:
    """A loopback address that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{sock.getsockname()[1]}"
