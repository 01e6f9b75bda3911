"""goten-meta as real processes: it starts, serves, crashes, goes on and ends as docs/goten-meta.md says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader, GetStatusRequest, ImportRequest
from goten.admin.v1.admin_pb2_grpc import AdminServiceStub
from goten.meta.v1.service_pb2 import Service
from goten.meta.v1.service_service_pb2 import CreateServiceRequest, ListServicesRequest, UpdateServiceRequest
from goten.meta.v1.service_service_pb2_grpc import ServiceServiceStub
from tests.processes.meta_process import DEADLINE, MetaProcess, Running, command


@pytest.fixture
def storage(tmp_path: Path) -> str:
    return f"sqlite:{tmp_path / 'meta.sqlite'}"


def create_service(address: str, name: str) -> None:
    service = Service(name=f"services/{name}", all_versions=["v1"], global_domain=name)
    with grpc.insecure_channel(address) as channel:
        ServiceServiceStub(channel).CreateService(CreateServiceRequest(service=service), wait_for_ready=True)


def health(address: str) -> int:
    with grpc.insecure_channel(address) as channel:
        status: int = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest()).status
    return status


class TestLife:
    def test_it_needs_no_configuration(self, tmp_path: Path) -> None:
        with Running(
            "serve", "--region", "us-west2", "--listen", "127.0.0.1:0", XDG_STATE_HOME=str(tmp_path / "state")
        ) as server:
            line = server.wait_for(r"serving meta\.goten\.com v1 on (127\.0\.0\.1:\d+) \((.*)\)\n", "err")
            file = tmp_path / "state" / "goten-meta" / "us-west2.sqlite"
            assert line[2] == f"region us-west2, storage sqlite:{file}"
            assert file.exists()
            assert health(line[1]) == health_pb2.HealthCheckResponse.SERVING
            done = command("list", "regions", GOTEN_META=line[1])
            assert done.stdout.splitlines()[1].split()[0] == "regions/us-west2"
            server.signal(signal.SIGTERM)
            assert server.wait() == 0
            assert "Traceback" not in server.err

    def test_what_was_acknowledged_is_there_after_a_crash(self, storage: str) -> None:
        with MetaProcess(storage) as server:
            create_service(server.address, "library.example.com")
            server.kill()
        with MetaProcess(storage) as server:
            done = command("get", "services/library.example.com", "--address", server.address, "--format", "json")
            assert json.loads(done.stdout)["all_versions"] == ["v1"]
            server.signal(signal.SIGINT)
            assert server.wait() == 0

    def test_a_second_signal_does_not_wait(self) -> None:
        with (
            MetaProcess("memory:") as server,
            grpc.insecure_channel(server.address) as channel,
        ):
            asked = AdminServiceStub(channel).Import.future(_never_ending())
            grpc.channel_ready_future(channel).result(DEADLINE)
            AdminServiceStub(channel).GetStatus(GetStatusRequest())
            server.signal(signal.SIGTERM)
            server.wait_for("draining", "err")
            time.sleep(0.1)
            assert server.process.poll() is None
            server.signal(signal.SIGTERM)
            assert server.wait() == 128 + signal.SIGTERM
            asked.cancel()

    def test_logs_as_json(self, storage: str) -> None:
        with MetaProcess(storage, "--log-format", "json") as server:
            server.signal(signal.SIGTERM)
            assert server.wait() == 0
        lines = [json.loads(line) for line in server.err.splitlines()]
        assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
        serving = next(line for line in lines if line["message"].startswith("serving "))
        assert (serving["level"], serving["region"], serving["storage"]) == ("info", "us-west2", storage)


def _never_ending() -> Iterator[ImportRequest]:
    yield ImportRequest(header=ArchiveHeader(format=1, service="meta.goten.com", version="v1", resources=1))
    time.sleep(DEADLINE)


class TestWatching:
    def test_a_watch_goes_on_over_a_crash_of_the_server(self, storage: str) -> None:
        with (
            MetaProcess(storage) as server,
            Running("watch", "services", "--format", "json", "--address", server.address) as watch,
        ):
            watch.wait_for('{"event": "current"}\n')
            create_service(server.address, "a.example.com")
            watch.wait_for('{"event": "added", "name": "services/a.example.com", "resource": {')
            server.kill()
            watch.wait_for("goten-meta: the connection was lost", "err")
            with MetaProcess(storage, listen=server.address) as again:
                watch.wait_for("goten-meta: connected again; the watch goes on\n", "err")
                create_service(again.address, "b.example.com")
                watch.wait_for('{"event": "added", "name": "services/b.example.com"')
                watch.signal(signal.SIGINT)
                assert watch.wait() == 130
                events = [json.loads(line) for line in watch.out.splitlines()]
                assert [event.get("name") for event in events if event["event"] == "added"] == [
                    "services/a.example.com",
                    "services/b.example.com",
                ]
                assert len(watch.err.splitlines()) == 2

    def test_the_table_of_one_resource(self) -> None:
        with MetaProcess("memory:") as server:
            create_service(server.address, "a.example.com")
            create_service(server.address, "b.example.com")
            with Running("watch", "services/a.example.com", "--address", server.address) as watch:
                watch.wait_for(r"TIME +EVENT +NAME.*\n\d\d:\d\d:\d\d  is       services/a\.example\.com  v1")
                with grpc.insecure_channel(server.address) as channel:
                    for name in ("b", "a"):
                        request = UpdateServiceRequest(service=Service(name=f"services/{name}.example.com"))
                        request.service.display_name = "Library"
                        request.update_mask.paths.append("display_name")
                        ServiceServiceStub(channel).UpdateService(request)
                watch.wait_for(r"changed  services/a\.example\.com .*\n +display_name\n")
                assert "services/b" not in watch.out

    def test_whoever_takes_the_output_may_leave(self) -> None:
        with (
            MetaProcess("memory:") as server,
            Running("watch", "services", "--format", "json", "--address", server.address) as watch,
        ):
            watch.wait_for("current")
            watch.leave("out")
            create_service(server.address, "late.example.com")
            assert watch.wait() == 1
            assert watch.err == ""


class TestRefusals:
    """Whatever keeps a server from starting is one line, without a traceback."""

    @staticmethod
    def refused(*arguments: str, **more: str) -> tuple[int, str]:
        done = command("serve", "--listen", "127.0.0.1:0", *arguments, **more)
        assert done.stdout == ""
        lines = [line for line in done.stderr.splitlines() if not line.startswith("time=")]
        assert len(lines) == 1
        assert "Traceback" not in done.stderr
        assert lines[0].startswith("goten-meta: error: ")
        return done.returncode, lines[0].removeprefix("goten-meta: error: ")

    def test_usage(self, tmp_path: Path) -> None:
        file = tmp_path / "meta.toml"
        file.write_text('region = "us-west2"\nregoins = []\n')
        code, line = self.refused("--config", str(file))
        assert (code, line) == (2, f"{file}:2: unknown key 'regoins'; did you mean regions?")
        code, line = self.refused("--region", "us-west2", "--listen", "0.0.0.0:8472")
        assert code == 2
        assert line.startswith(
            "--listen: cannot listen on '0.0.0.0:8472': only loopback addresses are served until access"
        )
        code, line = self.refused()
        assert (code, line.partition(";")[0]) == (2, "--region: no region is named")

    def test_storage(self, tmp_path: Path) -> None:
        (tmp_path / "damaged").write_bytes(b"SQLite format 3\0" + b"?" * 5000)
        (tmp_path / "text").write_text("what?" * 1000)
        for file in ("damaged", "text", "no/such/folder"):
            code, line = self.refused("--region", "us-west2", "--storage", f"sqlite:{tmp_path / file}")
            assert code == 1
            assert str(tmp_path / file.partition("/")[0]) in line

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "state").write_text("a file where the folder should be")
        code, line = self.refused("--region", "us-west2", XDG_STATE_HOME=str(tmp_path / "state"))
        assert code == 1
        assert str(tmp_path / "state") in line

    def test_another_process_has_it(self, tmp_path: Path, storage: str) -> None:
        with MetaProcess(storage) as server:
            code, line = self.refused("--region", "us-west2", "--storage", storage)
            assert code == 1
            assert str(tmp_path / "meta.sqlite") in line
            code, line = self.refused("--region", "us-west2", "--storage", "memory:", "--listen", server.address)
            assert code == 1
            assert line.startswith(f"cannot listen on '{server.address}'")
            assert health(server.address) == health_pb2.HealthCheckResponse.SERVING


def test_an_import_that_a_crash_interrupts_leaves_nothing(tmp_path: Path, storage: str) -> None:
    with MetaProcess(storage) as server, grpc.insecure_channel(server.address) as channel:
        admin = AdminServiceStub(channel)
        before = admin.GetStatus(GetStatusRequest()).revision
        importing = admin.Import.future(iter([_archive(5_000)]))
        while admin.GetStatus(GetStatusRequest()).revision < before + 5:
            assert not importing.done()
        server.kill()
    with MetaProcess(storage) as server, grpc.insecure_channel(server.address) as channel:
        server.wait_for("an import was interrupted; what it wrote is taken away", "err")
        listed = ServiceServiceStub(channel).ListServices(ListServicesRequest())
        assert [service.name for service in listed.services] == ["services/meta.goten.com"]


def _archive(services: int) -> ImportRequest:
    resources = [
        ArchivedResource(
            type="meta.goten.com/Service", resource=Service(name=f"services/s{number}.example.com").SerializeToString()
        )
        for number in range(services)
    ]
    header = ArchiveHeader(format=1, service="meta.goten.com", version="v1", resources=services)
    return ImportRequest(header=header, resources=resources)


FAILING = """
import asyncio, sys
from goten.meta_server import app, cli
from goten.storage import MemoryStorage, StorageUnavailable

class Failing(MemoryStorage):
    async def watch(self, after, deliver):
        try:
            async with asyncio.timeout(0.2):
                await super().watch(after, deliver)
        except TimeoutError:
            raise StorageUnavailable("the disk", "it is gone", "find it") from None

app.open_storage = lambda _: Failing()
sys.exit(cli.main(["serve", "--region", "us-west2", "--listen", "127.0.0.1:0", "--storage", "memory:"]))
"""


def test_a_store_that_fails_ends_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, check=False, timeout=DEADLINE)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1] == "goten-meta: error: the disk: it is gone; find it"


def test_help_comes_without_grpc() -> None:
    code = "import sys, goten.meta_server.cli as cli\ntry: cli.main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'grpc', 'google.protobuf', 'asyncio'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, b"")
