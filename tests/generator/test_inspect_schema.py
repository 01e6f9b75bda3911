"""`goten-gen inspect --format json` keeps to docs/inspect-schema.json, and that to docs/inspect.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from benchmarks.synthetic import write_tree
from goten_gen import protocol
from goten_gen.cli import main
from tests.generator.test_docs import section_of
from tests.generator.trees import Tree, proto, resource

REPO = Path(__file__).resolve().parents[2]
EXAMPLES = REPO / "spec" / "proto" / "examples"
SCHEMA: dict[str, Any] = json.loads((REPO / "docs" / "inspect-schema.json").read_text(encoding="utf-8"))
PROPERTIES: dict[str, Any] = SCHEMA["$defs"]["resource"]["properties"]

Records = list[dict[str, Any]]


def inspect(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Records:
    main(["inspect", *map(str, arguments), "--format", "json"])
    records: Records = json.loads(capsys.readouterr().out)
    return records


def check(records: Records) -> None:
    """Demands what the schema says and what it cannot say."""
    Draft202012Validator(SCHEMA).validate(records)
    places = [(record["type"], record["version"]) for record in records]
    assert places == sorted(set(places))
    for record in records:
        assert list(record) == list(PROPERTIES)
        assert list(record["governed_by"]) == record["patterns"]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_and_the_page_have_the_same_keys_in_the_same_order() -> None:
    documented = section_of("inspect.md", "The JSON").first_cells()
    assert documented == list(PROPERTIES)
    assert SCHEMA["$defs"]["resource"]["required"] == documented


def test_the_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """LOAD-6: imports of `google/...`, `goten/...` and `goten-sdk/...` resolve without anyone saying where."""
    records = inspect(capsys, EXAMPLES)
    check(records)
    found = {(record["type"], record["version"]): record for record in records}
    assert len(found) > 30
    project = found["devices.example.com/Project", "v1"]
    assert (project["policy_holder"], project["policy_field"]) == (True, "multi_region_policy")
    device = found["devices.example.com/Device", "v1"]
    assert device["governed_by"] == {"projects/{project}/regions/{region}/devices/{device}": project["type"]}
    assert device["imports"] == {"identity.example.com": "v1"}


def test_a_synthetic_tree(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    services = write_tree(tmp_path / "tree", 120)
    records = inspect(capsys, tmp_path / "tree")
    check(records)
    assert len(records) >= sum(len(service.resources) for service in services)


def test_a_descriptor_set_says_the_same_as_the_files_it_was_made_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """LOAD-7"""
    target = tmp_path / "tree.binpb"
    roots = [f"-I{root}" for root in (EXAMPLES, *protocol.include())]
    files = sorted(str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.proto"))
    protoc = [sys.executable, "-m", "grpc_tools.protoc", "--include_imports", "--include_source_info"]
    subprocess.run([*protoc, *roots, f"--descriptor_set_out={target}", *files], check=True)
    # Settings lie beside the files, and -I finds them for a descriptor set, too.
    records = inspect(capsys, target, "-I", EXAMPLES)
    check(records)
    assert records == inspect(capsys, EXAMPLES)


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({}, 0),
        ({"a.proto": proto("plain", resource("plain.x.com/A", "*"))}, 1),
        ({"a.proto": proto("odd.v1p1beta", resource("odd.x.com/A", options='plural: "ä"'))}, 1),
        ({"a.proto": proto("odd.v1", resource("odd.x.com/A", "a/{b}~{c}/{d=**}", "lone", "{x}"))}, 1),
    ],
)
def test_odd_trees(tree: Tree, files: dict[str, str], count: int) -> None:
    """No version, any name, no pattern, words without capitals: all of that is in the schema."""
    records = json.loads(tree.write({"none.proto": 'syntax = "proto3";', **files}).inspect().out)
    check(records)
    assert len(records) == count


def test_the_schema_refuses_what_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    record = inspect(capsys, EXAMPLES)[0]
    validator = Draft202012Validator(SCHEMA)
    for key, wrong in (
        ("type", "Device"),
        ("version", "1"),
        ("parents", ["Project"]),
        ("policy_holder", True),
        ("sync_type", "SOMETIMES"),
        ("access", {"steal": "a.B.C"}),
        ("governed_by", {"things/{thing}": "nobody"}),
        ("reasons", [{"rule": "because"}]),
    ):
        assert not validator.is_valid([{**record, key: wrong}]), key
    assert not validator.is_valid([{key: value for key, value in record.items() if key != "imports"}])
    assert validator.is_valid([{**record, "added_later": 1}])
