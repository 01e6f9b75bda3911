"""Writes over real gRPC under the policies that govern them, and on whose behalf they are made."""

from __future__ import annotations

from typing import Any

import grpc
from device_management.proto.v1 import (
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
    project_pb2,
    project_service_pb2,
    project_service_pb2_grpc,
)
from devices_example_com.v1 import descriptors as devices
from devices_example_com.v1.service import SERVICE

from goten.names import ResourceName
from goten.policy import Policy, as_policy
from goten.policy_context import PolicyUnavailable
from goten.server.host import Server
from goten.server.middlewares import standard_middlewares
from goten.server.resource_server import ResourceServer
from goten.server.services import resource_servers
from goten.service_policies import StaticServicePolicies
from goten.store import Store
from goten.store_middleware import SaveContext
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.server.scene import details_of, refused, running_store

D1 = "projects/p1/regions/us-west2/devices/d-1"
SERVICE_POLICY = MultiRegionPolicy(enabled_regions=["eu-west1", "us-west2"], default_control_region="eu-west1")


class Policies:
    """Reads the policies of projects from the store; the service's own never changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.available = True

    async def policy_for(self, name: ResourceName) -> Policy | None:
        if not self.available:
            raise PolicyUnavailable("the policies are not here yet")
        holder = name.holder
        if holder is None:
            return as_policy(SERVICE_POLICY)
        entry = self._store.get(devices.PROJECT, str(holder))
        policy = None if entry is None else devices.PROJECT.policy_of(entry.message)  # type: ignore[arg-type]
        return None if policy is None else as_policy(policy)


class Callers:
    """Records on whose behalf each save is made."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def save(self, context: SaveContext, descriptor: Any, old: Any, new: Any) -> Any:
        self.seen.append(context.caller)
        return new


def caller(context: Any) -> str:
    metadata = dict(context.invocation_metadata())
    return str(metadata.get("x-service", ""))


async def test_the_policy_of_the_project_decides_what_may_be_written_there() -> None:
    """METHOD-12, CONTEXT-6, SYNC-1"""
    async with running_store(SERVICE.resources) as store:
        policies, callers = Policies(store), Callers()
        chain = standard_middlewares(
            [callers], service_policies=StaticServicePolicies({"devices.example.com": SERVICE_POLICY})
        )
        servers: tuple[ResourceServer[Any, Any], ...] = resource_servers(
            SERVICE, store, chain, policies=policies, caller=caller
        )
        server = Server([server.handlers() for server in servers], listen="127.0.0.1:0")
        await server.start()
        server.ready()
        try:
            async with grpc.aio.insecure_channel(server.address) as channel:
                await _write(channel, policies, callers)
        finally:
            await server.stop(grace=1)


async def _write(channel: grpc.aio.Channel, policies: Policies, callers: Callers) -> None:
    projects: Any = project_service_pb2_grpc.ProjectServiceStub(channel)
    stub: Any = device_service_pb2_grpc.DeviceServiceStub(channel)
    creating = device_service_pb2.CreateDeviceRequest(device=device_pb2.Device(name=D1))
    error = await refused(stub.CreateDevice(creating))
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    [violated] = details_of(error)["PreconditionFailure"].violations
    assert violated.type == "CONTEXT_NO_POLICY"
    policy = MultiRegionPolicy(enabled_regions=["us-west2"], default_control_region="us-west2")
    project = project_pb2.Project(name="projects/p1", multi_region_policy=policy)
    request = project_service_pb2.CreateProjectRequest(project=project)
    created = await projects.CreateProject(request, metadata=[("x-service", "iam.example.com")])
    assert created.metadata.syncing.owning_region == "eu-west1"
    device = await stub.CreateDevice(creating)
    assert list(device.metadata.syncing.regions) == ["us-west2"]
    assert device.metadata.services.owning_service == "devices.example.com"
    assert callers.seen == ["iam.example.com", ""]
    creating.device.name = D1.replace("us-west2", "eu-west1")
    error = await refused(stub.CreateDevice(creating))
    [violated] = details_of(error)["PreconditionFailure"].violations
    assert violated.type == "CONTEXT_REGION_NOT_ENABLED"
    policies.available = False
    error = await refused(stub.CreateDevice(creating))
    assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "the policies are not here yet")
