"""Export and import: nothing changes on the way, and an import is all or nothing."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from pathlib import Path

import grpc
import grpc.aio
import pytest
from google.protobuf.message import Message

from goten.admin.exporting import export
from goten.admin.importing import MARKER, Importer, discard_interrupted
from goten.admin.v1.admin_pb2 import ExportRequest, GetStatusRequest, ImportRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.channels import StaticChannelProvider
from goten.meta.v1 import descriptors, methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service import SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import ListServicesRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from goten.meta_server.archive_terms import leave_unsettled, needed_by, unsettled_services
from goten.meta_server.own_regions import is_own_record
from goten.refusals import Refused
from goten.storage import Change, Compare, MemoryStorage, Put, StorageUnavailable
from goten.store import Store, Transaction
from goten.watch import Watcher, copy_message
from tests.meta.cli import Terminal, meta_app, register, until


def everything(store: Store) -> Mapping[str, Message]:
    """All but Meta's own Service and what is below it, which each server keeps right by itself."""
    entries = [entry for found in SERVICE.resources for entry in store.entries(found)]
    return {entry.name: entry.message for entry in entries if not entry.name.startswith("services/meta.goten.com")}


class TestOnServers:
    async def test_a_copy_of_a_server_has_everything_as_it_was(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "meta.jsonl"
        async with meta_app(regions=("eastus2",)) as app:
            await register(app.address)
            exported = everything(app.store)
            done = await Terminal(app.address, capsys).run("export", str(file))
            assert (done.code, done.out) == (0, "")
            assert done.err == f"goten-meta: 11 resources exported, as they were at revision {app.store.revision}\n"
            header = json.loads(file.read_text().splitlines()[0])
            assert (header["store"], header["revision"]) == (app.store.id, app.store.revision)
        async with meta_app() as app:
            done = await Terminal(app.address, capsys).run("import", str(file))
            assert (done.code, done.out) == (0, "")
            assert done.err.startswith("goten-meta: 11 resources imported; all are there at revision ")
            assert everything(app.store) == exported
            assert (await Terminal(app.address, capsys).run("list", "services")).code == 0
            await register(app.address, "other.example.com")

    async def test_standard_output_and_input(
        self, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with meta_app() as app:
            await register(app.address)
            done = await Terminal(app.address, capsysbinary).run("export")  # type: ignore[arg-type]
            exported_bytes: bytes = done.out  # type: ignore[assignment]
            exported = everything(app.store)
        async with meta_app() as app:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(exported_bytes)))
            done = await Terminal(app.address, capsysbinary).run("import", "-")  # type: ignore[arg-type]
            assert done.code == 0
            assert everything(app.store) == exported

    async def test_only_an_empty_store_takes_an_import(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = str(tmp_path / "meta.jsonl")
        async with meta_app() as app:
            terminal = Terminal(app.address, capsys)
            await register(app.address)
            await terminal.run("export", file)
            before, revision = everything(app.store), app.store.revision
            done = await terminal.run("import", file)
            assert (done.code, done.out) == (1, "")
            assert done.err.startswith("goten-meta: error: the store: it holds services/library.example.com/")
            assert (everything(app.store), app.store.revision) == (before, revision)
            # It serves on.
            assert (await terminal.run("list", "services")).code == 0

    async def test_a_bad_line_is_named_and_nothing_is_written(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "meta.jsonl"
        async with meta_app() as app:
            terminal = Terminal(app.address, capsys)
            await register(app.address)
            await terminal.run("export", str(file))
        lines = file.read_text().splitlines(keepends=True)
        last = len(lines)
        file.write_text("".join([*lines[:-1], lines[-1].replace("all_versions", "all_varsions")]))
        async with meta_app() as app:
            before, revision = everything(app.store), app.store.revision
            done = await Terminal(app.address, capsys).run("import", str(file))
            assert done.code == 1
            assert done.err.startswith(f"goten-meta: error: {file}:{last}: this is no goten.meta.v1.Service: ")
            assert done.err.endswith("; nothing was imported\n")
            file.write_text("".join(lines[:-1]))
            done = await Terminal(app.address, capsys).run("import", str(file))
            assert (
                f"{file}:{last - 1}: it has {last - 2} resources, but {last - 1} by its header; nothing was imported"
                in done.err
            )
            assert (everything(app.store), app.store.revision) == (before, revision)

    async def test_a_failed_export_leaves_the_file_as_it_was(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "meta.jsonl"
        file.write_text("precious")
        done = await Terminal("127.0.0.1:1", capsys).run("export", str(file))
        assert done.code == 1
        assert (file.read_text(), os.listdir(tmp_path)) == ("precious", ["meta.jsonl"])

    async def test_a_target_that_cannot_be_written_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "no/meta.jsonl"
        async with meta_app() as app:
            done = await Terminal(app.address, capsys).run("export", str(target))
        assert (done.code, done.err) == (1, f"goten-meta: error: {target}: No such file or directory\n")

    async def test_others_see_nothing_or_all_of_an_import(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        storage = HeldStorage()
        monkeypatch.setattr("goten.meta_server.app.open_storage", lambda _: storage)
        file = tmp_path / "meta.jsonl"
        file.write_text(archive_of(300))
        async with meta_app() as app, watching(app.address) as watcher, aclosing(storage):
            storage.hold_at(b"services/s150")
            importing = asyncio.create_task(Terminal(app.address, capsys).run("import", str(file)))
            await storage.held.wait()
            await until(lambda: app.store.count(descriptors.SERVICE) == 101, "the first part is there")
            async with grpc.aio.insecure_channel(app.address) as channel:
                reason = "an import is going on; nothing is served before it is done"
                stub, admin = ServiceServiceStub(channel), AdminServiceStub(channel)
                for call in (stub.ListServices(ListServicesRequest()), admin.Export(ExportRequest()).read()):
                    with pytest.raises(grpc.aio.AioRpcError) as refused:
                        await call
                    assert (refused.value.code(), refused.value.details()) == (grpc.StatusCode.UNAVAILABLE, reason)
                status = await admin.GetStatus(GetStatusRequest())
                assert (status.serving, status.reason, status.watchers) == (False, reason, 0)
                assert list(watcher.view) == ["services/meta.goten.com"]
                await storage.aclose()
                assert (await importing).code == 0
                listed = await stub.ListServices(ListServicesRequest(page_size=1000))
                assert len(listed.services) == 301
                # Whoever watched goes on.
                await until(lambda: len(watcher.view) == 301, "all came")


class HeldStorage(MemoryStorage):
    """Holds back a commit that writes something."""

    def __init__(self) -> None:
        super().__init__()
        self.held = asyncio.Event()
        self._released = asyncio.Event()
        self._text: bytes | None = None

    def hold_at(self, text: bytes) -> None:
        """`text`: a part of what the commit writes."""
        self._text = text

    async def aclose(self) -> None:
        """Lets it go."""
        self._released.set()

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        values = [change.value for change in changes if isinstance(change, Put)]
        if self._text is not None and any(self._text in value for value in values):
            self.held.set()
            await self._released.wait()
        return await super().commit(compares, changes)


@asynccontextmanager
async def watching(address: str) -> AsyncIterator[Watcher[Service, Service]]:
    async with StaticChannelProvider({SERVICE.domain: address}) as channels:
        watcher = Watcher(channels, methods.WATCH_SERVICES, descriptors.SERVICE, keep=copy_message)
        await watcher.start(5)
        yield watcher
        await watcher.stop()


def archive_of(services: int) -> str:
    """An archive with so many services."""
    header = {"goten_archive": 1, "service": "meta.goten.com", "version": "v1", "resources": services}
    lines = [{"type": "meta.goten.com/Service", "resource": {"name": f"services/s{n}"}} for n in range(services)]
    return "".join(json.dumps(line) + "\n" for line in [header, *lines])


class TestDirectly:
    async def test_a_stopped_store_is_exported_and_imported_without_a_server(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first, second = f"sqlite:{tmp_path / 'first'}", f"sqlite:{tmp_path / 'second'}"
        terminal = Terminal("", capsys)
        async with meta_app(first) as app:
            await register(app.address)
            exported = everything(app.store)
        done = await terminal.plain("export", "--storage", first, str(tmp_path / "meta.jsonl"))
        assert (done.code, done.out) == (0, "")
        done = await terminal.plain("import", "--storage", second, str(tmp_path / "meta.jsonl"))
        assert (done.code, done.out) == (0, "")
        done = await terminal.plain("import", "--storage", second, str(tmp_path / "meta.jsonl"))
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("goten-meta: error: the store: it holds ")
        async with meta_app(second) as app:
            assert everything(app.store) == exported
        done = await terminal.plain("compact", "--storage", second)
        assert done.code == 0
        assert done.err.startswith("goten-meta: changes up to revision ")

    @pytest.mark.parametrize(
        ("storage", "code", "message"),
        [
            ("memory:", 2, "--storage: memory: ends with its server; sqlite:PATH names a file"),
            ("etcd:x", 2, "--storage: 'etcd:x': names no storage"),
            ("sqlite:/no/such/file", 1, "/no/such/file does not exist"),
        ],
    )
    async def test_what_is_no_storage_of_a_stopped_server(
        self, capsys: pytest.CaptureFixture[str], storage: str, code: int, message: str
    ) -> None:
        done = await Terminal("", capsys).plain("export", "--storage", storage)
        assert (done.code, done.out) == (code, "")
        assert done.err.startswith(f"goten-meta: error: {message}")

    async def test_a_storage_that_a_server_uses(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        storage = f"sqlite:{tmp_path / 'meta.sqlite'}"
        async with meta_app(storage):
            done = await Terminal("", capsys).plain("export", "--storage", storage)
        assert (done.code, done.out) == (1, "")
        assert str(tmp_path / "meta.sqlite") in done.err


class BreakingStorage(MemoryStorage):
    """Fails those of its commits that are `broken`, counted from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0
        self.broken: range = range(0)

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        self.commits += 1
        if self.commits in self.broken:
            raise StorageUnavailable("the disk", "it is full", "make room")
        return await super().commit(compares, changes)


class TestInterruption:
    @pytest.fixture
    def storage(self) -> BreakingStorage:
        return BreakingStorage()

    @pytest.fixture
    async def store(self, storage: BreakingStorage) -> AsyncIterator[Store]:
        store = Store(storage, SERVICE.resources)
        await storage.start()
        await store.start()
        yield store
        await store.stop()
        await storage.stop()

    @staticmethod
    def importer(store: Store) -> Importer:
        return Importer(
            store,
            SERVICE,
            needed_by=needed_by,
            is_own=partial(is_own_record, store),
            leave_unsettled=leave_unsettled,
            clock=lambda: 5.0,
        )

    @staticmethod
    def archive(count: int, *unsettled: str) -> ImportRequest:
        request = ImportRequest()
        request.header.format, request.header.service, request.header.version = 1, "meta.goten.com", "v1"
        request.header.resources = count
        request.header.unsettled.extend(unsettled)
        for number in range(count):
            resource = Service(name=f"services/s{number}").SerializeToString()
            request.resources.add(type="meta.goten.com/Service", resource=resource)
        return request

    async def run(self, store: Store, request: ImportRequest) -> int:
        async def stream() -> AsyncIterator[ImportRequest]:
            yield request

        return (await self.importer(store).run(stream())).resources

    async def test_transactions_fit_the_storage(self, store: Store, storage: BreakingStorage) -> None:
        before = storage.commits
        assert await self.run(store, self.archive(250)) == 250
        assert storage.commits - before == 5
        assert len(everything(store)) == 250
        assert store.record(MARKER) is None

    async def test_what_a_failed_import_wrote_is_taken_away(self, store: Store, storage: BreakingStorage) -> None:
        broken = storage.commits + 4
        storage.broken = range(broken, broken + 1)
        with pytest.raises(StorageUnavailable):
            await self.run(store, self.archive(250))
        assert everything(store) == {}
        assert store.record(MARKER) is None
        assert await self.run(store, self.archive(250)) == 250

    async def test_where_even_that_fails_the_next_one_does_it(self, store: Store, storage: BreakingStorage) -> None:
        broken = storage.commits + 4
        storage.broken = range(broken, 1000)
        with pytest.raises(StorageUnavailable):
            await self.run(store, self.archive(250))
        storage.broken = range(0)
        assert store.record(MARKER) is not None
        assert len(everything(store)) == 200
        with pytest.raises(Refused, match="an import into it was begun and did not end"):
            await self.run(store, self.archive(1))
        assert await discard_interrupted(store, SERVICE)
        assert (everything(store), store.record(MARKER)) == ({}, None)
        assert not await discard_interrupted(store, SERVICE)

    async def test_a_server_takes_away_what_an_interrupted_import_wrote(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        location = f"sqlite:{tmp_path / 'meta.sqlite'}"
        async with meta_app(location) as app:

            async def interrupt(transaction: Transaction) -> None:
                transaction.put_record(MARKER, b"{}")
                transaction.put(descriptors.SERVICE, Service(name="services/half"))

            await app.store.transact(interrupt)
        async with meta_app(location) as app:
            assert list(everything(app.store)) == ["regions/us-west2"]
            assert app.store.record(MARKER) is None

    async def test_what_was_to_be_done_still_is(self, store: Store) -> None:
        await self.run(store, self.archive(3, "s1", "s2"))
        assert unsettled_services(store) == ["s1", "s2"]
        responses = [response async for response in export(store, SERVICE, needed_by, unsettled_services)]
        assert list(responses[0].header.unsettled) == ["s1", "s2"]

    async def test_what_is_about_to_go_is_not_exported(self, store: Store) -> None:
        async def orphan(transaction: Transaction) -> None:
            transaction.put(descriptors.REGION, Region(name="regions/a1"))
            transaction.put(
                descriptors.DEPLOYMENT, Deployment(name="services/gone/deployments/a1", region="regions/a1")
            )

        await store.transact(orphan)
        responses = [response async for response in export(store, SERVICE, needed_by, unsettled_services)]
        assert responses[0].header.resources == 1
        assert [found.type for response in responses for found in response.resources] == ["meta.goten.com/Region"]

    async def test_messages_of_an_export_are_bounded(self, store: Store) -> None:
        async def put(transaction: Transaction) -> None:
            for number in range(100):
                transaction.put(descriptors.REGION, Region(name=f"regions/a{number}", title="x" * 9_000))

        await store.transact(put)
        responses = [response async for response in export(store, SERVICE, needed_by, unsettled_services)]
        assert len(responses) == 4
        assert max(response.ByteSize() for response in responses) < 300_000
