"""The output tree in memory becomes a folder: planning, writing, what is stale, and what must never happen."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import goten_gen
from goten_gen.output import CODES, OutputError, OutputFile, Plan, apply, plan, tree_owner
from goten_gen.output_staging import Signals, Staging, locked, sweep

A, B = "a.example.com@v1", "b.example.com@v1"
MANIFEST = ".goten-gen.json"


def text_file(path: str, content: str = "text\n", *owners: str) -> OutputFile:
    return OutputFile(path, content.encode(), owners or (A,))


def run(out: Path, *files: OutputFile, whole: tuple[str, ...] = (A,)) -> Plan:
    planned = plan(out, files, whole=whole)
    apply(planned)
    return planned


def tree(folder: Path) -> dict[str, str]:
    """Every file but the manifest, links and folders named as such."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        elif name != MANIFEST:
            found[name] = path.read_bytes().decode(errors="replace")
    return found


def error_of(call: Callable[[], object]) -> OutputError:
    with pytest.raises(OutputError) as caught:
        call()
    assert caught.value.code in CODES
    assert caught.value.hint
    assert caught.value.message
    return caught.value


# --- writing ---------------------------------------------------------------------------------------------------------


def test_fresh_folder_holds_the_files_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "er" / "out"
    planned = run(out, text_file("a/b.py", "b\n"), text_file("a/__init__.py", ""), OutputFile("c.bin", b"\0\xff", (A,)))
    assert [file.path for file in planned.writes] == ["a/__init__.py", "a/b.py", "c.bin"]
    assert tree(out) == {"a": "folder", "a/__init__.py": "", "a/b.py": "b\n", "c.bin": "\0\ufffd"}
    assert os.listdir(out.parent) == ["out"]


def test_planning_writes_nothing(tmp_path: Path) -> None:
    planned = plan(tmp_path / "out", [text_file("a.py")], whole=[A])
    assert not planned.is_clean
    assert planned.diff()
    assert os.listdir(tmp_path) == []


def test_only_changed_files_are_written(tmp_path: Path) -> None:
    run(tmp_path, text_file("same.py"), text_file("changed.py", "one\n"))
    before = (tmp_path / "same.py").stat()
    planned = run(tmp_path, text_file("same.py"), text_file("changed.py", "two\n"), text_file("new/er/x.py"))
    assert [file.path for file in planned.writes] == ["changed.py", "new/er/x.py"]
    assert planned.unchanged == 1
    after = (tmp_path / "same.py").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert (tmp_path / "changed.py").read_text() == "two\n"
    assert (tmp_path / "new/er/x.py").read_text() == "text\n"


def test_file_changed_on_disk_is_written_again(tmp_path: Path) -> None:
    run(tmp_path, text_file("a.py", "abc\n"))
    (tmp_path / "a.py").write_text("abd\n")
    assert [file.path for file in run(tmp_path, text_file("a.py", "abc\n")).writes] == ["a.py"]
    assert (tmp_path / "a.py").read_text() == "abc\n"


def test_files_have_the_usual_permissions(tmp_path: Path) -> None:
    expected = tmp_path / "expected"
    expected.mkdir()
    (expected / "file").write_text("")
    for out in (tmp_path / "fresh", expected):
        run(out, text_file("a/b.py"))
        assert out.stat().st_mode == expected.stat().st_mode
        assert (out / "a").stat().st_mode == expected.stat().st_mode
        assert (out / "a/b.py").stat().st_mode == (expected / "file").stat().st_mode


def test_empty_folder_keeps_its_permissions(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    out.chmod(0o750)
    run(out, text_file("a.py"))
    assert out.stat().st_mode & 0o777 == 0o750


def test_the_working_folder_is_filled_and_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    run(Path("."), text_file("a/b.py"))
    assert tmp_path.stat().st_ino == before
    assert os.listdir(".") != []


def test_output_folder_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "later").symlink_to("missing")
    run(tmp_path / "link", text_file("a.py"))
    run(tmp_path / "later", text_file("a.py"))
    assert tree(tmp_path / "real") == tree(tmp_path / "missing") == {"a.py": "text\n"}
    assert (tmp_path / "link").is_symlink()


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("mine")
    run(tmp_path, text_file("a.py"))
    run(tmp_path)
    assert tree(tmp_path) == {"mine.py": "mine"}


