"""`goten-meta serve --primary`: a secondary region registers at the primary, and waits for copies (ENV-19)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from goten.env_registry import EnvRegistryError
from goten.meta.v1.descriptors import DEPLOYMENT, SERVICE
from goten.meta.v1.region_service_pb2 import ListRegionsRequest
from goten.meta.v1.region_service_pb2_grpc import RegionServiceStub
from goten.meta_server.app import MetaApp
from goten.meta_server.config import ConfigError, MetaConfig
from tests.env_registry.neighbourhood import until

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


async def waits_for(app: MetaApp, text: str) -> None:
    await until(lambda: text in app.waits_for)


async def test_the_primary_learns_of_a_secondary_region_which_waits() -> None:
    """Design Concepts 2: "This way primary region gets the awareness of the next region's creation"."""
    async with running("us-west2", regions=("eastus2",)) as primary:
        async with running("eastus2", primary=primary.address) as secondary:
            await waits_for(secondary, "regions/eastus2 is not copied from the primary's Meta")
            registered = primary.store.get(DEPLOYMENT, OWN)
            assert registered is not None
            assert registered.message.public_domain == secondary.address  # type: ignore[attr-defined]
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
