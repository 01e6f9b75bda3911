"""What goten-gen costs beside protoc on the same tree: `generate` in three forms, and `inspect`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import Benchmark, Case, CommandFailedError, Sample, run
from benchmarks.synthetic import FILES
from benchmarks.workspace import Tree, Workspace

_PAIRS = 9
_LONG_PAIRS = 5


def generate(workspace: Workspace, tree: Tree, out: Path, *options: str) -> Sample:
    """One run of `goten-gen generate`. Raises CommandFailedError where it leaves out a service version."""
    sample, _ = run(workspace.generate(tree, out, *options), workspace.root)
    for service in tree.services:
        names = out / service.domain.replace(".", "_").replace("-", "_") / service.version / "names.py"
        if not names.is_file():
            raise CommandFailedError(f"goten-gen generate wrote no {names.relative_to(out)}")
    return sample


def generate_cold(workspace: Workspace, tree: Tree, *options: str) -> Sample:
    """One run of `goten-gen generate` into a new folder."""
    with workspace.fresh() as folder:
        return generate(workspace, tree, folder / "out", *options)


def compile_set(workspace: Workspace, tree: Tree) -> Sample:
    """One run of protoc that writes the tree's descriptor set with source info: the least that reading it costs."""
    with workspace.fresh() as folder:
        target = f"--descriptor_set_out={folder / 'tree.binpb'}"
        return run(workspace.protoc(tree, target, "--include_source_info"), tree.folder)[0]


def _compile_python(workspace: Workspace, tree: Tree) -> Sample:
    with workspace.fresh() as folder:
        targets = (f"--{kind}_out={folder}" for kind in ("python", "pyi", "grpc_python"))
        return run(workspace.protoc(tree, *targets), tree.folder)[0]


def _cold(workspace: Workspace) -> Case:
    tree = workspace.tree(FILES)
    return Case(
        value=lambda: generate_cold(workspace, tree, "--no-protobuf"),
        floor=lambda: compile_set(workspace, tree),
        pairs=_PAIRS,
    )


def _unchanged(workspace: Workspace) -> Case:
    tree = workspace.tree(FILES)
    out = workspace.new_folder()
    generate(workspace, tree, out, "--no-protobuf")
    return Case(
        value=lambda: generate(workspace, tree, out, "--no-protobuf"),
        floor=lambda: compile_set(workspace, tree),
        pairs=_PAIRS,
    )


def _inspect(workspace: Workspace) -> Case:
    tree = workspace.tree(FILES)
    return Case(
        value=lambda: run(workspace.inspect(tree), workspace.root)[0],
        floor=lambda: compile_set(workspace, tree),
        pairs=_PAIRS,
    )


def _protobuf(workspace: Workspace) -> Case:
    tree = workspace.tree(FILES)
    return Case(
        value=lambda: generate_cold(workspace, tree),
        floor=lambda: _compile_python(workspace, tree),
        pairs=_LONG_PAIRS,
    )


BENCHMARKS = (
    Benchmark("generate-cold", "generate --no-protobuf into a new folder / protoc to a descriptor set", 2.0, _cold),
    Benchmark("generate-unchanged", "generate --no-protobuf again / protoc to a descriptor set", 0.3, _unchanged),
    Benchmark("inspect", "inspect / protoc to a descriptor set", 1.5, _inspect),
    Benchmark("generate-protobuf", "generate / protoc to modules, stubs and gRPC modules", 1.5, _protobuf),
)