def test_equal_runs_leave_equal_folders(tmp_path: Path) -> None:
    files = [text_file("b.py", "b", B, A), text_file("a/é.py", "a")]
    run(tmp_path / "one", *files, whole=(A, B))
    run(tmp_path / "two", *reversed(files), whole=(B, A))
    contents = [(tmp_path / name / MANIFEST).read_bytes() for name in ("one", "two")]
    assert contents[0] == contents[1]
    assert str(tmp_path).encode() not in contents[0]
    listed = json.loads(contents[0])["files"]
    assert list(listed) == ["a/é.py", "b.py"]
    assert listed["b.py"]["owners"] == [A, B]


def test_manifest_alone_is_written_when_only_owners_change(tmp_path: Path) -> None:
    run(tmp_path, text_file("a.py", "x", A))
    planned = run(tmp_path, text_file("a.py", "x", A, B), whole=(A, B))
    assert planned.is_clean
    assert json.loads((tmp_path / MANIFEST).read_bytes())["files"]["a.py"]["owners"] == [A, B]


# --- stale files -----------------------------------------------------------------------------------------------------


def test_stale_file_goes_with_its_empty_folders(tmp_path: Path) -> None:
    run(tmp_path, text_file("a/v1/x.py"), text_file("a/v2/x.py"))
    planned = run(tmp_path, text_file("a/v2/x.py"))
    assert planned.removals == ("a/v1/x.py",)
    assert tree(tmp_path) == {"a": "folder", "a/v2": "folder", "a/v2/x.py": "text\n"}


def test_what_python_compiled_from_a_stale_file_goes_too(tmp_path: Path) -> None:
    run(tmp_path, text_file("a/x.py"), text_file("b/x.py"))
    for name in ("a/__pycache__/x", "b/__pycache__/x", "b/__pycache__/y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.cpython-311.pyc").write_text("")
    run(tmp_path)
    assert tree(tmp_path) == {"b": "folder", "b/__pycache__": "folder", "b/__pycache__/y.cpython-311.pyc": ""}


@pytest.mark.parametrize("whole", [(), (B,)])
def test_files_of_services_that_were_not_read_whole_stay(tmp_path: Path, whole: tuple[str, ...]) -> None:
    run(tmp_path, text_file("a.py"))
    assert run(tmp_path, whole=whole).is_clean
    assert tree(tmp_path) == {"a.py": "text\n"}
    assert run(tmp_path, whole=(A, B)).removals == ("a.py",)


def test_shared_file_goes_when_no_owner_makes_it_any_more(tmp_path: Path) -> None:
    run(tmp_path, text_file("shared.py", "x", A))
    run(tmp_path, text_file("shared.py", "x", B), whole=(B,))
    assert run(tmp_path, whole=(A,)).is_clean
    assert run(tmp_path, whole=(B,)).removals == ("shared.py",)


def test_file_without_owners_is_never_stale(tmp_path: Path) -> None:
    run(tmp_path, OutputFile("a.py", b""))
    assert run(tmp_path).is_clean
    assert run(tmp_path, whole=("",)).is_clean


def test_files_of_no_service_belong_to_their_tree(tmp_path: Path) -> None:
    one, two = (tree_owner(tmp_path / "out", [tmp_path / name]) for name in ("one", "two"))
    assert one != two
    run(tmp_path / "out", text_file("common_pb2.py", "x", one), whole=(one,))
    assert run(tmp_path / "out", whole=(two,)).is_clean
    assert run(tmp_path / "out", whole=(one,)).removals == ("common_pb2.py",)


