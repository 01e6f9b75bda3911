"""The place where benchmarks work: synthetic trees, folders for output, and the commands that are compared."""

from __future__ import annotations

import itertools
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.synthetic import write_tree
from benchmarks.tree.plan import ServicePlan

_SPEC = Path(__file__).resolve().parents[1] / "spec" / "proto"


def console_script() -> Path:
    """goten-gen of the environment that runs the benchmarks. Whether it exists shows when it is run."""
    return Path(sys.executable).parent / "goten-gen"


@dataclass(frozen=True, slots=True)
class Tree:
    """A synthetic tree on disk; `files` are import paths, sorted."""

    folder: Path
    services: tuple[ServicePlan, ...]
    files: tuple[str, ...]


@dataclass(slots=True)
class Workspace:
    """A folder of the run's own, and the goten-gen under test. Trees are written once, when they are first wanted."""

    root: Path
    goten_gen: Path
    _trees: dict[int, Tree] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def tree(self, files: int) -> Tree:
        """The tree of `files` protos."""
        if files not in self._trees:
            folder = self.root / f"tree-{files}"
            services = write_tree(folder, files)
            protos = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.proto"))
            self._trees[files] = Tree(folder, services, tuple(protos))
        return self._trees[files]

    def new_folder(self) -> Path:
        """A path in the workspace at which nothing is yet."""
        return self.root / f"out-{next(self._numbers)}"

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards, so that a run of many pairs does not fill the disk."""
        folder = self.new_folder()
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def generate(self, tree: Tree, out: Path, *options: str) -> list[str]:
        """The command that generates all of `tree` into `out`."""
        folder = str(tree.folder)
        return [str(self.goten_gen), "generate", folder, "--out", str(out), "-I", folder, *options]

    def inspect(self, tree: Tree) -> list[str]:
        """The command that lists all resources of `tree`."""
        return [str(self.goten_gen), "inspect", str(tree.folder), "-I", str(tree.folder)]

    def protoc(self, tree: Tree, *options: str) -> list[str]:
        """The command by which protoc reads all of `tree`, to be run in its folder."""
        roots = [Path(), _SPEC, _SPEC / "compat", Path(sysconfig.get_path("purelib"))]
        include = [f"-I{root}" for root in roots]
        return [sys.executable, "-m", "grpc_tools.protoc", *include, *options, *tree.files]
