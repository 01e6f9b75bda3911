"""docs/serving.md is what happens: its programs run, and print what it says."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from device_management.proto.v1 import (
    device_custom_pb2,
    device_pb2,
    device_service_pb2,
    device_service_pb2_grpc,
)
from device_management.proto.v2 import device_service_pb2 as device_service_v2_pb2
from device_management.proto.v2 import device_service_pb2_grpc as device_service_v2_pb2_grpc

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LISTENING = re.compile(rb"message=listening address=(\S+)")
ADDRESS = "127.0.0.1:8480"


def blocks(repo: Path, language: str) -> list[str]:
    page = (repo / "docs" / "serving.md").read_text(encoding="utf-8")
    return [content for found, content in _BLOCK.findall(page) if found == language]


def program(repo: Path, name: str) -> str:
    return (repo / "docs" / "serving" / name).read_text(encoding="utf-8")


def environment(repo: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(repo / "generated_examples")}


@contextmanager
def server(repo: Path, name: str, location: str) -> Iterator[str]:
    """The address of a program of the page that runs; it has to end well."""
    command = [sys.executable, f"docs/serving/{name}", location, "127.0.0.1:0"]
    process = subprocess.Popen(command, cwd=repo, env=environment(repo), stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        said = _LISTENING.search(process.stderr.readline())
        assert said is not None
        yield said[1].decode()
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
        assert process.returncode == 0, rest
        assert b"Traceback" not in rest
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_the_page_shows_the_programs(repo: Path) -> None:
    first, second, *pieces = blocks(repo, "python")
    assert first == program(repo, "catalog_server.py")
    assert second == program(repo, "catalog_client.py")
    assert len(pieces) == 2
    for piece in pieces:
        assert piece.strip() in program(repo, "devices_server.py")


def test_the_commands_name_the_programs(repo: Path) -> None:
    serving, asking = blocks(repo, "console")
    assert serving.endswith(f"python docs/serving/catalog_server.py sqlite:catalog.db {ADDRESS}\n")
    assert asking.splitlines()[0].endswith(f"python docs/serving/catalog_client.py {ADDRESS}")


@pytest.mark.parametrize("location", ["memory:", "sqlite:{}/catalog.db"])
def test_the_client_prints_what_the_page_says(repo: Path, tmp_path: Path, location: str) -> None:
    """METHOD-5, METHOD-12, METHOD-17"""
    printed = blocks(repo, "console")[1].partition("\n")[2]
    with server(repo, "catalog_server.py", location.format(tmp_path)) as address:
        command = [sys.executable, "docs/serving/catalog_client.py", address]
        done = subprocess.run(
            command, cwd=repo, env=environment(repo), capture_output=True, text=True, timeout=30, check=True
        )
    assert done.stdout == printed


@pytest.mark.parametrize("name", ["catalog_server.py", "devices_server.py"])
def test_what_cannot_start_says_why_in_one_line(repo: Path, tmp_path: Path, name: str) -> None:
    def refused(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, f"docs/serving/{name}", *arguments]
        done = subprocess.run(
            command, cwd=repo, env=environment(repo), capture_output=True, text=True, timeout=30, check=False
        )
        return done.returncode, done.stderr

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = refused("memory:", address)
    page = (repo / "docs" / "serving.md").read_text(encoding="utf-8")
    [shown] = (line.strip() for line in page.splitlines() if "cannot listen" in line)
    assert (code, said) == (1, shown.replace("catalog_server.py", name).replace(ADDRESS, address) + "\n")
    missing = tmp_path / "none" / "x.db"
    line = f"{name}: {missing}: its folder is missing; name a file in a folder that is there\n"
    assert refused(f"sqlite:{missing}", "127.0.0.1:0") == (1, line)
    code, said = refused("what", "127.0.0.1:0")
    assert (code, said.count("\n"), said.startswith(f"{name}: 'what': names no storage; ")) == (1, 1, True)
    assert refused("memory:") == (2, f"{name}: usage: {name} LOCATION LISTEN\n")


def test_two_versions_and_an_rpc_of_its_own(repo: Path) -> None:
    """METHOD-13"""
    with server(repo, "devices_server.py", "memory:") as address, grpc.insecure_channel(address) as channel:
        old: Any = device_service_pb2_grpc.DeviceServiceStub(channel)
        new: Any = device_service_v2_pb2_grpc.DeviceServiceStub(channel)
        for region in ("eu-west1", "us-west2", "us-west2"):
            name = f"projects/p1/regions/{region}/devices/d-{os.urandom(4).hex()}"
            device = device_pb2.Device(name=name, title="Pump", serial_number="SN1")
            old.CreateDevice(device_service_pb2.CreateDeviceRequest(device=device))
        listed = new.ListDevices(device_service_v2_pb2.ListDevicesRequest(parent="projects/p1/regions/eu-west1"))
        assert [(device.display_name, device.hardware.serial_number) for device in listed.devices] == [("Pump", "SN1")]
        counts = old.CountDevices(device_custom_pb2.CountDevicesRequest(parent="projects/p1/regions/-")).counts
        assert dict(counts) == {"eu-west1": 1, "us-west2": 2}
        counts = old.CountDevices(device_custom_pb2.CountDevicesRequest(parent="projects/-/regions/us-west2")).counts
        assert dict(counts) == {"us-west2": 2}
