"""How the cost of a proto grows with the size of the tree."""

from __future__ import annotations

from benchmarks.generate import generate_cold
from benchmarks.harness import Benchmark, Case, Sample
from benchmarks.synthetic import FILES
from benchmarks.workspace import Workspace

LARGE = 7000
_PAIRS = 3


def _per_file(workspace: Workspace, files: int) -> Sample:
    sample = generate_cold(workspace, workspace.tree(files), "--no-protobuf")
    return Sample(sample.amount / files, sample.peak_mb)


def _growth(workspace: Workspace) -> Case:
    return Case(
        value=lambda: _per_file(workspace, LARGE),
        floor=lambda: _per_file(workspace, FILES),
        pairs=_PAIRS,
    )


BENCHMARKS = (
    Benchmark("growth", f"generate --no-protobuf, {LARGE:,} protos / {FILES} protos", 1.0, _growth, per="file"),
)
