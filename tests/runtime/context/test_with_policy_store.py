"""From a request to a store: interceptor, PolicyStore and guard together, on a server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc
import grpc.aio
import pytest
from device_management.proto.v1 import device_pb2, device_service_pb2, project_pb2
from devices_example_com.v1 import descriptors
from google.protobuf import empty_pb2
from identity.proto.v1 import project_service_pb2
from identity_example_com.v1 import descriptors as identity

from goten.channels import StaticChannelProvider
from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors as meta
from goten.policy_context import PolicyRefusalCode, PolicyRefused, current_policies
from goten.policy_guard import PolicyGuard
from goten.policy_interceptor import PolicyInterceptor
from goten.policy_sources import HolderChange, HolderChanges, own_source
from goten.policy_store import GoverningPolicies, PolicyStore
from goten.service_policies import StaticServicePolicies
from goten.store_middleware import MiddlewareChain, SaveContext, SyncingMiddleware
from tests.runtime.context.server import Resolver, serving
from tests.runtime.context.services import DEVICES, IDENTITY, IDENTITY_SERVICE, IN_EU, IN_US, META, US


class Holders:
    """A HolderStore of projects of the devices service; it has no other holders."""

    def __init__(self, *projects: Any) -> None:
        self._projects = {project.name: project for project in projects}
        self._changed, self._taken = asyncio.Event(), asyncio.Event()

    async def put(self, *projects: Any) -> None:
        """Returns when the watch of projects has delivered them."""
        self._projects |= {project.name: project for project in projects}
        self._changed.set()
        self._changed, self._taken = asyncio.Event(), asyncio.Event()
        await self._taken.wait()

    async def get(self, descriptor: Descriptor[Any, Any], name: Any) -> Any:
        return self._projects.get(str(name)) if descriptor is descriptors.PROJECT else None

    async def watch(self, descriptor: Descriptor[Any, Any], resume_point: str | None = None) -> AsyncIterator[Any]:
        while True:
            changed, taken = self._changed, self._taken
            projects = self._projects.values() if descriptor is descriptors.PROJECT else ()
            changes = tuple(HolderChange(descriptor.name_of(project), project) for project in projects)
            yield HolderChanges(changes=changes, reset=True, is_current=True)
            if descriptor is descriptors.PROJECT:
                taken.set()
            await changed.wait()


class Devices:
    """Handlers of a service that keeps its devices in memory, behind the guard."""

    def __init__(self) -> None:
        self._devices: dict[str, Any] = {}
        services = StaticServicePolicies({DEVICES.domain: IN_US.to_message()})
        self._chain = MiddlewareChain((PolicyGuard(), SyncingMiddleware(services)))

    async def create(self, request: Any, context: Any) -> Any:
        return await self._save(request.device.name, request.device, context)

    async def delete(self, request: Any, context: Any) -> Any:
        await self._save(request.name, None, context)
        return empty_pb2.Empty()

    async def _save(self, name: str, new: Any, context: Any) -> Any:
        save = SaveContext(service=DEVICES.domain, policies=current_policies(), time=datetime.now(UTC))
        try:
            self._devices[name] = await self._chain.save(save, descriptors.DEVICE, self._devices.get(name), new)
        except PolicyRefused as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error.code))
        return self._devices[name]


def project(project_id: str, policy: Any) -> Any:
    return project_pb2.Project(name=f"projects/{project_id}", multi_region_policy=policy.to_message())


def creation(project_id: str) -> Any:
    name = f"projects/{project_id}/regions/{US}/devices/d1"
    return device_service_pb2.CreateDeviceRequest(device=device_pb2.Device(name=name))


async def test_writes_follow_the_policies_of_the_store() -> None:
    """CONTEXT-6, CONTEXT-7, CONTEXT-11"""
    holders = Holders(project("p1", IN_US))
    store = PolicyStore(DEVICES, StaticChannelProvider({}))
    store.add(own_source(DEVICES, descriptors.PROJECT, holders))
    for holder in (identity.PROJECT, identity.ORGANIZATION):
        store.add(own_source(IDENTITY, holder, holders))
    interceptor = PolicyInterceptor(DEVICES, GoverningPolicies(store, StaticServicePolicies({})))
    devices = Devices()
    handlers = {"CreateDevice": devices.create, "DeleteDevice": devices.delete}

    async with store, serving(Resolver(), handlers, interceptors=[interceptor]) as served:

        async def refusal(call: Any) -> str | None:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
            return caught.value.details()

        created = await served.devices.CreateDevice(creation("p1"))
        assert created.metadata.syncing.owning_region == US
        assert await refusal(served.devices.CreateDevice(creation("p2"))) == PolicyRefusalCode.NO_POLICY

        await holders.put(project("p1", IN_EU), project("p2", IN_EU))
        assert await refusal(served.devices.CreateDevice(creation("p2"))) == PolicyRefusalCode.REGION_NOT_ENABLED
        deletion = device_service_pb2.DeleteDeviceRequest(name=created.name)
        assert await refusal(served.devices.DeleteDevice(deletion)) == PolicyRefusalCode.REGION_NOT_ENABLED


@pytest.mark.parametrize("known", [True, False])
async def test_a_global_name_takes_the_policy_of_its_service(known: bool) -> None:
    """CONTEXT-7, CONTEXT-11"""
    seen = []

    async def create(request: Any, context: Any) -> Any:
        seen.append(current_policies())
        return request.project

    holders = Holders()
    store = PolicyStore(IDENTITY, StaticChannelProvider({}))
    for service, holder in ((IDENTITY, identity.PROJECT), (IDENTITY, identity.ORGANIZATION), (META, meta.SERVICE)):
        store.add(own_source(service, holder, holders))
    services = StaticServicePolicies({IDENTITY.domain: IN_US.to_message()} if known else {})
    interceptor = PolicyInterceptor(IDENTITY, GoverningPolicies(store, services))
    async with store, serving(Resolver(), {"CreateProject": create}, interceptors=[interceptor]) as served:
        call = served.projects.CreateProject(project_service_pb2.CreateProjectRequest(project={"name": "projects/p1"}))
        if known:
            await call
        else:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert caught.value.details() == "the policy of the service identity.example.com is not known"
    assert seen == ([{IDENTITY_SERVICE: IN_US}] if known else [])
