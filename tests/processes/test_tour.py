"""docs/tour-policy-store.md is what happens: its commands run, and its program prints what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.processes.identity import DEADLINE
from tests.servers.process import ServerProcess

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:8471"
OUT = "try-output/tour"


def blocks(repo: Path, language: str) -> list[str]:
    page = (repo / "docs" / "tour-policy-store.md").read_text(encoding="utf-8")
    return [content for found, content in _BLOCK.findall(page) if found == language]


def run(command: str, repo: Path, out: Path) -> str:
    """What a command of the page prints, with code generated into `out`, in this environment."""
    words = shlex.split(command.replace(OUT, str(out)).replace(".venv/bin", str(Path(sys.executable).parent)))
    variables = dict(word.split("=", 1) for word in words if word.startswith("PYTHONPATH="))
    done = subprocess.run(
        [word for word in words if not word.startswith("PYTHONPATH=")],
        cwd=repo,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=6 * DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_shows_the_whole_program(repo: Path) -> None:
    program = (repo / "docs" / "tour" / "policy_store.py").read_text(encoding="utf-8")
    assert "\n\n".join(blocks(repo, "python")).split() == program.split()


def test_the_program_prints_what_the_page_says(repo: Path, tmp_path: Path) -> None:
    """STORE-1, STORE-6, STORE-17, SYNC-4: generated anew, against the example server."""
    (generate,) = blocks(repo, "sh")
    run(generate, repo, tmp_path)
    starting, asking = blocks(repo, "console")
    server = ServerProcess(generated=tmp_path)
    command, _, said = starting.removeprefix("$ ").partition("\n")
    assert command.endswith("python -m tests.servers.identity --port 8471")
    with server:
        assert said == server.greeting.replace(server.address, ADDRESS)
        command, _, printed = asking.removeprefix("$ ").partition("\n")
        assert run(command.replace(ADDRESS, server.address), repo, tmp_path) == printed
