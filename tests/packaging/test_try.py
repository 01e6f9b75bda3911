"""`./try` works for a stranger: in a copy of the checkout without any environment, and on a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NOT_IN_A_CLONE = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__", "try-output", ".hypothesis")


@pytest.mark.full
def test_try_shows_the_example_services_and_a_folder(repo: Path, tmp_path: Path) -> None:
    clone = shutil.copytree(repo, tmp_path / "clone", ignore=NOT_IN_A_CLONE)

    example = run_try(clone)
    assert "devices.example.com v1" in example
    assert "service versions: 5;" in example
    assert "region us-west2, parent projects/p1" in example
    assert "\x1b[" not in example
    named = [line.split()[0] for line in example.splitlines() if line.startswith("  try-output/")]
    assert named
    assert all((clone / name).is_file() for name in named)

    folder = run_try(clone, "spec/proto/examples/catalog")
    assert "catalog.example.com v1" in folder
    assert "try-output/python/catalog_example_com/v1/names.py" in folder


def run_try(clone: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHONPATH", "VIRTUAL_ENV"))}
    done = subprocess.run(
        ["./try", *arguments], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
