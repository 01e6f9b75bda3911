"""What a Meta server refuses because it is too much, what it tells of itself, and how it ends when a part fails."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader, GetStatusRequest, ImportRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_service_pb2 import ListServicesRequest, WatchServicesRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from goten.types.watch_type_pb2 import STATELESS
from tests.meta.world import service
from tests.processes.meta_process import DEADLINE, SERVING, MetaProcess, Running
from tests.processes.registry import Registry

LARGE = 1_400_000
"""Bytes: nearly as much as a resource may have."""
SERVING_NOW = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture(scope="module")
def shared() -> Iterator[MetaProcess]:
    with MetaProcess("memory:") as process:
        yield process
        assert "raceback" not in process.err


@pytest.fixture
async def channel(shared: MetaProcess) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(shared.address) as channel:
        yield channel


@pytest.fixture
async def large(channel: grpc.aio.Channel) -> AsyncIterator[list[str]]:
    """The names of four large Services, of whose display names the first half megabyte is the same."""
    registry = Registry(channel)
    names = []
    for letter in "abcd":
        text = "x" * (LARGE // 2) + letter * (LARGE // 2)
        made = await registry.create(service(f"{letter}.example.com", regions=["us-west2"], display_name=text))
        names.append(made.name)
    yield names
    for name in names:
        await registry.delete(name)


async def refused(call: Any) -> grpc.aio.AioRpcError:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value


def details_of(error: grpc.aio.AioRpcError) -> list[Any]:
    (raw,) = [value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin"]
    kinds = (error_details_pb2.BadRequest, error_details_pb2.ErrorInfo)
    found = []
    for detail in status_pb2.Status.FromString(raw).details:
        found += [kind.FromString(detail.value) for kind in kinds if detail.Is(kind.DESCRIPTOR)]
    return found


class TestLargeAnswers:
    async def test_what_cannot_be_cut_is_refused_with_a_hint(self, channel: grpc.aio.Channel, large: list[str]) -> None:
        """METHOD-2: clients take 4 MB, and say nothing of use about more."""
        registry = Registry(channel)
        error = await refused(registry.call("batch_get", SERVICE, names=large))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "the answer with these 4 names exceeds the 4000000 bytes that clients take; ask for fewer" in str(
            error.details()
        )
        (info,) = details_of(error)
        assert (info.reason, dict(info.metadata)) == ("ANSWER_TOO_LARGE", {"limit": "4000000"})
        assert len((await registry.call("batch_get", SERVICE, names=large[:2])).services) == 2

    async def test_pages_go_on_however_long_that_is_by_which_they_are_ordered(
        self, channel: grpc.aio.Channel, large: list[str]
    ) -> None:
        """FILTER-15, METHOD-4: an offset takes the place of a cursor that would be too long; both ways."""
        stub = ServiceServiceStub(channel)
        request = ListServicesRequest(order_by="display_name", page_size=2, filter='name != "services/meta.goten.com"')
        first = await stub.ListServices(request)
        request.page_token = first.next_page_token
        second = await stub.ListServices(request)
        request.page_token = second.prev_page_token
        again = await stub.ListServices(request)
        pages = [[each.name for each in page.services] for page in (first, second, again)]
        assert pages == [large[:2], large[2:], large[:2]]
        assert (first.next_page_token, second.prev_page_token, second.next_page_token) == ("r.e.O.2", "l.e.O.2", "")

    async def test_a_watch_by_pages_too(self, channel: grpc.aio.Channel, large: list[str]) -> None:
        watch = ServiceServiceStub(channel).WatchServices(
            WatchServicesRequest(order_by="display_name", page_size=1, page_token="r.e.O.1"), timeout=DEADLINE
        )
        response: Any = await watch.read()
        assert len(response.service_changes) == 1
        assert response.page_token_change.next_page_token == "r.e.O.2"
        watch.cancel()


class TestBadRequests:
    @pytest.mark.parametrize("letter", ["x", "é", "😀"])
    async def test_details_come_however_long_the_text_is(self, channel: grpc.aio.Channel, letter: str) -> None:
        """METHOD-12"""
        error = await refused(Registry(channel).create(service(letter * 70_000, regions=["us-west2"])))
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        (bad,) = details_of(error)
        assert bad.field_violations[0].field == "service.name"
        assert 100 < len(bad.field_violations[0].description) < 1_600

    @pytest.mark.parametrize(
        ("shape", "path"),
        [
            ("unary_unary", "/grpc.health.v1.Health/Check"),
            ("unary_stream", "/grpc.health.v1.Health/Watch"),
            ("stream_stream", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            ("unary_unary", "/goten.admin.v1.AdminService/GetStatus"),
            ("unary_stream", "/goten.meta.v1.ServiceService/WatchServices"),
        ],
    )
    async def test_what_cannot_be_read_is_said_to_be_so(self, channel: grpc.aio.Channel, shape: str, path: str) -> None:
        """METHOD-12"""
        call = getattr(channel, shape)(path)(iter([b"\xff"]) if shape == "stream_stream" else b"\xff")
        error = await refused(call if shape == "unary_unary" else call.read())
        assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "cannot be read as" in str(error.details())
        (bad,) = details_of(error)
        assert bad.field_violations[0].description == error.details()


async def test_a_client_that_does_not_read_is_told_why_its_watch_ended(
    channel: grpc.aio.Channel, large: list[str]
) -> None:
    """METHOD-17: also one whose first response is still under way."""
    watch = ServiceServiceStub(channel).WatchServices(WatchServicesRequest(type=STATELESS), timeout=DEADLINE)
    admin = AdminServiceStub(channel)
    async with asyncio.timeout(DEADLINE):
        while not (await admin.GetStatus(GetStatusRequest())).watchers:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    # The import does not wait for it.
    error = await refused(admin.Import(iter([archive(0)]), timeout=DEADLINE / 2))
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    ended = await refused(_read_all(watch))
    assert (ended.code(), "an import is going on" in str(ended.details())) == (grpc.StatusCode.UNAVAILABLE, True)


async def _read_all(watch: Any) -> None:
    while await watch.read() is not grpc.aio.EOF:
        pass


def archive(regions: int) -> ImportRequest:
    resources = [
        ArchivedResource(type="meta.goten.com/Region", resource=Region(name=f"regions/r{number}").SerializeToString())
        for number in range(regions)
    ]
    header = ArchiveHeader(format=1, service="meta.goten.com", version="v1", resources=regions)
    return ImportRequest(header=header, resources=resources)


def test_it_is_not_healthy_during_an_import(tmp_path: Path) -> None:
    """METHOD-17"""
    with (
        MetaProcess(f"sqlite:{tmp_path / 'meta.sqlite'}") as process,
        grpc.insecure_channel(process.address) as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
        assert next(health).status == SERVING_NOW
        importing = AdminServiceStub(channel).Import.future(iter([archive(2_000)]))
        assert [next(health).status, next(health).status] == [NOT_SERVING, SERVING_NOW]
        assert importing.result(DEADLINE).resources == 2_000


BROKEN = """
import asyncio, sys
from functools import partial
from goten.meta_server import app, cli
from goten.storage import MemoryStorage, StorageUnavailable

