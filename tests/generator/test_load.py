"""Loading real, messy trees: import roots, broken files, copies of the protocol's files, descriptor sets."""

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from google.protobuf import descriptor_pb2

from goten_gen import protoc, protocol
from goten_gen.sources import read_text
from tests.generator.trees import POLICY, Tree, proto, resource

GOOD = proto("good.v1", resource("good.x.com/Good", "goods/{good}"))


def labels(run_records: Mapping[str, object]) -> list[str]:
    return sorted(run_records)


# --- import roots ---


@pytest.mark.parametrize("selected", ["sdk", "sdk/a", "sdk/a/v1", "sdk/a/v1/a.proto"])
def test_the_import_root_is_the_ancestor_from_which_imports_resolve(tree: Tree, selected: str) -> None:
    """LOAD-4"""
    tree.write(
        {
            "sdk/a/v1/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}"), "sdk/b/v1/b.proto"),
            "sdk/b/v1/b.proto": proto("b.v1", resource("b.x.com/B", "bs/{b}")),
        }
    )
    run = tree.run("inspect", str(tree.root / selected), "--format", "json")
    assert run.code == 0
    assert run.records["a/A"]["proto_file"] == "sdk/a/v1/a.proto"
    assert labels(run.records) == (["a/A", "b/B"] if selected == "sdk" else ["a/A"])


def test_a_tree_without_imports_of_its_own_is_its_own_root(tree: Tree) -> None:
    """LOAD-4"""
    tree.write({"deep/good.proto": GOOD})
    run = tree.run("inspect", str(tree.root / "deep"), "--format", "json")
    assert run.records["good/Good"]["proto_file"] == "good.proto"


def test_a_folder_that_is_a_root_is_not_scanned_under_another(tree: Tree) -> None:
    """DETECT-1"""
    tree.write({"good.proto": GOOD, "vendor/v.proto": proto("v.v1", resource("v.x.com/V", "vs/{v}"))})
    both = tree.inspect("", "-I", str(tree.root / "vendor"))
    assert sorted(record["proto_file"] for record in both.records.values()) == ["good.proto", "v.proto"]


def test_of_two_files_with_one_import_path_the_first_root_wins(tree: Tree, tmp_path: Path) -> None:
    """LOAD-5"""
    other = tmp_path / "other"
    other.mkdir()
    (other / "good.proto").write_text(GOOD.replace("goods/", "others/"))
    tree.write({"good.proto": GOOD})
    run = tree.inspect("", "-I", str(other))
    assert run.records["good/Good"]["patterns"] == ["goods/{good}"]
    assert run.codes == ["shadowed-file"]


# --- broken files ---


def broken_tree(tree: Tree) -> Tree:
    return tree.write(
        {
            "a_syntax.proto": 'syntax = "proto3";\npackage b.v1;\nmessage Broken { string name = 1 }\n',
            "b_missing.proto": proto("b.v1", resource("b.x.com/Missing", "ms/{m}"), "never/published.proto"),
            "c_type.proto": proto("b.v1", "message Wrong { Unknown u = 1; }"),
            "d_uses_broken.proto": proto("b.v1", resource("b.x.com/Uses", "us/{u}"), "a_syntax.proto"),
            "e_uses_user.proto": proto("b.v1", resource("b.x.com/Far", "fs/{f}"), "d_uses_broken.proto"),
            "f_latin.proto": b'syntax = "proto3";\n// caf\xe9\npackage b.v1;\n',
            "good.proto": GOOD,
            "good_two.proto": proto("good.v1", resource("good.x.com/Two", "twos/{two}"), "good.proto"),
        }
    )


def test_a_broken_file_costs_itself_and_what_imports_it(tree: Tree) -> None:
    """LOAD-1"""
    run = broken_tree(tree).inspect()
    assert run.code == 1
    assert labels(run.records) == ["good/Good", "good/Two"]
    places = [line.split(": ")[0].rpartition("/")[2] for line in run.err.splitlines() if line.endswith("]")]
    assert dict(zip(places, run.codes, strict=True)) == {
        "a_syntax.proto:3:34": "compile-error",
        "b_missing.proto:6:1": "unresolved-import",
        "c_type.proto:6:17": "compile-error",
        "d_uses_broken.proto:6:1": "import-broken",
        "e_uses_user.proto:6:1": "import-broken",
        "f_latin.proto:2:7": "not-utf8",
    }


