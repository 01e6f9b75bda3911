"""The main files of the example services: wired, and clear about what is wrong with a command line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from example_runtime import Settings

from goten.env_registry import Starter
from goten_gen.cli import main as goten_gen
from tests.servers.program import ROOTS

SERVICES = ("identity_service", "devices_service")


@pytest.mark.parametrize("service", SERVICES)
def test_the_main_file_lacks_no_call(repo: Path, service: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`goten-gen wire --check`: EnvRegistry first, then a PolicyStore with all sources for each version."""
    main = repo / "docs" / "examples" / service / "__main__.py"
    assert goten_gen(["wire", str(main), "--check"]) == 0, capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--region"),
        (["--region", "eu", "--listen", "0.0.0.0:9001"], "only loopback"),
        (["--region", "eu", "--listen", "127.0.0.1:0"], "give a port"),
        (["--region", "eu", "--listen", "9001"], "port"),
        (["--region", "eu", "--storage", "postgres:x"], "sqlite:PATH"),
        (["--region", ""], "region"),
        (["--region", "eu", "--peer", "a=b"], "--standalone"),
        (["--region", "eu", "--standalone", "--peer", "nonsense"], "DOMAIN=ADDRESS"),
        (["--region", "eu", "--colour", "blue"], "--colour"),
    ],
)
def test_a_bad_command_line_is_an_error_in_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Settings.read("identity_service", "", "127.0.0.1:9001", arguments)
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("identity_service: ")
    assert said in line


def test_with_meta_others_are_told_the_address() -> None:
    settings = Settings.read("identity_service", "", "127.0.0.1:9001", ["--region", "eu", "--meta", "127.0.0.1:1"])
    assert isinstance(settings.starter, Starter)
    assert settings.listen == "127.0.0.1:9001"
    assert not settings.stand_in


@pytest.mark.parametrize("service", SERVICES)
def test_help_says_how_to_run_it(service: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", service, "--help"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS))},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert f"PYTHONPATH=generated_examples:docs/examples python -m {service} --region us-west2" in done.stdout


def test_a_port_that_is_taken_is_one_line() -> None:
    service = "identity_service"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", service, "--region", "eu", "--standalone", "--listen", address],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, ROOTS))},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    why = "something else listens there; end that first, or choose another port"
    assert (done.returncode, done.stderr) == (1, f"{service}: cannot listen on '{address}': {why}\n")
