"""`goten-meta serve --primary`: a secondary region registers at the primary, and waits for copies (ENV-19, ENV-24)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from goten.env_registry import EnvRegistryError, watches
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, SERVICE
from goten.meta.v1.region_service_pb2 import ListRegionsRequest
from goten.meta.v1.region_service_pb2_grpc import RegionServiceStub
from goten.meta_server.app import MetaApp
from goten.meta_server.config import ConfigError, MetaConfig
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.proxy import Proxy

OWN = "services/meta.goten.com/deployments/eastus2"


@asynccontextmanager
async def running(
    region: str, *, primary: str = "", storage: str = "memory:", **more: object
) -> AsyncIterator[MetaApp]:
    config = MetaConfig(region=region, primary=primary, listen="127.0.0.1:0", storage=storage, **more)  # type: ignore[arg-type]
    app = MetaApp(config)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


async def health(address: str) -> int:
    async with grpc.aio.insecure_channel(address) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    return int(answer.status)


async def refusal(address: str) -> str:
    async with grpc.aio.insecure_channel(address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await RegionServiceStub(channel).ListRegions(ListRegionsRequest())
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    return caught.value.details() or ""


def deployment(primary: MetaApp) -> Deployment:
    """Of the secondary region, as the primary knows it."""
    found = primary.store.get(DEPLOYMENT, OWN)
    assert found is not None
    assert isinstance(found.message, Deployment)
    return found.message


async def waits_for(app: MetaApp, text: str) -> None:
    await until(lambda: text in app.waits_for)


async def test_the_primary_learns_of_a_secondary_region_which_waits() -> None:
    """Design Concepts 2: "This way primary region gets the awareness of the next region's creation"."""
    async with running("us-west2", regions=("eastus2",)) as primary:
        async with running("eastus2", primary=primary.address) as secondary:
            await waits_for(secondary, "regions/eastus2 is not copied from the primary's Meta")
            registered = deployment(primary)
            assert registered.public_domain == secondary.address
            assert registered.is_disabled, "nobody is sent to a server that does not serve"
            service = primary.store.get(SERVICE, "services/meta.goten.com")
            assert service is not None
            policy = service.message.multi_region_policy  # type: ignore[attr-defined]
            assert (list(policy.enabled_regions), policy.default_control_region) == (
                ["us-west2", "eastus2"],
                "us-west2",
            )
            assert not secondary.serving
            assert await health(secondary.address) == health_pb2.HealthCheckResponse.NOT_SERVING
            assert "regions/eastus2 is not copied" in await refusal(secondary.address)
        assert await health(primary.address) == health_pb2.HealthCheckResponse.SERVING


async def test_it_waits_for_its_primary_too(unused_tcp_port: int) -> None:
    async with running("eastus2", primary=f"127.0.0.1:{unused_tcp_port}") as secondary:
        assert "register at the primary's Meta" in await refusal(secondary.address)


async def test_a_region_that_the_primary_does_not_know_ends_it() -> None:
    async with running("us-west2") as primary, running("eastus2", primary=primary.address) as secondary:
        async with asyncio.timeout(10):
            failure = await secondary.wait_failed()
        assert isinstance(failure, EnvRegistryError)
        assert "eastus2" in str(failure)


async def test_it_serves_once_the_copies_are_there(tmp_path: Path) -> None:
    """A file that holds what is to be copied; no copying is built yet."""
    storage = f"sqlite:{tmp_path / 'copied.sqlite'}"
    async with running("eastus2", storage=storage):
        pass
    async with (
        running("us-west2", regions=("eastus2",)) as primary,
        running("eastus2", primary=primary.address, storage=storage) as secondary,
    ):
        async with asyncio.timeout(10):
            await secondary.wait_ready()
        assert await health(secondary.address) == health_pb2.HealthCheckResponse.SERVING
        await until(lambda: not deployment(primary).is_disabled)
        await secondary.stop()
        assert deployment(primary).is_disabled


async def test_one_that_crashed_while_it_waited_may_listen_elsewhere() -> None:
    """ENV-6: who is out of service listens nowhere."""
    async with running("us-west2", regions=("eastus2",)) as primary:
        async with Proxy(primary.address) as proxy, running("eastus2", primary=proxy.address) as crashing:
            await waits_for(crashing, "is not copied")
            await proxy.stop()
        assert deployment(primary).public_domain == crashing.address
        async with running("eastus2", primary=primary.address) as secondary:
            await waits_for(secondary, "is not copied")
            assert deployment(primary).public_domain == secondary.address


async def test_a_db_controller_that_fails_later_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-18"""
    async with running("us-west2", regions=("eastus2",)) as primary:
        monkeypatch.setattr(watches, "MAX_RESOURCES", 2)
        async with running("eastus2", primary=primary.address) as secondary:
            await waits_for(secondary, "is not copied")
            monkeypatch.undo()
            town = Neighbourhood(primary)
            await town.start("a.example.com")
            await town.start("b.example.com")
            failure = await asyncio.wait_for(secondary.wait_failed(), 10)
            assert "more than 2 resources" in str(failure)
            await town.close()


@pytest.mark.parametrize(
    ("primary", "more", "complaint"),
    [
        ("nowhere", {}, "no address"),
        ("127.0.0.1:8472", {"regions": ("eastus2",)}, "primary region only"),
        ("127.0.0.1:8472", {"listen": "127.0.0.1:8472"}, "itself listens"),
    ],
)
def test_wrong_combinations_are_refused(primary: str, more: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        MetaConfig(region="westeurope", primary=primary, **more)  # type: ignore[arg-type]
