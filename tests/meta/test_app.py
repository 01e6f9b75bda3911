"""MetaApp: what it starts, in which order it serves, how it fails, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (  # type: ignore[import-untyped]
    ProtoReflectionDescriptorDatabase,
)

from goten.admin.v1.admin_pb2 import ArchiveHeader, ImportRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta.v1.descriptors import REGION
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.region_service_pb2 import (
    DeleteRegionRequest,
    GetRegionRequest,
    ListRegionsRequest,
    UpdateRegionRequest,
    WatchRegionsRequest,
)
from goten.meta.v1.region_service_pb2_grpc import RegionServiceStub
from goten.meta_server import app as app_module
from goten.meta_server.app import MetaApp
from goten.meta_server.config import MetaConfig
from goten.meta_server.own_regions import is_own_record
from goten.refusals import Refused
from goten.server.listening import ListenRefused
from goten.storage import Batch, MemoryStorage, StorageUnavailable
from goten.types.watch_type_pb2 import STATELESS
from tests.meta.cli import meta_app, until


class SlowStorage(MemoryStorage):
    """Starts when it may; its tail can be made to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.may_start = asyncio.Event()
        self.failing = asyncio.Event()
        self.stopped = False

    async def start(self) -> None:
        await self.may_start.wait()
        await super().start()

    async def stop(self) -> None:
        self.stopped = True
        await super().stop()

    async def watch(self, after: int, deliver: Callable[[Batch], None]) -> None:
        watching = asyncio.create_task(super().watch(after, deliver))
        failing = asyncio.create_task(self.failing.wait())
        try:
            await asyncio.wait({watching, failing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (watching, failing):
                task.cancel()
            await asyncio.gather(watching, failing, return_exceptions=True)
        raise StorageUnavailable("the disk", "is gone", "find it")


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> SlowStorage:
    storage = SlowStorage()
    monkeypatch.setattr(app_module, "open_storage", lambda _: storage)
    return storage


def config(**settings: Any) -> MetaConfig:
    return MetaConfig(**{"region": "us-west2", "listen": "127.0.0.1:0", "storage": "memory:", **settings})


@contextlib.asynccontextmanager
async def channel(app: MetaApp) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(app.address) as found:
        yield found


async def test_it_says_that_it_is_not_ready_until_it_is(storage: SlowStorage) -> None:
    app = MetaApp(config())
    starting = asyncio.create_task(app.start())
    await until(lambda: not app.address.endswith(":0"), "the port is open")
    async with channel(app) as opened:
        health = health_pb2_grpc.HealthStub(opened)
        request = health_pb2.HealthCheckRequest(service="goten.meta.v1.RegionService")
        assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        with pytest.raises(grpc.aio.AioRpcError, match="the server is not ready yet"):
            await RegionServiceStub(opened).ListRegions(ListRegionsRequest())
        storage.may_start.set()
        await starting
        assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
        assert len((await RegionServiceStub(opened).ListRegions(ListRegionsRequest())).regions) == 1
    await app.stop()
    await app.stop()


async def test_nothing_of_it_stays(storage: SlowStorage) -> None:
    before = asyncio.all_tasks()
    storage.may_start.set()
    app = MetaApp(config(stop_grace=0.5))
    await app.start()
    async with channel(app) as opened:
        watch = RegionServiceStub(opened).WatchRegions(WatchRegionsRequest(type=STATELESS))
        assert (await anext(aiter(watch))).region_changes
        await app.stop()
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            _ = [response async for response in watch]
        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE
    assert storage.stopped
    assert asyncio.all_tasks() == before


async def test_a_store_that_fails_ends_it(storage: SlowStorage) -> None:
    storage.may_start.set()
    app = MetaApp(config())
    await app.start()
    failed = asyncio.create_task(app.wait_failed())
    await asyncio.sleep(0)
    assert not failed.done()
    storage.failing.set()
    assert "is gone" in str(await failed)
    async with channel(app) as opened:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await RegionServiceStub(opened).GetRegion(GetRegionRequest(name="regions/us-west2"))
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    await app.stop()


async def test_a_start_that_fails_leaves_nothing(storage: SlowStorage) -> None:
    before = asyncio.all_tasks()
    app = MetaApp(config())
    starting = asyncio.create_task(app.start())
    await until(lambda: not app.address.endswith(":0"), "the port is open")
    address = app.address
    second = MetaApp(config(listen=address))
    with pytest.raises(ListenRefused):
        await second.start()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert storage.stopped
    assert asyncio.all_tasks() == before


class TestOwnRegions:
    async def test_those_of_the_configuration_are_created_once(self, tmp_path: Any) -> None:
        location = f"sqlite:{tmp_path / 'meta.sqlite'}"
        async with meta_app(location, regions=("eastus2", "us-west2", "eastus2")) as app:
            first = {entry.name: entry.message for entry in app.store.entries(REGION)}
            assert list(first) == ["regions/eastus2", "regions/us-west2"]
            syncing = first["regions/eastus2"].metadata.syncing  # type: ignore[attr-defined]
            assert (syncing.owning_region, list(syncing.regions)) == ("us-west2", ["us-west2"])
        async with meta_app(location, regions=("westeu1",)) as app:
            second = {entry.name: entry.message for entry in app.store.entries(REGION)}
            assert second.items() > first.items()
            assert list(second) == ["regions/eastus2", "regions/us-west2", "regions/westeu1"]

    async def test_they_do_not_count_as_content_until_somebody_changes_them(self) -> None:
        async with meta_app(regions=("eastus2", "westeu1")) as app, channel(app) as opened:
            regions = RegionServiceStub(opened)
            names = ("regions/us-west2", "regions/eastus2", "regions/westeu1")
            assert all(is_own_record(app.store, name) for name in names)
            assert is_own_record(app.store, "services/meta.goten.com/deployments/us-west2")
            assert not is_own_record(app.store, "services/iam.example.com")
            request = UpdateRegionRequest(region=Region(name="regions/eastus2", title="East"))
            await regions.UpdateRegion(request)
            assert not is_own_record(app.store, "regions/eastus2")
            await regions.DeleteRegion(DeleteRegionRequest(name="regions/westeu1"))
            assert not is_own_record(app.store, "regions/westeu1")


class Refusing:
    """A middleware that a profile puts in front."""

    async def save(self, context: Any, descriptor: Any, old: Any, new: Any) -> Any:
        raise Refused(grpc.StatusCode.PERMISSION_DENIED, f"{context.caller} may not write {new.name}")


async def test_middlewares_in_front_come_before_all_rules() -> None:
    app = MetaApp(config(), front=[Refusing()])
    with pytest.raises(Refused, match=r"meta\.goten\.com may not write regions/us-west2"):
        await app.start()


async def test_limits() -> None:
    async with meta_app(max_watchers_per_connection=2, max_message_bytes=64 * 1024) as app, channel(app) as opened:
        regions = RegionServiceStub(opened)
        watches = [regions.WatchRegions(WatchRegionsRequest(type=STATELESS)) for _ in range(2)]
        for watch in watches:
            await anext(aiter(watch))
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await anext(aiter(regions.WatchRegions(WatchRegionsRequest(type=STATELESS))))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await regions.GetRegion(GetRegionRequest(name="x" * 100_000))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_reflection_shows_all_apis() -> None:
    async with meta_app() as app:

        def services() -> Sequence[str]:
            with grpc.insecure_channel(app.address) as blocking:
                return list(ProtoReflectionDescriptorDatabase(blocking).get_services())

        found = await asyncio.to_thread(services)
    assert {"goten.meta.v1.ServiceService", "goten.admin.v1.AdminService", "grpc.health.v1.Health"} <= set(found)


class TestAdmin:
    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            ([], "header: there is none"),
            ([ImportRequest()], "header: its form is 0, but this release reads form 1 only"),
            (
                [ImportRequest(header=ArchiveHeader(format=1, service="x", version="v2"))],
                "header: it holds resources of x v2, and not of meta.goten.com v1",
            ),
        ],
    )
    async def test_what_is_no_archive(self, request_: list[ImportRequest], message: str) -> None:
        async with meta_app() as app, channel(app) as opened:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await AdminServiceStub(opened).Import(iter(request_))
            assert (refused.value.code(), refused.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, message)

    @pytest.mark.parametrize("resource", [b"\xff", b"", Region(name="regions/-").SerializeToString()])
    async def test_bad_resources(self, resource: bytes) -> None:
        request = ImportRequest(header=ArchiveHeader(format=1, service="meta.goten.com", version="v1", resources=1))
        request.resources.add(type="meta.goten.com/Region", resource=resource)
        async with meta_app() as app, channel(app) as opened:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await AdminServiceStub(opened).Import(iter([request]))
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
            assert (refused.value.details() or "").startswith("resources: resource 1: ")

    async def test_what_cannot_be_read_is_refused(self) -> None:
        async with meta_app() as app, channel(app) as opened:
            for name in ("GetStatus", "Compact"):
                call: Any = opened.unary_unary(f"/goten.admin.v1.AdminService/{name}")
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await call(b"\xff")
                assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT

    async def test_an_import_outlives_its_client(self) -> None:
        async with meta_app() as app, channel(app) as opened:
            request = ImportRequest(header=ArchiveHeader(format=1, service="meta.goten.com", version="v1"))
            for number in range(1000):
                resource = Region(name=f"regions/r{number}").SerializeToString()
                request.resources.add(type="meta.goten.com/Region", resource=resource)
            request.header.resources = 1000
            call = AdminServiceStub(opened).Import(iter([request]))
            await until(lambda: app.store.count(REGION) > 100, "the import has begun", pause=0)
            call.cancel()
            await until(lambda: app.store.count(REGION) == 1001, "the import is done")
            await RegionServiceStub(opened).ListRegions(ListRegionsRequest(), wait_for_ready=True)