class Broken:
    def time(self):
        return 0.0
    async def sleep(self, seconds):
        await asyncio.sleep(0.5)
        raise RuntimeError("the clock is broken")

class Refusing(MemoryStorage):
    async def commit(self, compares, changes):
        if any(change.key.startswith("i/pending/") for change in changes) and "i/guard" not in {c.key for c in changes}:
            raise StorageUnavailable("the disk", "it is full", "make room")
        return await super().commit(compares, changes)

part = sys.argv[1]
setattr(app, part, partial(getattr(app, part), clock=Broken()))
app.open_storage = lambda _: Refusing()
sys.exit(cli.main(["serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", "memory:"]))
"""


def test_watches_that_fail_end_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN, "WatchHub"], capture_output=True, check=False, timeout=DEADLINE
    )
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == (
        "goten-meta: error: watching failed (RuntimeError); see the log, and start again"
    )
    assert "the clock is broken" in done.stderr.decode()


async def test_a_controller_that_fails_ends_the_process() -> None:
    """FANOUT-8: a failed attempt is repeated; what cannot be repeated is not passed over in silence."""
    with Running(command=[sys.executable, "-c", BROKEN, "ServicesInfoController"]) as process:
        address = process.wait_for(SERVING, "err")[1]
        async with grpc.aio.insecure_channel(address) as channel:
            registry = Registry(channel)
            await registry.create(service("bb", regions=["us-west2"]))
            error = await refused(registry.create(service("aa", regions=["us-west2"], uses=["bb"])))
        assert error.code() is grpc.StatusCode.UNAVAILABLE
        assert process.wait() == 1
        assert process.err.splitlines()[-1] == (
            "goten-meta: error: the controller of Meta failed (RuntimeError); see the log, and start again"
        )