def test_owner_of_a_tree_is_the_same_wherever_the_project_lies(tmp_path: Path) -> None:
    here, there = (
        tree_owner(base / "out", [base / "protos", base / "more"]) for base in (tmp_path / "x", tmp_path / "y/z")
    )
    assert here == there
    assert here == tree_owner(tmp_path / "x/out", [tmp_path / "x/more", tmp_path / "x/out/../protos"])


def test_edited_stale_file_is_kept_and_listed(tmp_path: Path) -> None:
    run(tmp_path, text_file("a/x.py"), text_file("a/y.py"))
    (tmp_path / "a/x.py").write_text("mine now")
    first, second = run(tmp_path), run(tmp_path)
    assert (first.kept, first.removals) == (("a/x.py",), ("a/y.py",))
    assert (second.kept, second.removals) == (("a/x.py",), ())
    assert second.is_clean
    assert tree(tmp_path) == {"a": "folder", "a/x.py": "mine now"}
    (tmp_path / "a/x.py").unlink()
    assert run(tmp_path).kept == ()


@pytest.mark.parametrize("replacement", ["folder", "link", "link above"])
def test_what_took_the_place_of_a_stale_file_is_kept(tmp_path: Path, replacement: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    run(out, text_file("a/x.py"))
    shutil.copytree(out / "a", elsewhere)
    if replacement == "link above":
        shutil.rmtree(out / "a")
        (out / "a").symlink_to(elsewhere)
    else:
        (out / "a/x.py").unlink()
        if replacement == "link":
            (out / "a/x.py").symlink_to(elsewhere / "x.py")
        else:
            (out / "a/x.py").mkdir()
    assert run(out).kept == ("a/x.py",)
    assert os.path.lexists(out / "a/x.py")
    assert tree(elsewhere) == {"x.py": "text\n"}


def test_stale_file_that_is_gone_already_is_forgotten(tmp_path: Path) -> None:
    run(tmp_path, text_file("a/x.py"))
    shutil.rmtree(tmp_path / "a")
    planned = run(tmp_path)
    assert planned.is_clean
    assert planned.kept == ()
    assert json.loads((tmp_path / MANIFEST).read_bytes())["files"] == {}


def test_renaming_in_case_only_does_not_remove_the_new_file(tmp_path: Path) -> None:
    """A hard link stands in for the file system that takes both names for one file."""
    run(tmp_path, text_file("Name.py"))
    os.link(tmp_path / "Name.py", tmp_path / "name.py")
    assert run(tmp_path, text_file("name.py")).removals == ()
    (tmp_path / "Name.py").unlink()
    run(tmp_path, text_file("Name.py"))
    assert tree(tmp_path) == {"Name.py": "text\n"}


NAMES = ["a.py", "b.py", "p/a.py", "p/q/b.py", "r/s/t/c.py", "r/d.py"]
RUNS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(NAMES), st.tuples(st.binary(max_size=3), st.sets(st.sampled_from([A, B])))),
        st.sets(st.sampled_from([A, B])),
    ),
    max_size=6,
)