def test_generate_writes_nothing_of_a_broken_tree_unless_told_to_keep_going(tree: Tree, tmp_path: Path) -> None:
    """LOAD-1"""
    broken_tree(tree)
    out = tmp_path / "out"
    run = tree.generate(out)
    assert (run.code, out.exists()) == (1, False)
    run = tree.generate(out, "", "--keep-going")
    assert run.code == 1
    assert (out / "good_x_com/v1/names.py").exists()
    assert (out / "good_pb2.py").exists()
    assert not (out / "a_syntax_pb2.py").exists()


def test_broken_files_beside_the_selection_are_not_the_users_business(tree: Tree) -> None:
    """LOAD-1"""
    broken_tree(tree).write({"sub/s.proto": proto("s.v1", resource("s.x.com/S", "ss/{s}"))})
    run = tree.inspect("sub")
    assert (run.code, run.codes, labels(run.records)) == (0, [], ["s/S"])


def test_import_statements_of_a_broken_file_count(tree: Tree) -> None:
    """DETECT-8, LOAD-2"""
    tree.write(
        {
            "iam/iam.proto": proto("iam.v1", resource("iam.x.com/Project", "projects/{project}", fields=POLICY)),
            "a/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}")),
            "a/umbrella.proto": 'syntax = "proto3"; package a.v1;\nimport "iam/iam.proto";\nmessage {',
        }
    )
    assert tree.inspect().records["a/A"]["imports"] == {"iam.x.com": "v1"}


def test_files_that_import_each_other_are_an_error_and_no_more(tree: Tree) -> None:
    """LOAD-1"""
    tree.write(
        {
            "one.proto": proto("c.v1", "message One {}", "two.proto"),
            "two.proto": proto("c.v1", "message Two {}", "one.proto"),
            "good.proto": GOOD,
        }
    )
    run = tree.inspect()
    assert run.code == 1
    assert labels(run.records) == ["good/Good"]
    assert "imports itself" in run.err


def test_two_files_that_define_one_symbol(tree: Tree) -> None:
    """LOAD-1"""
    tree.write({"one.proto": GOOD, "two.proto": GOOD})
    run = tree.inspect()
    assert (run.code, labels(run.records)) == (1, ["good/Good"])
    assert 'two.proto:6:9: error: "good.v1.Good" is already defined in file "one.proto".' in run.err


