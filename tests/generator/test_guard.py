"""The guard: a run is skipped only if nothing that it depends on, and nothing that it made, is other than recorded."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import goten_gen
from goten_gen.guard import (
    CACHE_FOLDER,
    MAX_RECORDS,
    RunRecord,
    find_unchanged,
    generator_digest,
    inputs_digest,
    library_versions,
    options_key,
    record_run,
)
from goten_gen.output import OutputFile, apply, plan

A, B = "a.example.com@v1", "b.example.com@v1"
KEY = options_key({"service": ["a.example.com"], "protobuf": True})
SAID = RunRecord(1, '[{"code": "no-pattern", "message": "a \\"quoted\\" é\\n"}]')


def run(out: Path, files: dict[str, str], *, key: str = KEY, digest: str = "inputs", owner: str = A) -> None:
    """A whole run: plan, apply, record."""
    planned = plan(out, [OutputFile(path, text.encode(), (owner,)) for path, text in files.items()], whole=[owner])
    apply(planned)
    record_run(str(out), key, digest, SAID, outputs=planned.digests, whole=planned.whole)


def is_unchanged(out: Path, *, key: str = KEY, digest: str = "inputs") -> bool:
    return find_unchanged(str(out), key, digest) is not None


# --- records ---------------------------------------------------------------------------------------------------------


def test_unchanged_run_says_again_what_it_said(tmp_path: Path) -> None:
    run(tmp_path / "out", {"a.py": "a", "b/c.py": "c"})
    record = find_unchanged(str(tmp_path / "out"), KEY, "inputs")
    assert record is not None
    assert (record.exit_code, record.diagnostics) == (SAID.exit_code, SAID.diagnostics)


def test_nothing_is_known_of_a_folder_without_records(tmp_path: Path) -> None:
    assert not is_unchanged(tmp_path / "missing")
    assert not is_unchanged(tmp_path)


def test_run_without_output_has_a_record_too(tmp_path: Path) -> None:
    run(tmp_path, {})
    assert is_unchanged(tmp_path)


def test_other_inputs_or_options_are_another_run(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "a"})
    assert not is_unchanged(tmp_path, digest="other inputs")
    assert not is_unchanged(tmp_path, key=options_key({}))


def append(path: Path) -> None:
    path.write_text(path.read_text() + "#")


def same_size(path: Path) -> None:
    info = path.stat()
    path.write_text("x" * info.st_size)
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [append, same_size, Path.unlink, make_folder])
def test_output_that_is_not_as_written_defeats_the_record(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    run(tmp_path, {"a/b.py": "abc", "c.py": ""})
    damage(tmp_path / "a/b.py")
    assert not is_unchanged(tmp_path)


def test_repaired_output_makes_the_record_good_again(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "abc"})
    append(tmp_path / "a.py")
    (tmp_path / "a.py").write_text("abc")
    assert is_unchanged(tmp_path)


def test_deleted_manifest_defeats_the_record(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "a"})
    (tmp_path / ".goten-gen.json").unlink()
    assert not is_unchanged(tmp_path)


def test_foreign_files_do_not_matter(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "a"})
    (tmp_path / "mine.py").write_text("")
    assert is_unchanged(tmp_path)


def test_runs_with_other_options_keep_their_own_records(tmp_path: Path) -> None:
    other = options_key({"service": ["b.example.com"]})
    run(tmp_path, {"a.py": "a"})
    run(tmp_path, {"b.py": "b"}, key=other, digest="others", owner=B)
    assert is_unchanged(tmp_path)
    assert is_unchanged(tmp_path, key=other, digest="others")
    append(tmp_path / "b.py")
    assert is_unchanged(tmp_path)
    assert not is_unchanged(tmp_path, key=other, digest="others")


def test_file_that_the_run_would_remove_defeats_its_record(tmp_path: Path) -> None:
    """Another run with the same owner wrote it: running again would find it stale."""
    run(tmp_path, {"a.py": "a"})
    run(tmp_path, {"a.py": "a", "more.py": "m"}, key=options_key({}))
    assert not is_unchanged(tmp_path)
    run(tmp_path, {"a.py": "a"})
    assert is_unchanged(tmp_path)


def test_kept_file_defeats_the_record_until_it_is_gone(tmp_path: Path) -> None:
    """What a run says about a file that was edited must not outlive the file."""
    run(tmp_path, {"a.py": "a", "old.py": "o"})
    append(tmp_path / "old.py")
    run(tmp_path, {"a.py": "a"})
    assert not is_unchanged(tmp_path)
    (tmp_path / "old.py").unlink()
    run(tmp_path, {"a.py": "a"})
    assert is_unchanged(tmp_path)


def test_newest_records_stay(tmp_path: Path) -> None:
    keys = [options_key({"number": number}) for number in range(MAX_RECORDS + 3)]
    for age, key in enumerate(keys):
        run(tmp_path, {"a.py": "a"}, key=key)
        os.utime(tmp_path / CACHE_FOLDER / f"{key}.json", (age, age))
    run(tmp_path, {"a.py": "a"}, key=KEY)
    assert [key for key in keys if is_unchanged(tmp_path, key=key)] == keys[4:]
    assert is_unchanged(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, b'{"outputs": 1, "whole": 2}']
)
def test_broken_record_is_none(tmp_path: Path, content: bytes) -> None:
    run(tmp_path, {"a.py": "a"})
    (tmp_path / CACHE_FOLDER / f"{KEY}.json").write_bytes(content)
    assert not is_unchanged(tmp_path)


@pytest.mark.parametrize("value", [None, 1, "a.py", ["a.py"], {"a.py": None}, {"/etc/hostname": "x"}, {"../x": "x"}])
def test_record_with_strange_outputs_is_none(tmp_path: Path, value: object) -> None:
    run(tmp_path, {"a.py": "a"})
    path = tmp_path / CACHE_FOLDER / f"{KEY}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "outputs": value}))
    assert not is_unchanged(tmp_path)


def test_broken_manifest_is_no_record(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "a"})
    (tmp_path / ".goten-gen.json").write_text("<<<<<<< HEAD")
    assert not is_unchanged(tmp_path)


def test_records_are_not_for_version_control(tmp_path: Path) -> None:
    run(tmp_path, {"a.py": "a"})
    assert (tmp_path / CACHE_FOLDER / ".gitignore").read_text() == "*\n"
    assert sorted(os.listdir(tmp_path / CACHE_FOLDER)) == sorted([".gitignore", f"{KEY}.json"])


def test_record_that_cannot_be_kept_is_no_error(tmp_path: Path) -> None:
    (tmp_path / CACHE_FOLDER).write_text("in the way")
    run(tmp_path, {"a.py": "a"})
    assert not is_unchanged(tmp_path)
    assert (tmp_path / "a.py").read_text() == "a"


def test_records_are_not_written_through_a_link(tmp_path: Path) -> None:
    outside, out = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    out.mkdir()
    (out / CACHE_FOLDER).symlink_to(outside)
    run(out, {"a.py": "a"})
    assert os.listdir(outside) == []


# --- fingerprints ----------------------------------------------------------------------------------------------------


def test_options_are_equal_in_any_order() -> None:
    assert options_key({"a": [1, "x"], "b": None}) == options_key({"b": None, "a": [1, "x"]})
    different: list[dict[str, object]] = [
        {},
        {"a": 1},
        {"a": "1"},
        {"a": [1]},
        {"a": None},
        {"b": 1},
        {"a": ["x", "y"]},
        {"a": ["y", "x"]},
    ]
    assert len({options_key(options) for options in different}) == len(different)


@pytest.fixture
def inputs(tmp_path: Path) -> list[tuple[str, str]]:
    for name in ("a.proto", "b.proto"):
        (tmp_path / name).write_text(name)
    return [(name, str(tmp_path / name)) for name in ("a.proto", "b.proto")]


def test_inputs_in_any_order_at_any_time_give_one_digest(inputs: list[tuple[str, str]], tmp_path: Path) -> None:
    before = inputs_digest(inputs, b"stdin")
    os.utime(tmp_path / "a.proto", (1, 1))
    assert inputs_digest(reversed(inputs), b"stdin") == before


def test_every_change_of_the_inputs_changes_the_digest(inputs: list[tuple[str, str]], tmp_path: Path) -> None:
    seen = [inputs_digest(inputs), inputs_digest(inputs, b""), inputs_digest(inputs, b"x"), inputs_digest(inputs[:1])]
    seen.append(inputs_digest([("other.proto", inputs[0][1]), inputs[1]]))
    seen.append(inputs_digest([*inputs, ("c.proto", str(tmp_path / "c.proto"))]))
    (tmp_path / "c.proto").write_text("")
    seen.append(inputs_digest([*inputs, ("c.proto", str(tmp_path / "c.proto"))]))
    (tmp_path / "a.proto").write_text("A.proto")
    seen.append(inputs_digest(inputs))
    (tmp_path / "a.proto").unlink()
    seen.append(inputs_digest(inputs))
    assert len(set(seen)) == len(seen)


def test_names_that_are_no_text_can_be_digested(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.proto")
    (tmp_path / name).write_text("")
    assert inputs_digest([(name, str(tmp_path / name))]) != inputs_digest([])


def test_the_generators_own_sources_and_templates_count(tmp_path: Path) -> None:
    package, templates = tmp_path / "package", tmp_path / "templates"
    shutil.copytree(Path(goten_gen.__file__).parent, package)
    templates.mkdir()
    (templates / "names.py.j2").write_text("one")
    folders = [str(package), str(templates)]
    assert generator_digest(folders[:1]) == generator_digest()
    seen = [generator_digest(folders), generator_digest()]
    (templates / "names.py.j2").write_text("two")
    seen.append(generator_digest(folders))
    (package / "guard.py").write_text("")
    seen.append(generator_digest(folders))
    assert len(set(seen)) == len(seen)
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__/guard.pyc").write_text("compiled")
    os.utime(package / "guard.py", (1, 1))
    assert generator_digest(folders) == seen[-1]


def test_versions_of_libraries_are_those_in_use() -> None:
    found = dict(library_versions(sys.path))
    assert found.keys() >= {"protobuf", "grpcio_tools", "googleapis_common_protos"}
    assert found == {name: importlib.metadata.version(name) for name in found}


def test_first_folder_of_the_search_path_says_the_version(tmp_path: Path) -> None:
    for name in (
        "one/protobuf-6.33.5.dist-info",
        "two/protobuf-7.0.0.dist-info",
        "two/PyYAML-6.0.2.egg-info",
        "two/x-1",
    ):
        (tmp_path / name).mkdir(parents=True)
    search_path = [str(tmp_path / "missing"), str(tmp_path / "one"), str(tmp_path / "two")]
    assert library_versions(search_path) == [("protobuf", "6.33.5"), ("pyyaml", "6.0.2")]


def test_asking_the_guard_imports_nothing_heavy(tmp_path: Path) -> None:
    script = """
import sys
before = set(sys.modules)
from goten_gen import guard
guard.generator_digest()
guard.find_unchanged(sys.argv[1], guard.options_key({}), guard.inputs_digest([]))
print(*{name.partition(".")[0] for name in sys.modules.keys() - before})
"""
    run(tmp_path, {"a.py": "a"}, key=options_key({}), digest=inputs_digest([]))
    environment = {**os.environ, "PYTHONPATH": str(Path(goten_gen.__file__).parents[1])}
    arguments = [sys.executable, "-c", script, str(tmp_path)]
    result = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=True)
    heavy = {
        "dataclasses",
        "google",
        "grpc_tools",
        "importlib.metadata",
        "inspect",
        "jinja2",
        "pathlib",
        "typing",
        "yaml",
    }
    assert not heavy & set(result.stdout.split())