@given(runs=RUNS)
def test_any_history_of_runs(runs: list[tuple[dict[str, tuple[bytes, set[str]]], set[str]]]) -> None:
    """After a run its plan is clean, what it made is there, and of the rest only what nobody owns any more is gone."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        expected: dict[str, bytes] = {}
        owners: dict[str, set[str]] = {}
        for made, whole in runs:
            files = [OutputFile(path, content, tuple(sorted(names))) for path, (content, names) in made.items()]
            apply(plan(out, files, whole=whole))
            for path in expected.keys() - made.keys():
                if owners[path] and owners[path] <= whole:
                    del expected[path]
                else:
                    owners[path] -= whole
            for path, (content, names) in made.items():
                owners[path] = names | (owners[path] - whole if path in expected else set())
                expected[path] = content
            again = plan(out, files, whole=whole)
            assert again.is_clean
            assert again.diff() == ""
            assert again.kept == ()
            assert again.manifest_before == again.manifest_after
            on_disk = {path.relative_to(out).as_posix(): path for path in out.rglob("*")}
            assert {name: path.read_bytes() for name, path in on_disk.items() if path.is_file()} == {
                **expected,
                MANIFEST: again.manifest_after,
            }
            assert all(any(path.iterdir()) for path in on_disk.values() if path.is_dir())
            assert os.listdir(folder) == ["out"]


# --- paths -----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "", "/", "/etc/passwd", "..", "../x.py", "a/../../x.py", "a/..", ".", "./a.py", "a/./b.py", "a//b.py", "a/", "//a",
    "a\\b.py", "..\\x.py", "C:x.py", "C:/x.py", "a.py:stream", "a\0.py", "a\n.py", "\x1b[31m.py", "a\u202e.py",
    "\ud800.py", "a?.py", "*.py", '"a".py', "a|b", "<a>", ".git/hooks/x.py", ".GIT/x.py", "a/.git/x", ".goten-gen.json",
    ".goten-gen.cache/x.json", "a/.Goten-Gen-01234567/x", "x" * 256, "é" * 128, "a/" * 600 + "b",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_path_is_refused_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    out = tmp_path / "out"
    error = error_of(lambda: plan(out, [text_file("good.py"), text_file(path)], whole=[A]))
    assert (error.code.id, error.path) == ("output-path", path)
    assert str(error).isprintable()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("path", ["a.py", "a b.py", "é/ü.py", "..a/b..py", "a/.hidden", "~/x", "-x", "$x", "x" * 255])
def test_unusual_path_is_written(tmp_path: Path, path: str) -> None:
    run(tmp_path, text_file(path))
    assert (tmp_path / path).read_text() == "text\n"


@given(paths=st.lists(st.text(alphabet="./\\a\0:~ ", max_size=8), max_size=3))
def test_no_path_leads_out(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        try:
            apply(plan(out, [text_file(path) for path in paths], whole=[A]))
        except OutputError:
            assert os.listdir(folder) == []
        else:
            assert os.listdir(folder) == ["out"]
            assert all((out / path).read_text() == "text\n" for path in paths)


def test_same_path_with_different_content_names_both(tmp_path: Path) -> None:
    error = error_of(lambda: plan(tmp_path, [text_file("a.py", "1", A), text_file("a.py", "2", B)], whole=[A]))
    assert error.code.id == "output-clash"
    assert error.path == "a.py"
    assert A in error.message
    assert B in error.message


def test_same_path_with_same_content_belongs_to_both(tmp_path: Path) -> None:
    run(tmp_path, text_file("a.py", "1", A), text_file("a.py", "1", B), whole=(A, B))
    assert run(tmp_path, whole=(A,)).is_clean
    assert run(tmp_path, whole=(B,)).removals == ("a.py",)


@pytest.mark.parametrize(
    "paths",
    [("a.py", "A.py"), ("a/x.py", "A/y.py"), ("é.py", "e\u0301.py"), ("a", "a/b"), ("a/b", "a"), ("p/a/b/c", "p/a")],
)
def test_clashing_paths_are_refused(tmp_path: Path, paths: tuple[str, str]) -> None:
    error = error_of(lambda: plan(tmp_path, [text_file(path) for path in paths], whole=[A]))
    assert error.code.id == "output-clash"
    assert any(path in (error.path, *re.findall(r"'([^']*)'", error.message)) for path in paths)


# --- what is in the way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["folder", "file", "dangling", "parent"])
def test_link_that_leads_out_is_refused(tmp_path: Path, link: str) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_text("precious")
    run(out, text_file("other.py"))
    targets = {"folder": outside, "file": outside / "x.py", "dangling": outside / "new", "parent": Path("..")}
    name = "a/x.py" if link == "file" else "a"
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).symlink_to(targets[link])
    error = error_of(lambda: plan(out, [text_file("a/x.py"), text_file("other.py", "new")], whole=[A]))
    assert (error.code.id, error.path) == ("output-link", name)
    assert tree(outside) == {"x.py": "precious"}
    assert (out / "other.py").read_text() == "text\n"


def test_link_inside_the_folder_is_followed_and_a_linked_file_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "old.py").write_text("old")
    (tmp_path / "link.py").symlink_to("old.py")
    run(tmp_path, text_file("alias/x.py"), text_file("link.py", "new"))
    assert tree(tmp_path) == {
        "alias": "-> real",
        "link.py": "new",
        "old.py": "old",
        "real": "folder",
        "real/x.py": "text\n",
    }
    assert plan(tmp_path, [text_file("alias/x.py"), text_file("link.py", "new")], whole=[A]).is_clean


def test_linked_manifest_is_replaced_and_not_followed(tmp_path: Path) -> None:
    out, precious = tmp_path / "out", tmp_path / "precious.json"
    out.mkdir()
    precious.write_text('{"format": 1, "files": {}}')
    (out / MANIFEST).symlink_to(precious)
    run(out, text_file("a.py"))
    assert precious.read_text() == '{"format": 1, "files": {}}'
    assert not (out / MANIFEST).is_symlink()


@pytest.mark.parametrize("kind", ["folder", "pipe", "file as folder", "dangling link as folder", "link loop"])
def test_occupied_path_is_refused(tmp_path: Path, kind: str) -> None:
    run(tmp_path, text_file("other.py"))
    name = {"folder": "a/x.py", "pipe": "a/x.py"}.get(kind, "a")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    if kind == "folder":
        (tmp_path / name).mkdir()
    elif kind == "pipe":
        os.mkfifo(tmp_path / name)
    elif kind == "file as folder":
        (tmp_path / name).write_text("")
    else:
        (tmp_path / name).symlink_to("a" if kind == "link loop" else "nowhere")
    before = tree(tmp_path) if kind != "pipe" else {}
    error = error_of(lambda: run(tmp_path, text_file("other.py", "new"), text_file("a/x.py")))
    assert error.path.endswith(name)
    assert error.code.id == ("output-failed" if kind == "link loop" else "output-occupied")
    if kind != "pipe":
        assert tree(tmp_path) == before


@pytest.mark.parametrize("out", ["file", "file/below/it"])
def test_file_in_place_of_the_output_folder_is_refused(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("precious")
    error = error_of(lambda: plan(tmp_path / out, [text_file("a.py")], whole=[A]))
    assert (error.code.id, error.path) == ("output-occupied", str(tmp_path / "file"))
    assert tree(tmp_path) == {"file": "precious"}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"files": {}}', b'{"format": 2, "files": {}}',
        b'{"format": 1, "files": []}', b'{"format": 1, "files": {"a": 1}}', b"<<<<<<< HEAD\n",
        b'{"format": 1, "files": {"a": {"owners": [1], "sha256": ""}}}',
        b'{"format": 1, "files": {"../precious": {"owners": [], "sha256": ""}}}',
    ],
)  # fmt: skip
def test_broken_manifest_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    error = error_of(lambda: plan(tmp_path, [text_file("a.py")], whole=[A]))
    assert (error.code.id, error.path) == ("output-manifest", MANIFEST)
    assert (tmp_path / MANIFEST).read_bytes() == content


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_files_only() -> Iterator[None]:
    """No file may grow beyond 10,000 bytes, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.usefixtures("small_files_only")
