"""docs/tour-policy-store.md is what happens: its commands run, and its program prints what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.processes.identity import DEADLINE
from tests.servers.program import Program

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = "127.0.0.1:8471"
OUT = "try-output/tour"
_IN_PATH = "PYTHONPATH="


def blocks(repo: Path, language: str) -> list[str]:
    page = (repo / "docs" / "tour-policy-store.md").read_text(encoding="utf-8")
    return [content for found, content in _BLOCK.findall(page) if found == language]


def read_command(command: str, out: Path) -> tuple[str, list[str]]:
    """What a command of the page has as PYTHONPATH, and its words, with code generated into `out`."""
    here = command.replace(OUT, str(out)).replace(".venv/bin", str(Path(sys.executable).parent))
    words = shlex.split(here)
    paths = [word.removeprefix(_IN_PATH) for word in words if word.startswith(_IN_PATH)]
    return "".join(paths), words[len(paths) :]


def run(command: str, repo: Path, out: Path) -> str:
    """What a command of the page prints, in this environment."""
    path, words = read_command(command, out)
    done = subprocess.run(
        words,
        cwd=repo,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=6 * DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def server(command: str, out: Path) -> Program:
    """The server that a command of the page starts, on a free port."""
    path, words = read_command(command.replace(ADDRESS, "127.0.0.1:0"), out)
    python, flag, module, *arguments = words
    assert (Path(python).name, flag) == ("python", "-m")
    return Program(module, *arguments, path=[Path(root) for root in path.split(os.pathsep)])


def test_the_page_shows_the_whole_program(repo: Path) -> None:
    program = (repo / "docs" / "tour" / "policy_store.py").read_text(encoding="utf-8")
    assert "\n\n".join(blocks(repo, "python")).split() == program.split()


def test_the_program_prints_what_the_page_says(repo: Path, tmp_path: Path) -> None:
    """STORE-1, STORE-6, STORE-17, SYNC-4: generated anew, against the example service."""
    (generate,) = blocks(repo, "sh")
    run(generate, repo, tmp_path)
    starting, asking = blocks(repo, "console")
    command, _, said = starting.removeprefix("$ ").partition("\n")
    with server(command, tmp_path) as identity:
        address = identity.wait_for(r"on (127\.0\.0\.1:\d+)")[1]
        assert identity.out.replace(address, ADDRESS) == said
        command, _, printed = asking.removeprefix("$ ").partition("\n")
        assert run(command.replace(ADDRESS, address), repo, tmp_path) == printed
        assert identity.end() == 0
