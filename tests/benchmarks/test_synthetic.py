"""The synthetic proto trees that benchmarks run on: always the same, sound, and like published ones."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.api import annotations_pb2, client_pb2, resource_pb2  # type: ignore[import-untyped]
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from benchmarks.synthetic import main, write_tree
from benchmarks.tree.plan import plan_tree

SPEC = Path(__file__).parents[2] / "spec" / "proto"
SMALL = 40


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trees") / "small"
    write_tree(folder, SMALL)
    return folder


@pytest.fixture(scope="module")
def files(tree: Path) -> list[FileDescriptorProto]:
    """The compiled tree, by a protoc that is given the roots which any user of published protos has."""
    target = tree.parent / "small.binpb"
    roots = [tree, SPEC, SPEC / "compat", Path(sysconfig.get_path("purelib"))]
    protos = [path.relative_to(tree).as_posix() for path in tree.rglob("*.proto")]
    command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{root}" for root in roots)]
    ran = subprocess.run(
        [*command, f"--descriptor_set_out={target}", *protos], cwd=tree, capture_output=True, text=True
    )
    errors = [line for line in ran.stderr.splitlines() if "warning: Import" not in line]
    assert ran.returncode == 0, ran.stderr
    assert not errors
    return list(FileDescriptorSet.FromString(target.read_bytes()).file)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def resources(files: list[FileDescriptorProto]) -> dict[str, DescriptorProto]:
    messages = [message for file in files for message in file.message_type]
    return {
        message.options.Extensions[resource_pb2.resource].type: message
        for message in messages
        if message.options.HasExtension(resource_pb2.resource)
    }


def patterns(message: DescriptorProto) -> list[str]:
    return list(message.options.Extensions[resource_pb2.resource].pattern)


def field_types(message: DescriptorProto) -> set[str]:
    return {field.type_name for field in message.field}


def test_the_same_size_and_seed_give_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "again", SMALL)
    assert contents(tmp_path / "again") == contents(tree)


def test_another_seed_gives_another_tree_of_the_same_size(tree: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "other", SMALL, seed=2)
    other = contents(tmp_path / "other")
    assert other != contents(tree)
    assert sum(path.endswith(".proto") for path in other) == SMALL


def test_a_service_version_has_the_files_of_a_published_one(tree: Path) -> None:
    held = {path.name for path in (tree / "iam" / "proto" / "v1").iterdir()}
    assert {"iam.proto", "common.proto"} <= held
    assert {f"project{ending}.proto" for ending in ("", "_change", "_custom", "_service")} <= held
    assert (tree / "iam" / "proto" / "api-skeleton-v1.yaml").is_file()


def test_a_tree_compiles_and_has_as_many_files_as_asked_for(files: list[FileDescriptorProto]) -> None:
    assert len(files) == SMALL


def test_services_import_the_protocol_and_each_other(files: list[FileDescriptorProto]) -> None:
    imported = {(file.package, dependency) for file in files for dependency in file.dependency}
    assert ("acme.iam.v1", "goten-sdk/types/multi_region_policy.proto") in imported
    assert ("acme.fleet.v1", "goten-sdk/types/meta.proto") in imported
    assert ("acme.fleet.v1", "iam/proto/v1/common.proto") in imported
    assert ("acme.fleet.v1", "iam/proto/v1/iam.proto") in imported


def test_an_umbrella_file_imports_all_others_of_its_service_version(files: list[FileDescriptorProto]) -> None:
    umbrella = next(file for file in files if file.name == "iam/proto/v1/iam.proto")
    others = {file.name for file in files if file.package == "acme.iam.v1"} - {umbrella.name}
    assert set(umbrella.dependency) == others


def test_policy_holders_are_in_iam_and_in_services_of_their_own(files: list[FileDescriptorProto]) -> None:
    holders = {
        name for name, message in resources(files).items() if ".goten.types.MultiRegionPolicy" in field_types(message)
    }
    assert holders == {
        "iam.acme.example/Organization",
        "iam.acme.example/Project",
        "fleet.acme.example/Project",
    }


def test_most_resources_have_metadata(files: list[FileDescriptorProto]) -> None:
    found = resources(files)
    with_metadata = [name for name, message in found.items() if ".goten.types.Meta" in field_types(message)]
    assert len(found) * 3 / 4 <= len(with_metadata)


def test_every_kind_of_name_pattern_occurs(files: list[FileDescriptorProto]) -> None:
    found = {name: patterns(message) for name, message in resources(files).items()}
    regional = {name: any("/regions/{region}/" in pattern for pattern in own) for name, own in found.items()}
    assert any(len(own) == 1 and regional[name] for name, own in found.items())
    assert any(len(own) == 3 and not regional[name] for name, own in found.items())
    assert any(len(own) == 2 and regional[name] for name, own in found.items())
    assert any(
        own[0].count("{") == 1 and own[0].split("/")[0] not in ("projects", "organizations") for own in found.values()
    )
    single = [own[0] for own in found.values()]
    assert any(child.startswith(f"{parent}/") for child in single for parent in single if parent.count("{") > 1)


def test_resources_refer_to_others(files: list[FileDescriptorProto]) -> None:
    found = resources(files)
    targets = {
        field.options.Extensions[resource_pb2.resource_reference].type
        for message in found.values()
        for field in message.field
        if field.options.HasExtension(resource_pb2.resource_reference)
    }
    assert targets
    assert targets <= set(found)


def test_every_resource_has_the_standard_methods_with_http_paths(files: list[FileDescriptorProto]) -> None:
    apis = {f"{file.package}.{api.name}": api for file in files for api in file.service}
    for service in plan_tree(SMALL, seed=1):
        for resource in service.resources:
            api = apis.pop(f"{service.package}.{resource.singular}Service")
            assert api.options.HasExtension(client_pb2.default_host)
            assert all(method.options.HasExtension(annotations_pb2.http) for method in api.method)
            one, many = resource.singular, resource.plural
            standard = {f"{verb}{one}" for verb in ("Get", "Watch", "Create", "Update", "Delete")}
            standard |= {f"{verb}{many}" for verb in ("BatchGet", "List", "Watch")}
            assert standard <= {method.name for method in api.method}
    assert not apis


def test_some_resources_have_custom_methods(files: list[FileDescriptorProto]) -> None:
    counts = Counter(len(api.method) for file in files for api in file.service)
    assert counts.keys() == {8, 10}


def test_skeletons_agree_with_the_protos(tree: Path, files: list[FileDescriptorProto]) -> None:
    described: dict[str, dict[str, Any]] = {}
    for path in tree.rglob("api-skeleton-v1.yaml"):
        skeleton = yaml.safe_load(path.read_text(encoding="utf-8"))
        described |= {f"{skeleton['name']}/{resource['name']}": resource for resource in skeleton["resources"]}
    found = resources(files)
    assert described.keys() == found.keys()
    for name, message in found.items():
        multi_region = described[name].get("multiRegion", {})
        assert multi_region.get("isPolicyHolder", False) == (".goten.types.MultiRegionPolicy" in field_types(message))
        assert ("Region" in described[name].get("scopeAttributes", [])) == any(
            "/regions/{region}/" in pattern for pattern in patterns(message)
        )
    assert any("idPattern" in resource for resource in described.values())
    assert any("syncType" in resource.get("multiRegion", {}) for resource in described.values())


@pytest.mark.parametrize(("files", "services", "resources"), [(580, 24, 150), (7000, 290, 1810)])
def test_trees_grow_in_proportion(files: int, services: int, resources: int) -> None:
    planned = plan_tree(files, seed=1)
    assert len(planned) == services
    assert sum(len(service.resources) for service in planned) == resources
    assert len({(service.domain, service.version) for service in planned}) == services


def test_some_services_have_two_versions() -> None:
    versions = Counter(service.domain for service in plan_tree(580, seed=1))
    assert set(versions.values()) == {1, 2}


def test_services_import_only_what_was_planned_before() -> None:
    seen: set[str] = set()
    for service in plan_tree(580, seed=1):
        assert {imported.directory for imported in service.imports} <= seen
        seen.add(service.directory)


def test_a_tree_of_full_size_has_the_length_of_a_published_one(tmp_path: Path) -> None:
    write_tree(tmp_path / "tree")
    protos = [path.read_text(encoding="utf-8") for path in (tmp_path / "tree").rglob("*.proto")]
    assert len(protos) == 580
    assert 95_000 <= sum(text.count("\n") for text in protos) <= 110_000


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        write_tree(tmp_path, SMALL)
    assert contents(tmp_path) == {"note.txt": b"mine"}


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "tree"), "--files", str(SMALL)]) == 0
    assert capsys.readouterr().out.endswith("tree: 40 protos, 2 service versions, 10 resources\n")


def test_the_command_refuses_a_tree_that_is_too_small(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "tree"), "--files", "3"]) == 2
    assert "at least 30 protos" in capsys.readouterr().err
    assert not (tmp_path / "tree").exists()