def test_full_disk_leaves_all_as_it_was(tmp_path: Path, existing: bool) -> None:
    out = tmp_path / "new" / "out"
    if existing:
        run(out, text_file("a.py", "old"), text_file("stale.py"))
    before = tree(tmp_path)
    error = error_of(lambda: run(out, text_file("a.py", "new"), text_file("z.py", "x" * 20_000)))
    assert error.code.id == "output-failed"
    assert tree(tmp_path) == before


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from goten_gen.output import OutputError, OutputFile, apply, plan
if os.geteuid() == 0:
    os.setuid(65534)
out, *paths = sys.argv[1:]
try:
    apply(plan(Path(out), [OutputFile(path, b"new") for path in paths], whole=()))
except OutputError as error:
    print(error.code.id, error.path)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody may write in, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def product_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(goten_gen.__file__).parents[1])}


@pytest.mark.parametrize("locked_name", ["out/a", "out", "fresh", "unreadable"])
def test_no_permission_leaves_all_as_it_was(open_folder: Path, locked_name: str) -> None:
    base = open_folder / "base"
    out = base / "out"
    run(out, text_file("a/x.py", "old"), text_file("b/x.py", "old"))
    for path in (base, out, out / "a", out / "b"):
        path.chmod(0o777)
    target = out
    if locked_name == "fresh":
        target = base / "new/er"
        base.chmod(0o555)
    elif locked_name == "unreadable":
        (out / "a/x.py").chmod(0)
    else:
        (base / locked_name).chmod(0o555)
    arguments = [sys.executable, "-c", UNPRIVILEGED, str(target), "b/x.py", "a/x.py", "a/c/new.py"]
    result = subprocess.run(arguments, env=product_environment(), capture_output=True, text=True, check=True)
    denied = {"out/a": out / "a", "out": out, "fresh": base / "new", "unreadable": out / "a/x.py"}[locked_name]
    assert result.stdout.split() == ["output-denied", str(denied)]
    (out / "a/x.py").chmod(0o644)
    assert tree(base) == {
        "out": "folder",
        "out/.goten-gen.json": (out / MANIFEST).read_text(),
        "out/a": "folder",
        "out/a/x.py": "old",
        "out/b": "folder",
        "out/b/x.py": "old",
    }
    for path in (base, out, out / "a"):
        path.chmod(0o777)


