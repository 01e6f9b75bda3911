"""What must be there before any work is done: the start of goten-gen, and the import of what it generated."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import generate
from benchmarks.harness import Benchmark, Case, Measure, Sample, run
from benchmarks.synthetic import FILES
from benchmarks.tree.plan import ServicePlan
from benchmarks.workspace import Tree, Workspace

_IMPORT = """\
import sys
from importlib import import_module
from time import perf_counter
begin = perf_counter()
for name in sys.argv[1:]:
    import_module(name)
print(perf_counter() - begin)
"""


def _version(workspace: Workspace) -> Case:
    return Case(
        value=lambda: run([str(workspace.goten_gen), "--version"], workspace.root)[0],
        floor=lambda: run([sys.executable, "-c", "pass"], workspace.root)[0],
        pairs=31,
    )


def _import_descriptors(workspace: Workspace) -> Case:
    out, _, service = _generated(workspace)
    module = f"{_package(service)}.descriptors"
    source = (out / module.replace(".", "/")).with_suffix(".py").read_text()
    messages = list(_imported_messages(source))
    return Case(
        value=lambda: _time_import(workspace, out, [module]),
        floor=lambda: _time_import(workspace, out, messages),
        pairs=15,
    )


def _imported_messages(source: str) -> Iterator[str]:
    """The pb2 modules that a module imports."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names if name.name.endswith("_pb2"))


def _import_service(workspace: Workspace) -> Case:
    out, tree, service = _generated(workspace)
    package = _package(service)
    messages = _message_modules(tree, service)
    return Case(
        value=lambda: _time_import(workspace, out, [f"{package}.descriptors", f"{package}.service"]),
        floor=lambda: _time_import(workspace, out, messages),
        pairs=15,
    )


def _generated(workspace: Workspace) -> tuple[Path, Tree, ServicePlan]:
    """A generated tree, and its largest service."""
    tree = workspace.tree(FILES)
    out = workspace.new_folder()
    generate(workspace, tree, out)
    return out, tree, max(tree.services, key=lambda service: (len(service.resources), len(service.imports)))


def _package(service: ServicePlan) -> str:
    return f"{service.domain.replace('.', '_').replace('-', '_')}.{service.version}"


def _message_modules(tree: Tree, service: ServicePlan) -> list[str]:
    """The pb2 modules of a service version, without that of its umbrella file: importing this one would import those
    of all imported services too, and so raise the floor for nothing."""
    own = [path for path in tree.files if path.startswith(f"{service.directory}/") and path != service.umbrella]
    return [path.removesuffix(".proto").replace("/", ".").replace("-", "_") + "_pb2" for path in own]


def _time_import(workspace: Workspace, out: Path, modules: list[str]) -> Sample:
    """Imports `modules` in a process of their own. The time is that of the imports alone, without Python's start."""
    sample, stdout = run(
        [sys.executable, "-c", _IMPORT, *modules], workspace.root, os.environ | {"PYTHONPATH": str(out)}
    )
    return Sample(float(stdout), sample.peak_mb)


BENCHMARKS = (
    Benchmark("version-startup", "goten-gen --version less python -c pass", 0.040, _version, Measure.EXCESS),
    Benchmark(
        "import-descriptors",
        "import of a service's descriptors / of the pb2 modules they need",
        1.3,
        _import_descriptors,
    ),
    Benchmark(
        "import-service",
        "import of a service with descriptors and methods / of all its pb2 modules",
        1.5,
        _import_service,
    ),
)