def test_ten_thousand_nested_messages(tree: Tree) -> None:
    """LOAD-1"""
    deep = "".join(f"message M{i} {{" for i in range(10_000)) + "}" * 10_000
    tree.write({"deep.proto": f'syntax = "proto3"; package d.v1; {deep}', "good.proto": GOOD})
    run = tree.inspect()
    assert (run.code, labels(run.records), set(run.codes)) == (1, ["good/Good"], {"compile-error"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", "/no/such/folder"],
        ["inspect", "{root}/empty"],
        ["inspect", "{root}/notes.txt"],
        ["inspect", "{root}", "-I", "/no/such/folder"],
        ["inspect", "{root}", "-I", "{root}/empty"],
        ["inspect", "{root}", "--service", "no.such.com"],
        ["inspect", "{root}", "--colour"],
        ["inspect", "/no/such/set.binpb"],
        ["inspect", "{root}", "-"],
        ["generate", "{root}"],
        ["frobnicate"],
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(tree: Tree, arguments: list[str]) -> None:
    tree.write({"good.proto": GOOD, "notes.txt": "hello"})
    (tree.root / "empty").mkdir()
    run = tree.run(*(argument.format(root=tree.root) for argument in arguments))
    assert run.code == 2
    assert run.out == ""
    assert "error" in run.err
    assert "Traceback" not in run.err


# --- copies of files that always resolve ---


def meta_copy(change: tuple[str, str] = ("", "")) -> str:
    source = Path(protocol.include()[0], "goten/types/meta.proto").read_text()
    return source.replace(*change) if change[0] else source


def test_a_copy_under_the_published_path_is_read_as_ours(tree: Tree, tmp_path: Path) -> None:
    """LOAD-3"""
    tree.write({"goten-sdk/types/meta.proto": meta_copy(), "good.proto": GOOD})
    run = tree.inspect()
    assert (run.code, run.codes) == (0, [])
    assert run.records["good/Good"]["metadata_field"] == "metadata"


@pytest.mark.parametrize("path", ["goten-sdk/types/meta.proto", "vendored/meta.proto"])
def test_a_copy_with_another_number_is_an_error_that_names_the_field(tree: Tree, path: str) -> None:
    """LOAD-3"""
    tree.write({path: meta_copy(("string uuid = 3", "string uid = 3")), "good.proto": GOOD})
    run = tree.inspect()
    assert (run.code, run.codes) == (1, ["copy-conflict"])
    assert "goten.types.Meta.uid = 3" in run.err


def test_a_copy_may_lack_entries(tree: Tree) -> None:
    """LOAD-3"""
    old = 'syntax = "proto3"; package goten.types; message Meta { string uuid = 3; }'
    tree.write({"goten-sdk/types/meta.proto": old, "good.proto": GOOD})
    assert tree.inspect().codes == []


def test_copies_elsewhere_hand_on_the_runtime_classes(tree: Tree, tmp_path: Path) -> None:
    """LOAD-3: two trees with copies under paths of their own can be imported by one process."""
    api = Path(protocol.include()[3])
    for name in ("one", "two"):
        third_party = f"{name}/third_party"
        body = resource(f"{name}.x.com/T", "ts/{t}", fields="google.api.Http http = 3;")
        tree.write(
            {
                f"{third_party}/meta.proto": meta_copy(),
                f"{third_party}/http.proto": (api / "google/api/http.proto").read_text(),
                f"{name}/t.proto": proto(f"{name}.v1", body, f"{third_party}/http.proto", f"{third_party}/meta.proto"),
            }
        )
    out = tmp_path / "out"
    run = tree.generate(out)
    assert (run.code, run.err) == (0, "")
    program = """
from one.third_party import meta_pb2 as one_meta, http_pb2
from two.third_party import meta_pb2 as two_meta
from one_x_com.v1.descriptors import T
from two_x_com.v1 import service
from goten.types import meta_pb2
from google.api import http_pb2 as http
assert one_meta.Meta is two_meta.Meta is meta_pb2.Meta and http_pb2.Http is http.Http
assert type(T.ensure_metadata(T.message())) is meta_pb2.Meta
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=out, env={**os.environ, "PYTHONPATH": str(out)})


def test_a_newer_copy_of_google_api_can_be_used(tree: Tree) -> None:
    """LOAD-3"""
    newer = Path(protocol.include()[3], "google/api/http.proto").read_text() + "\nmessage Brandnew { string x = 1; }\n"
    body = resource("a.x.com/A", "as/{a}", fields="google.api.Brandnew fresh = 3;")
    tree.write({"google/api/http.proto": newer, "a.proto": proto("a.v1", body, "google/api/http.proto")})
    run = tree.inspect("a.proto")
    assert (run.code, labels(run.records)) == (0, ["a/A"])


def test_further_files_of_a_protocol_package_are_no_copies(tree: Tree) -> None:
    """LOAD-3"""
    extra = """
        syntax = "proto3"; package goten.annotations;
        import "google/protobuf/descriptor.proto";
        extend google.protobuf.MessageOptions { string label = 69999; }
    """
    body = resource("a.x.com/A", "as/{a}").replace("string name", 'option (goten.annotations.label) = "x"; string name')
    tree.write({"goten-sdk/annotations/label.proto": extra})
    tree.write({"a.proto": proto("a.v1", body, "goten-sdk/annotations/label.proto")})
    assert tree.inspect("a.proto").codes == []


# --- descriptor sets ---


def compiled(tree: Tree, target: Path, *flags: str) -> bytes:
    include = [f"-I{root}" for root in (tree.root, *protocol.include())]
    files = [path.relative_to(tree.root).as_posix() for path in tree.root.rglob("*.proto")]
    assert protoc.run([*include, f"--descriptor_set_out={target}", *flags, *files]).ok
    return target.read_bytes()


def test_a_descriptor_set_reads_like_its_sources(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write({"good.proto": GOOD, "a/a.proto": proto("a.v1", resource("a.x.com/A", "as/{a}"), "good.proto")})
    content = compiled(tree, tmp_path / "set.binpb", "--include_imports", "--include_source_info")
    from_sources = tree.inspect()
    from_set = tree.run("inspect", str(tmp_path / "set.binpb"), "--format", "json")
    assert (from_set.code, from_set.out) == (0, from_sources.out)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert tree.run("inspect", "-", "--format", "json").out == from_sources.out
    out = tmp_path / "out"
    assert tree.run("generate", str(tmp_path / "set.binpb"), "--out", str(out)).code == 0
    assert (out / "good_pb2.py").exists()


def test_a_descriptor_set_may_leave_out_what_always_resolves(tree: Tree, tmp_path: Path) -> None:
    tree.write({"good.proto": GOOD, "bad.proto": proto("bad.v1", resource("bad.x.com/B", "bs/{b}"), "good.proto")})
    compiled(tree, tmp_path / "all.binpb")
    assert tree.run("inspect", str(tmp_path / "all.binpb"), "--format", "json").code == 0
    (tree.root / "good.proto").rename(tmp_path / "good.proto")
    include = [f"-I{root}" for root in (tree.root, tmp_path, *protocol.include())]
    assert protoc.run([*include, f"--descriptor_set_out={tmp_path / 'part.binpb'}", "bad.proto"]).ok
    run = tree.run("inspect", str(tmp_path / "part.binpb"), "--format", "json")
    assert (run.code, run.codes, run.out.strip()) == (1, ["unresolved-import"], "[]")


@pytest.mark.parametrize("content", [b"", b"not a set", b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\x02" * 50])
def test_bytes_that_are_no_descriptor_set(tree: Tree, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.binpb").write_bytes(content)
    run = tree.run("inspect", str(tmp_path / "bad.binpb"))
    assert run.code == 1
    assert run.codes == ["bad-descriptor-set"]


# --- texts of files that do not compile ---


@pytest.mark.parametrize(
    ("text", "package", "imports"),
    [
        ('import "a.proto"; import public "b.proto";', "", ["a.proto", "b.proto"]),
        ("import\n  'a.proto';", "", ["a.proto"]),
        ('// import "no.proto";\n/* import "no.proto"; */ import "a.proto";', "", ["a.proto"]),
        ('import "a.proto";\n/*\nimport "no.proto";\n*/', "", ["a.proto"]),
        ('import "a.proto";\n/* never closed\nimport "no.proto";', "", ["a.proto"]),
        ('/* the package */ import "a.proto";\npackage x.v1;', "x.v1", ["a.proto"]),
        ('option (x) = "/*"; import "a.proto"; option (y) = "*/";', "", ["a.proto"]),
        ("message Import { string import = 1; }", "", []),
        ("", "", []),
    ],
)
def test_imports_and_package_are_read_from_text(text: str, package: str, imports: list[str]) -> None:
    """LOAD-2"""
    found = read_text(text.encode())
    assert (found.package, [statement.path for statement in found.imports]) == (package, imports)


def test_operations_always_resolve(tree: Tree, tmp_path: Path) -> None:
    """LOAD-3: googleapis-common-protos ships the module of this file, and its source under another name."""
    service = "service S { rpc DeleteT(T) returns (google.longrunning.Operation); }"
    body = resource("a.x.com/T", "ts/{t}") + service
    tree.write({"a.proto": proto("a.v1", body, "google/longrunning/operations.proto")})
    out = tmp_path / "out"
    run = tree.generate(out)
    assert (run.code, run.err) == (0, "")
    program = "import a_pb2, a_x_com.v1.service; from google.longrunning import operations_pb2"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=out, env={**os.environ, "PYTHONPATH": str(out)})


def test_two_files_with_one_module_path(tree: Tree, tmp_path: Path) -> None:
    tree.write(
        {"a-b.proto": proto("a.v1", "message A {}"), "a_b.proto": proto("b.v1", "message B {}"), "g.proto": GOOD}
    )
    run = tree.generate(tmp_path / "out")
    assert (run.code, run.codes, (tmp_path / "out").exists()) == (1, ["output-collision"], False)
    assert tree.generate(tmp_path / "out", "", "--keep-going").code == 1
    assert (tmp_path / "out" / "g_pb2.py").exists()


def test_a_descriptor_set_that_no_protoc_wrote(tree: Tree, tmp_path: Path) -> None:
    method = descriptor_pb2.MethodDescriptorProto(name="Get", input_type=".no.Such", output_type=".no.Such")
    service = descriptor_pb2.ServiceDescriptorProto(name="S", method=[method])
    odd = descriptor_pb2.FileDescriptorProto(name="odd.proto", service=[service])
    public = descriptor_pb2.FileDescriptorProto(name="public.proto", public_dependency=[7])
    (tmp_path / "odd.binpb").write_bytes(descriptor_pb2.FileDescriptorSet(file=[odd, public]).SerializeToString())
    run = tree.run("generate", str(tmp_path / "odd.binpb"), "--out", str(tmp_path / "out"))
    assert (run.code, set(run.codes)) == (1, {"bad-descriptor-set"})


@pytest.mark.parametrize("before", ["", " ", "/* a */ ", 'import "google/api/http.proto"; '])
def test_the_root_is_found_wherever_the_import_stands_in_its_line(tree: Tree, before: str) -> None:
    """LOAD-4"""
    tree.write({"x/v1/p.proto": 'syntax = "proto3"; package x.v1; message P {}'})
    text = f'syntax = "proto3"; package c.v1; {before}import "x/v1/p.proto"; message C {{}}'
    tree.write({"c/v1/r.proto": text})
    assert tree.run("inspect", str(tree.root / "c")).code == 0