def test_empty_folder_below_one_that_is_not_ours_is_filled(open_folder: Path) -> None:
    out = open_folder / "out"
    out.mkdir()
    out.chmod(0o777)
    open_folder.chmod(0o755)
    arguments = [sys.executable, "-c", UNPRIVILEGED, str(out), "a/x.py"]
    result = subprocess.run(arguments, env=product_environment(), capture_output=True, text=True, check=True)
    assert result.stdout == ""
    assert tree(out) == {"a": "folder", "a/x.py": "new"}


# --- interruptions ---------------------------------------------------------------------------------------------------

MANY = """
import sys
from pathlib import Path
from goten_gen.output import OutputFile, apply, plan
files = [OutputFile(f"d{n % 50}/f{n}.py", b"new", ("a",)) for n in range(30_000)]
apply(plan(Path(sys.argv[1]), [OutputFile("old.py", b"new", ("a",)), *files], whole=["a"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("existing", [False, True])
def test_signal_while_staging_undoes_the_run(tmp_path: Path, number: signal.Signals, existing: bool) -> None:
    out = tmp_path / "out"
    if existing:
        run(out, text_file("old.py", "old", "a"), text_file("stale.py", "old", "a"))
    before = tree(tmp_path)
    arguments = [sys.executable, "-c", MANY, str(out)]
    with subprocess.Popen(arguments, env=product_environment(), stderr=subprocess.PIPE) as process:
        staging = out if existing else tmp_path
        while process.poll() is None and not list(staging.glob(".goten-gen-????????/d*/*.py")):
            time.sleep(0.001)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == -number
    assert tree(tmp_path) == before


PATCHED = """
import os, signal, sys
from pathlib import Path
from goten_gen.output import OutputFile, apply, plan
out, call, count, number = sys.argv[1:]
original, calls = getattr(os, call), 0
def patched(*arguments):
    global calls
    calls += 1
    if calls == int(count):
        os.kill(os.getpid(), int(number))
    original(*arguments)
