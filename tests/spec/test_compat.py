"""Trees that import the protocol's files by their published paths compile and load beside the canonical files."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

PROTO = Path(__file__).parents[2] / "spec" / "proto"
COMPAT = PROTO / "compat"

CONSUMER = """
syntax = "proto3";

package consumer;

import "goten-sdk/annotations/resource.proto";
import "goten-sdk/goten/annotations/multi_region.proto";
import "goten-sdk/meta-service/proto/v1/service.proto";
import "goten-sdk/types/meta.proto";
import "goten/annotations/goten.proto";
import "goten/goten/annotations/goten.proto";
import "goten/meta-service/proto/v1/deployment.proto";
import "goten/meta/v1/deployment.proto";
import "goten/types/meta.proto";

message Thing {
  option (goten.annotations.resource).id_pattern = "[a-z]+";
  option (goten.annotations.syncing_opts).type = NEVER;

  string name = 1 [(goten.annotations.type).name.resource = "Thing"];
  goten.types.Meta metadata = 2;
  goten.meta.v1.Service service = 3;
  goten.meta.v1.Deployment deployment = 4;
}
"""


def canonical_path(published: str) -> str:
    """Import path of the canonical file behind one that published trees, or the framework's own, import."""
    path = published.partition("/")[2]
    path = re.sub("^meta-service/proto/v1/", "meta/v1/", path)
    return f"goten/{path.removeprefix('goten/')}"


def files_in(folder: Path, root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in folder.rglob("*.proto"))


CANONICAL = files_in(PROTO / "goten", PROTO)
FORWARDING = files_in(COMPAT, COMPAT)


def protoc(roots: Sequence[Path], *arguments: str) -> None:
    google_api = distribution("googleapis-common-protos").locate_file("")
    includes = [f"-I{root}" for root in (*roots, PROTO, COMPAT, google_api)]
    command = [sys.executable, "-m", "grpc_tools.protoc", *includes, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileDescriptorProto]:
    """Descriptors of canonical and forwarding files, compiled together, by import path."""
    out = tmp_path_factory.mktemp("compat") / "all.binpb"
    protoc((), f"--descriptor_set_out={out}", *CANONICAL, *FORWARDING)
    return {file.name: file for file in FileDescriptorSet.FromString(out.read_bytes()).file}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with Python modules of canonical files, forwarding files, and a consumer of both."""
    folder = tmp_path_factory.mktemp("consumer")
    (folder / "thing.proto").write_text(CONSUMER)
    protoc((folder,), f"--python_out={folder}", *CANONICAL, *FORWARDING, "thing.proto")
    # A folder without it is only looked into where no installed package has the name, and the runtime has.
    (folder / "goten" / "__init__.py").touch()
    return folder


def test_every_canonical_file_has_its_published_paths() -> None:
    expected = set()
    for path in (canonical.removeprefix("goten/") for canonical in CANONICAL):
        kind, _, rest = path.partition("/")
        match kind:
            case "types":
                expected |= {f"goten-sdk/{path}"}
            case "annotations":
                expected |= {f"goten-sdk/goten/{path}", f"goten-sdk/{path}", f"goten/goten/{path}"}
            case "admin":
                pass  # ours alone: no published tree imports it
            case _:
                service = f"meta-service/proto/v1/{rest.removeprefix('v1/')}"
                expected |= {f"goten-sdk/{service}", f"goten/{service}"}
    assert set(FORWARDING) == expected


@pytest.mark.parametrize("path", FORWARDING)
def test_forwarding_file_only_forwards(compiled: dict[str, FileDescriptorProto], path: str) -> None:
    canonical = canonical_path(path)
    assert canonical in CANONICAL
    forwards = FileDescriptorProto(name=path, syntax="proto3", dependency=[canonical], public_dependency=[0])
    assert compiled[path] == forwards


IMPORTS = [
    "import goten.types.meta_pb2 as canonical",
    "import goten_sdk.types.meta_pb2 as published",
    "import thing_pb2",
]


@pytest.mark.parametrize("imports", [IMPORTS, IMPORTS[1:] + IMPORTS[:1], IMPORTS[::-1]], ids=lambda lines: lines[0])
def test_both_paths_give_the_same_classes_in_one_process(generated: Path, imports: list[str]) -> None:
    run_python(
        generated,
        *imports,
        "assert published.Meta is canonical.Meta",
        "assert (published.DESCRIPTOR.name, canonical.DESCRIPTOR.name)"
        " == ('goten-sdk/types/meta.proto', 'goten/types/meta.proto')",
        "thing = thing_pb2.Thing(metadata=published.Meta(uuid='u'))",
        "assert type(thing.metadata) is canonical.Meta",
        "assert thing_pb2.Thing.FromString(thing.SerializeToString()).metadata == canonical.Meta(uuid='u')",
    )


@pytest.mark.parametrize("order", [CANONICAL + FORWARDING, FORWARDING + CANONICAL], ids=["canonical first", "last"])
def test_all_files_load_into_one_pool(generated: Path, order: list[str]) -> None:
    modules = [path.removesuffix(".proto").replace("-", "_").replace("/", ".") + "_pb2" for path in order]
    run_python(generated, "import importlib", f"for name in {modules}: importlib.import_module(name)")


def run_python(folder: Path, *lines: str) -> None:
    """Runs `lines` in a fresh process, whose descriptor pool is empty, with `folder` first on its path."""
    command = [sys.executable, "-c", "\n".join(lines)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
