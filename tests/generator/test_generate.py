"""`goten-gen generate` from the outside: what it writes, when it refuses, what it removes, and that the code works."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.generator.trees import POLICY, Tree, proto, resource

VERSIONS = ["catalog.example.com@v1"] + [f"{d}.example.com@v{v}" for d in ("devices", "identity") for v in (1, 2)]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path; records of runs and the manifest, which names the roots, aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".goten-gen.cache", ".goten-gen.json", "__pycache__"} & set(path.parts)
    }


def python(out: Path, program: str) -> str:
    """Runs a program with `out` on its path, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(out)}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, check=True, cwd=out, env=environment, capture_output=True, text=True).stdout


def small(tree: Tree) -> Tree:
    return tree.write(
        {
            "iam/proto/v1/project.proto": proto(
                "iam.v1", resource("iam.x.com/Project", "projects/{project}", fields=POLICY)
            ),
            "a-b/proto/v1/thing.proto": proto(
                "a.v1",
                resource("a.x.com/Thing", "projects/{project}/regions/{region}/things/{thing}"),
                "iam/proto/v1/project.proto",
            ),
        }
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_generated_code_of_the_examples(repo: Path, version: str, snapshot: SnapshotAssertion) -> None:
    """What is committed is what the generator writes (.ci/regenerate --check); here it is looked at when it changes."""
    domain, _, number = version.partition("@")
    folder = repo / "generated_examples" / domain.replace(".", "_") / number
    assert {path.name: path.read_text() for path in sorted(folder.glob("*.py"))} == snapshot


def test_the_examples_are_committed_as_generated(tree: Tree, repo: Path, tmp_path: Path) -> None:
    run = tree.run("generate", str(repo / "spec/proto/examples"), "--out", str(tmp_path / "out"))
    assert run.code == 0
    assert contents(tmp_path / "out").keys() == contents(repo / "generated_examples").keys()
    assert contents(tmp_path / "out") == contents(repo / "generated_examples")


def test_the_code_is_importable_as_it_is(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert small(tree).generate(out).code == 0
    printed = python(
        out,
        """
from a_x_com.v1.names import ThingName
from a_x_com.v1.descriptors import THING
from a_b.proto.v1 import thing_pb2
name = ThingName.of_project_region("p1", "us-west2", "t1")
print(name, name.full_name, name.region, name.parent, type(name.holder).__module__)
assert ThingName.parse(str(name)) == name and THING.message is thing_pb2.Thing
print(THING.name_of(thing_pb2.Thing(name=str(name))), THING.ensure_metadata(thing_pb2.Thing()).uuid == "")
""",
    )
    assert printed.split() == [
        "projects/p1/regions/us-west2/things/t1",
        "//a.x.com/projects/p1/regions/us-west2/things/t1",
        "us-west2",
        "projects/p1",
        "iam_x_com.v1.names",
        "projects/p1/regions/us-west2/things/t1",
        "True",
    ]


def test_without_protobuf_modules(tree: Tree, tmp_path: Path) -> None:
    assert small(tree).generate(tmp_path / "out", "", "--no-protobuf").code == 0
    assert not [path for path in contents(tmp_path / "out") if "_pb2" in path]


def test_a_selected_service_comes_with_what_it_imports(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert small(tree).generate(out, "", "--service", "a.x.com@v1").code == 0
    python(out, "import a_x_com.v1.service, a_x_com.v1.policy_store, a_x_com.v1.env_registry")


def test_services_that_import_each_other_can_be_imported(tree: Tree, tmp_path: Path) -> None:
    """DETECT-8: the cycle is warned about, and the code works all the same."""
    reference = 'string b = 4 [(google.api.resource_reference).type = "b.x.com/B"];'
    tree.write(
        {
            "a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}", "bs/{b}/as/{a}", fields=POLICY + reference)),
            "b.proto": proto("b.v1", resource("b.x.com/B", "bs/{b}", "as/{a}/bs/{b}", fields=POLICY), "a.proto"),
        }
    )
    out = tmp_path / "out"
    run = tree.generate(out)
    assert (run.code, "service-cycle" in run.codes) == (0, True)
    for first, second in ("ab", "ba"):
        python(out, f"import {first}_x_com.v1.service, {second}_x_com.v1.service, {first}_x_com.v1.policy_store")
    printed = python(out, "from b_x_com.v1.names import BName\nprint(repr(BName.parse('as/a1/bs/b1').holder))")
    assert "AName" in printed


def test_check_and_diff_write_nothing(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = small(tree).generate(out, "", "--check")
    assert (run.code, out.exists()) == (1, False)
    assert tree.generate(out).code == 0
    before = contents(out)
    assert tree.generate(out, "", "--check").code == 0
    path = "iam/proto/v1/project.proto"
    tree.write({path: (tree.root / path).read_text().replace("projects/{project}", "projects/{p}")})
    check = tree.generate(out, "", "--check")
    assert check.code == 1
    assert "iam_x_com/v1/names.py differs" in check.out
    diff = tree.generate(out, "", "--diff")
    assert diff.code == 0
    assert '-        """`projects/{project}`"""\n' in diff.out
    assert '+        """`projects/{p}`"""\n' in diff.out
    assert contents(out) == before


def test_stale_files_go_with_the_service_version_that_made_them(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    small(tree).write({"iam/proto/v1/extra.proto": proto("iam.v1", resource("iam.x.com/Extra", "extras/{extra}"))})
    assert tree.generate(out).code == 0
    (out / "iam/proto/v1/mine.py").write_text("# mine")
    (tree.root / "iam/proto/v1/extra.proto").unlink()
    assert tree.generate(out, "a-b").code == 0
    assert (out / "iam/proto/v1/extra_pb2.py").exists()
    assert tree.generate(out, "iam/proto/v1/project.proto").code == 0
    assert not (out / "iam/proto/v1/extra_pb2.py").exists()
    assert (out / "iam/proto/v1/mine.py").exists()
    assert (out / "a_b/proto/v1/thing_pb2.py").exists()


def test_nothing_is_removed_of_a_service_version_that_was_not_read_whole(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    small(tree).write({"iam/proto/v1/extra.proto": proto("iam.v1", resource("iam.x.com/Extra", "extras/{extra}"))})
    assert tree.generate(out).code == 0
    tree.write({"iam/proto/v1/extra.proto": 'syntax = "proto3"; package iam.v1; message {'})
    assert tree.generate(out, "", "--keep-going").code == 1
    assert (out / "iam/proto/v1/extra_pb2.py").exists()
    assert tree.generate(out, "iam/proto/v1/project.proto", "--keep-going").code == 1
    assert (out / "iam/proto/v1/extra_pb2.py").exists()


def test_a_second_run_is_a_look_at_the_files(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    small(tree).write({"bad/v.proto": proto("bad", resource("bad.x.com/Bad", "bads/{bad}"))})
    first = tree.generate(out)
    second = tree.generate(out)
    assert second.out == f"{out}: up to date\n"
    assert (second.err, second.codes) == (first.err, ["no-version", "holder-without-access"])
    (out / "iam_x_com/v1/names.py").unlink()
    assert "1 file written" in tree.generate(out).out
    assert "up to date" in tree.generate(out).out
    (out / "iam_x_com/v1/names.py").write_text("changed")
    assert "1 file written" in tree.generate(out).out


def test_machine_readable_reports(tree: Tree, tmp_path: Path) -> None:
    tree.write({"bad.proto": proto("bad", resource("bad.x.com/Bad", "bads/{bad}")), "worse.proto": "message {"})
    report = json.loads(tree.generate(tmp_path / "out", "", "--format", "json").out)
    assert (report["ok"], report["refused"], report["written"]) == (False, True, [])
    found = {d["code"]: d for d in report["diagnostics"]}
    assert found["compile-error"]["line"] == 1
    assert found["compile-error"]["file"].endswith("worse.proto")
    assert (found["no-version"]["severity"], found["no-version"]["line"]) == ("warning", 6)
    github = tree.generate(tmp_path / "out", "", "--format", "github").out
    assert "::error file=" in github
    assert "::warning file=" in github


def test_a_type_checker_accepts_the_code(tree: Tree, tmp_path: Path) -> None:
    """Strictly, with the runtime beside it; the committed examples are checked by ./test."""
    keywords = "string from = 3; string import = 4; map<string, Thing> others = 5; google.api.Http http = 6;"
    service = """
        message GetThingRequest { string name = 1; }
        service ThingService {
          rpc GetThing(GetThingRequest) returns (Thing);
          rpc Follow(stream GetThingRequest) returns (stream Thing);
        }
    """
    body = resource("a.x.com/Thing", "things/{thing}", "lambda/{type}~{id}/{property=**}", "*", fields=keywords)
    tree.write({"import/class.proto": proto("a.v1", body + service, "google/api/http.proto")})
    out = tmp_path / "out"
    assert tree.generate(out).code == 0
    python(out, "import importlib; importlib.import_module('import.class_pb2_grpc'); import a_x_com.v1.service")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", "-p", "a_x_com"],
        cwd=out,
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(out)},
    )
    assert checked.returncode == 0, checked.stdout


def test_ctrl_c_leaves_the_old_files(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert small(tree).generate(out).code == 0
    before = contents(out)
    big = "".join(resource(f"iam.x.com/R{i}", f"r{i}s/{{r}}") for i in range(400))
    tree.write({"iam/proto/v1/big.proto": proto("iam.v1", big)})
    command = [sys.executable, "-m", "goten_gen", "generate", str(tree.root), "-I", str(tree.root), "--out", str(out)]
    for patience in (0.05, 0.2, 0.4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.send_signal(2)
        _, err = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert "Traceback" not in err or process.returncode < 0
        assert contents(out) == before
        assert not [path for path in out.iterdir() if path.name.startswith(".goten-gen-")]


def test_comments_of_services_are_no_code(tree: Tree, tmp_path: Path) -> None:
    """The gRPC plugin of protoc prints comments between triple quotes as they are."""
    hostile = '// One """\n// import os; os.mkdir("pwned")\n// """ \\N{x}\n'
    service = f"message Empty {{}}\n{hostile}service S {{\n{hostile}rpc Call(Empty) returns (Empty);\n}}"
    tree.write({"a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}") + service)})
    out = tmp_path / "out"
    assert tree.generate(out).code == 0
    python(out, "import a_pb2_grpc; a_pb2_grpc.SServicer")
    assert not (out / "pwned").exists()
    assert "pwned" not in (out / "a_pb2_grpc.py").read_text()


def test_protos_that_another_module_would_hide_are_warned_about(tree: Tree, tmp_path: Path) -> None:
    tree.write({"types/v1/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}"))})
    run = tree.generate(tmp_path / "out")
    assert (run.code, run.codes) == (0, ["output-collision"])


def test_an_empty_output_folder_is_a_mistake(tree: Tree) -> None:
    small(tree)
    assert tree.run("generate", str(tree.root), "--out", "").code == 2


def test_closed_streams_and_full_disks_are_no_tracebacks(tree: Tree, repo: Path) -> None:
    command = f"{sys.executable} -m goten_gen inspect"
    small(tree)
    for line in (f"{command} - <&-", f"{command} {tree.root} >/dev/full", f"{command} {tree.root} >&-"):
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
        assert "Traceback" not in done.stderr, line