setattr(os, call, patched)
files = [OutputFile(path, b"new", ("a",)) for path in ("a.py", "b.py", "c.py", "d/x.py", "e/f/x.py")]
apply(plan(Path(out), files, whole=["a"]))
"""


def signal_while_moving(out: Path, call: str, count: int, number: signal.Signals) -> None:
    arguments = [sys.executable, "-c", PATCHED, str(out), call, str(count), str(int(number))]
    result = subprocess.run(arguments, env=product_environment(), capture_output=True, check=False)
    assert result.returncode == -number


NEW = ("a.py", "b.py", "c.py", "d/x.py", "e/f/x.py")
NEW_TREE = {**dict.fromkeys(NEW, "new"), "d": "folder", "e": "folder", "e/f": "folder"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("call", ["replace", "unlink"])
def test_signal_while_moving_waits_for_the_end(tmp_path: Path, number: signal.Signals, call: str) -> None:
    out = tmp_path / "out"
    run(out, text_file("a.py", "old", "a"), text_file("b.py", "old", "a"), text_file("stale/x.py", "old", "a"))
    signal_while_moving(out, call, 1, number)
    assert tree(out) == NEW_TREE
    assert plan(out, [OutputFile(path, b"new", ("a",)) for path in NEW], whole=["a"]).manifest_before is not None


@pytest.mark.parametrize("count", range(1, 8))
def test_run_killed_while_moving_is_completed_by_the_next(tmp_path: Path, count: int) -> None:
    out = tmp_path / "out"
    old = ("a.py", "b.py", "c.py", "stale/x.py")
    run(out, *(text_file(path, "old", "a") for path in old), whole=("a",))
    signal_while_moving(out, "replace" if count < 7 else "unlink", count if count < 7 else 1, signal.SIGKILL)
    left = {name: text for name, text in tree(out).items() if text != "folder" and not name.startswith(".goten-gen-")}
    assert all(text in ("old", "new") for text in left.values())
    assert left.keys() >= {"a.py", "b.py", "c.py"}
    run(out, *(text_file(path, "new", "a") for path in NEW), whole=("a",))
    assert tree(out) == NEW_TREE


@pytest.mark.parametrize("count", range(1, 7))
def test_files_of_a_run_killed_while_moving_are_known_as_ours(tmp_path: Path, count: int) -> None:
    out = tmp_path / "out"
    run(out, text_file("a.py", "old", "a"), text_file("b.py", "old", "a"), whole=("a",))
    signal_while_moving(out, "replace", count, signal.SIGKILL)
    planned = run(out, text_file("z.py", "z", "a"), whole=("a",))
    assert planned.kept == ()
    assert tree(out) == {"z.py": "z"}


def test_run_killed_before_its_only_rename_leaves_no_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    signal_while_moving(out, "rename", 1, signal.SIGKILL)
    assert not out.exists()
    assert len(os.listdir(tmp_path)) == 1
    run(out, text_file("a.py"))
    assert os.listdir(tmp_path) == ["out"]


def test_leftovers_of_dead_runs_go_even_when_nothing_changed(tmp_path: Path) -> None:
    run(tmp_path, text_file("a.py"))
    (tmp_path / ".goten-gen-0123abcd/d").mkdir(parents=True)
    (tmp_path / ".goten-gen-0123abcd/d/x.py").write_text("half")
    (tmp_path / ".goten-gen-other").mkdir()
    assert run(tmp_path, text_file("a.py")).is_clean
    assert tree(tmp_path) == {".goten-gen-other": "folder", "a.py": "text\n"}


def test_folders_of_living_runs_stay(tmp_path: Path) -> None:
    with Staging(str(tmp_path)) as staging:
        sweep(str(tmp_path))
        assert os.path.isdir(staging.path)
    assert os.listdir(tmp_path) == []


def test_signal_is_delivered_to_the_handler_of_the_process() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with Signals():
            signal.raise_signal(signal.SIGTERM)
            assert seen == []
        assert seen == [signal.SIGTERM]
        signal.raise_signal(signal.SIGTERM)
        assert len(seen) == 2
    finally:
        signal.signal(signal.SIGTERM, before)


def test_writing_works_outside_of_the_main_thread(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(run, tmp_path / "out", text_file("a.py")).result()
        pool.submit(run, tmp_path / "out", text_file("a.py", "new")).result()
    assert tree(tmp_path / "out") == {"a.py": "new"}


# --- two runs at once ------------------------------------------------------------------------------------------------


def test_two_runs_into_one_folder_know_of_each_other(tmp_path: Path) -> None:
    """Both were planned on the same state; the second one sees what the first one did."""
    for name in ("fresh", "existing"):
        out = tmp_path / name
        if name == "existing":
            run(out, text_file("c.py", "c"))
        one = plan(out, [text_file("a.py", "a", A)], whole=[])
        two = plan(out, [text_file("b.py", "b", B)], whole=[])
        apply(one)
        apply(two)
        assert tree(out).items() >= {"a.py": "a", "b.py": "b"}.items()
        assert {"a.py", "b.py"} <= json.loads((out / MANIFEST).read_bytes())["files"].keys()


def test_many_runs_at_once(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from goten_gen.output import OutputFile, apply, plan
for n in range(5):
    owner = f"{sys.argv[2]}.{n}"
    apply(plan(Path(sys.argv[1]), [OutputFile(f"{owner}/{i}.py", b"x", (owner,)) for i in range(20)], whole=[owner]))
"""
    arguments = [[sys.executable, "-c", script, str(tmp_path / "out"), str(worker)] for worker in range(6)]
    processes = [subprocess.Popen(argument, env=product_environment()) for argument in arguments]
    assert [process.wait(60) for process in processes] == [0] * 6
    listed = json.loads((tmp_path / "out" / MANIFEST).read_bytes())["files"]
    assert len(listed) == 600
    assert listed.keys() == {name for name, text in tree(tmp_path / "out").items() if text == "x"}
    assert os.listdir(tmp_path) == ["out"]


