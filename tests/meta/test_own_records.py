"""Meta's own records are deleted while it runs: it registers itself again, and its Region is not to be deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc.aio
import pytest

from goten.meta.v1.deployment_service_pb2 import DeleteDeploymentRequest
from goten.meta.v1.deployment_service_pb2_grpc import DeploymentServiceStub
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.region_service_pb2 import DeleteRegionRequest
from goten.meta.v1.region_service_pb2_grpc import RegionServiceStub
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import DeleteServiceRequest, GetServiceRequest, UpdateServiceRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from goten.meta_server.app import MetaApp
from tests.meta.cli import meta_app, until

OWN = "services/meta.goten.com"


@pytest.fixture
async def app() -> AsyncIterator[MetaApp]:
    async with meta_app(regions=("eastus2",)) as app:
        yield app


@pytest.fixture
async def channel(app: MetaApp) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(app.address) as channel:
        yield channel


def is_registered(app: MetaApp) -> bool:
    deployment = app.store.get(DEPLOYMENT, f"{OWN}/deployments/us-west2")
    return deployment is not None and len(app.store.entries(RESOURCE, f"{OWN}/resources/")) == 4


async def delete_region(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await RegionServiceStub(channel).DeleteRegion(DeleteRegionRequest(name="regions/us-west2"))
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_its_service_comes_back(app: MetaApp, channel: grpc.aio.Channel) -> None:
    """ENV-21, REG-7: although somebody wants its Region gone at once."""
    before = app.store.get(SERVICE, OWN)
    await ServiceServiceStub(channel).DeleteService(DeleteServiceRequest(name=OWN))
    await delete_region(channel)
    await until(lambda: app.store.get(SERVICE, OWN) is not None and is_registered(app), "Meta is registered")
    after = app.store.get(SERVICE, OWN)
    assert before is not None
    assert after is not None
    assert after.create_revision > before.create_revision
    assert app.serving


async def test_its_deployment_comes_back(app: MetaApp, channel: grpc.aio.Channel) -> None:
    """ENV-21, REG-7: it can be deleted where another region is in control."""
    services = ServiceServiceStub(channel)
    service: Service = await services.GetService(GetServiceRequest(name=OWN))
    service.multi_region_policy.enabled_regions.append("eastus2")
    service.multi_region_policy.default_control_region = "eastus2"
    await services.UpdateService(UpdateServiceRequest(service=service))
    deletion = DeleteDeploymentRequest(name=f"{OWN}/deployments/us-west2")
    await DeploymentServiceStub(channel).DeleteDeployment(deletion)
    await delete_region(channel)
    await until(lambda: is_registered(app), "Meta is registered")
    service = await services.GetService(GetServiceRequest(name=OWN))
    assert set(service.multi_region_policy.enabled_regions) == {"eastus2", "us-west2"}
    assert app.store.get(REGION, "regions/us-west2") is not None
