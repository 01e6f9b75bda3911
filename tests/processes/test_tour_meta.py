"""docs/tour-meta.md is what happens: servers, watch and services print what the page says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.meta_process import Running, command
from tests.processes.town import Town

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs" / "tour-meta.md").read_text(encoding="utf-8")


def said(text: str) -> str:
    """A line of the page as a pattern: times, ages, ports and the width of columns may differ."""
    words = [re.escape(word) for word in text.split()]
    words = [re.sub(r"^\d\d:\d\d:\d\d$", r"[\\d:]+", word) for word in words]
    words = [re.sub(r"^\d+s$", r"\\d+s", word) for word in words]
    words = [re.sub(r"127\\\.0\\\.0\\\.1:\d+", r"[\\d.:]+", word) for word in words]
    return r"\s+".join(words)


def line(beginning: str) -> str:
    """The line of the page that begins so."""
    [found] = [text for text in PAGE.splitlines() if text.startswith(beginning)][:1]
    return found


def register(address: str, *versions: str) -> str:
    command = [sys.executable, "docs/tour/register.py", "library.example.com", "us-west2", *versions]
    done = subprocess.run(
        command,
        cwd=REPO,
        env={**os.environ, "GOTEN_META": address},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def serve(folder: Path, listen: str = "127.0.0.1:0") -> tuple[Running, str]:
    storage = f"sqlite:{folder / 'meta.sqlite'}"
    server = Running("serve", "--region", "us-west2", "--listen", listen, "--storage", storage)
    return server, server.wait_for(r"serving meta.goten.com v1 on (\S+)", "err")[1]


@pytest.mark.parametrize("shown", re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE))
def test_every_command_of_the_page_is_one_that_the_tests_run(shown: str) -> None:
    known = (
        "mkdir -p try-output",
        ".venv/bin/goten-meta serve --region us-west2 --storage sqlite:",
        ".venv/bin/goten-meta watch services",
        ".venv/bin/goten-meta list deployments",
        ".venv/bin/python docs/tour/register.py library.example.com us-west2 v1",
        "PYTHONPATH=generated_examples:docs/examples .venv/bin/python -m devices_service --region us-west2",
        "PYTHONPATH=generated_examples:docs/examples .venv/bin/python -m identity_service --region us-west2",
    )
    assert shown.startswith(known)


def test_a_watch_goes_on_after_its_server_was_killed(tmp_path: Path) -> None:
    server, address = serve(tmp_path)
    with Running("watch", "services", "--address", address) as watch:
        with server:
            watch.wait_for(said(line("16:31:38  is")))
            assert register(address, "v1") == f"{line('services/library.example.com has v1')}\n"
            watch.wait_for(said(line("16:31:39  added")))
            server.signal(signal.SIGKILL)
            watch.wait_for("goten-meta: the connection was lost", "err")
        server, _ = serve(tmp_path, address)
        with server:
            assert register(address, "v1", "v2") == f"{line('services/library.example.com has v2')}\n"
            watch.wait_for(said(line("16:31:46  changed")))
            watch.wait_for(line("goten-meta: connected again"), "err")
        assert watch.out.count("services/library.example.com") == 2, "nothing is told twice"


def test_services_find_each_other_and_are_told_who_leaves(tmp_path: Path) -> None:
    with Town(tmp_path) as town:
        for text in ("identity.example.com: us-west2 at", "meta.goten.com: us-west2 at"):
            town.devices.wait_for(said(line(text)))
        town.identity.wait_for(said(line("devices.example.com: us-west2 at")))
        assert town.identity.end() == 0
        town.devices.wait_for(said(line("identity.example.com: us-west2 gone")))
        listed = command("list", "deployments", "--address", town.meta_address).stdout
        for text in ("NAME          ", "services/devices.example.com/dep", "services/identity.example.com/dep"):
            assert re.search(said(line(text)), listed)