def test_folder_that_another_process_keeps_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goten_gen.output_staging._LOCK_SECONDS", 0.05)
    run(tmp_path, text_file("a.py"))
    with locked(str(tmp_path)):
        error = error_of(lambda: run(tmp_path, text_file("a.py", "new")))
    assert error.code.id == "output-busy"
    assert tree(tmp_path) == {"a.py": "text\n"}


# --- diff ------------------------------------------------------------------------------------------------------------


def test_diff_shows_each_kind_of_change(tmp_path: Path) -> None:
    run(tmp_path, text_file("changed.py", "1\n2\n"), text_file("gone.py", "x"), OutputFile("z.bin", b"\xff", (A,)))
    new = [text_file("changed.py", "1\n3"), text_file("new dir/a.py", "n\n"), OutputFile("z.bin", b"\xfe", (A,))]
    assert plan(tmp_path, new, whole=[A]).diff() == (
        "diff --git a/changed.py b/changed.py\n--- a/changed.py\n+++ b/changed.py\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n"
        "\\ No newline at end of file\n"
        "diff --git a/gone.py b/gone.py\ndeleted file mode 100644\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "\\ No newline at end of file\n"
        "diff --git a/new dir/a.py b/new dir/a.py\nnew file mode 100644\n--- /dev/null\t\n+++ b/new dir/a.py\t\n"
        "@@ -0,0 +1 @@\n+n\n"
        "diff --git a/z.bin b/z.bin\nBinary files a/z.bin and b/z.bin differ\n"
    )


TEXT = st.text(alphabet="ab \n\r\x0c\u2028é-+@\\", max_size=12).map(str.encode)
FILES = st.dictionaries(st.sampled_from(["a.py", "b c.py", "d/é.py", "d/e/__init__.py"]), TEXT)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@settings(max_examples=40)
@given(old=FILES, new=FILES)
def test_diff_applied_by_git_gives_the_output(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        apply(plan(out, [OutputFile(path, content, (A,)) for path, content in old.items()], whole=[A]))
        planned = plan(out, [OutputFile(path, content, (A,)) for path, content in new.items()], whole=[A])
        if diff := planned.diff():
            command = ["git", "apply", "--whitespace=nowarn", "-"]
            subprocess.run(command, cwd=out, input=diff.encode(), check=True, capture_output=True)
        found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        del found[MANIFEST]
        assert found == new
