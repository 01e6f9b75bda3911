"""The wheel holds what it should, and works in an environment that knows nothing of this checkout."""

from __future__ import annotations

import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Install: TypeAlias = Callable[[str], Path]

LIBRARY_PROTO = """
syntax = "proto3";
package library.v1;
import "google/api/resource.proto";
import "goten/types/meta.proto";

message Shelf {
  option (google.api.resource) = { type: "library.example.com/Shelf" pattern: "shelves/{shelf}" };
  string name = 1;
  goten.types.Meta metadata = 2;
}

message Book {
  option (google.api.resource) = { type: "library.example.com/Book" pattern: "shelves/{shelf}/books/{book}" };
  string name = 1;
  goten.types.Meta metadata = 2;
}
"""

USE_OF_LIBRARY = """
from library_example_com.v1.descriptors import BOOK
from library_example_com.v1.names import BookName, ShelfName

name = BookName.parse("shelves/s1/books/b1")
assert name.parent == ShelfName.parse("shelves/s1")
assert BOOK.message(name=str(name)).name == "shelves/s1/books/b1"
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Standard output of a command that must succeed, run in `cwd` with nothing of ours on the import path."""
    done = subprocess.run(
        command, cwd=cwd, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command} failed with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source: Path, out: Path, *options: str) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", out, source, cwd=out)


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build(repo, out, "--wheel")
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture
def install(wheel: Path, tmp_path: Path) -> Install:
    """Makes an environment with the wheel in it, and returns its folder of programs.

    Its dependencies are "borrowed" from the environment of the tests, or named as an extra and "installed" for real.
    """

    def make(dependencies: str) -> Path:
        environment = tmp_path / f"environment-{dependencies}"
        venv.create(environment, symlinks=True)
        python = environment / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        if dependencies == "borrowed":
            subprocess.run([*pip, "--no-deps", wheel], check=True)
            # A line in a .pth file adds a folder, without the editable installs that the folder's own .pth files make.
            (ours,) = environment.glob("lib/python*/site-packages")
            (ours / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
        else:
            subprocess.run([*pip, f"{wheel}{dependencies}"], check=True)
        return python.parent

    return make


def test_wheel_holds_both_packages_and_what_they_read(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names} == {"goten", "goten_gen", "goten-0.1.0.dist-info"}
    assert names >= {
        "goten/py.typed",
        "goten_gen/py.typed",
        "goten_gen/spec/proto/goten/types/meta.proto",
        "goten_gen/spec/proto/compat/goten-sdk/types/meta.proto",
        "goten-0.1.0.dist-info/licenses/LICENSE",
    }
    assert any(name.startswith("goten_gen/templates/") and name.endswith(".j2") for name in names)
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("dependencies", ["borrowed", pytest.param("[gen]", marks=pytest.mark.full)])
def test_installed_wheel_generates_code_that_works(install: Install, tmp_path: Path, dependencies: str) -> None:
    programs = install(dependencies)
    tree = tmp_path / "protos"
    tree.mkdir()
    (tree / "library.proto").write_text(LIBRARY_PROTO)

    assert "0.1.0" in run(programs / "goten-gen", "--version", cwd=tmp_path)
    where = run(programs / "python", "-c", "import goten, goten_gen; print(goten, goten_gen)", cwd=tmp_path)
    assert where.count(str(programs.parent)) == 2
    run(programs / "goten-gen", "generate", "protos", "--out", "generated", cwd=tmp_path)
    run(programs / "python", "-c", USE_OF_LIBRARY, cwd=tmp_path, PYTHONPATH=str(tmp_path / "generated"))


@pytest.mark.full
def test_generated_code_needs_no_extra(install: Install, tmp_path: Path) -> None:
    (tmp_path / "protos").mkdir()
    (tmp_path / "protos" / "library.proto").write_text(LIBRARY_PROTO)
    run(install("borrowed") / "goten-gen", "generate", "protos", "--out", "generated", cwd=tmp_path)

    run(install("") / "python", "-c", USE_OF_LIBRARY, cwd=tmp_path, PYTHONPATH=str(tmp_path / "generated"))


@pytest.mark.full
def test_source_distribution_builds_the_same_wheel(repo: Path, wheel: Path, tmp_path: Path) -> None:
    build(repo, tmp_path, "--sdist")
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    build(unpacked, tmp_path, "--wheel")

    (from_archive,) = tmp_path.glob("*.whl")
    assert zipfile.ZipFile(from_archive).namelist() == zipfile.ZipFile(wheel).namelist()
    assert (unpacked / "test").stat().st_mode & 0o100
    assert (unpacked / "tests" / "packaging" / "test_wheel.py").is_file()
