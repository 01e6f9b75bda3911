"""The benchmarks of the Meta service. Each pair is a process of its own, which starts the servers that it asks."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.harness import Benchmark, Measure, Pair, PairedCase, Sample, Unit, run
from benchmarks.workspace import Workspace

_REPO: Final = Path(__file__).resolve().parents[2]
_PAIRS: Final = 5
_LONG_PAIRS: Final = 3


def measure(name: str, folder: Path, *options: str) -> Pair:
    """One pair of an operation of `benchmarks.serving`; the folder keeps what later pairs need again."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.serving", name, str(folder), *options]
    _, stdout = run(command, _REPO, os.environ | {"PYTHONPATH": str(_REPO)})
    found = json.loads(stdout)
    return Pair(Sample(found["value"], found["value_peak_mb"]), Sample(found["floor"], found["floor_peak_mb"]))


def _pairs(name: str, pairs: int = _PAIRS) -> Callable[[Workspace], PairedCase]:
    return lambda workspace: PairedCase(lambda: measure(name, workspace.root / "serving"), pairs)


def _benchmark(name: str, about: str, bar: float | None, pairs: int = _PAIRS, *, per: str = "call") -> Benchmark:
    return Benchmark(name, about, bar, _pairs(name, pairs), per=per)


def _bytes(name: str, about: str, bar: float | None, per: str, pairs: int = _PAIRS) -> Benchmark:
    return Benchmark(name, about, bar, _pairs(name, pairs), per=per, unit=Unit.BYTES)


BENCHMARKS: Final = (
    _benchmark("meta-get-1", "Get of Meta / a bare gRPC echo of the same bytes, 1 in flight", 1.43),
    _benchmark("meta-get-8", "the same with 8 in flight", 1.43),
    _benchmark("meta-get-64", "the same with 64 in flight", 1.43),
    _benchmark("meta-create-64", "CreateResource / that echo, 64 in flight", 2.0),
    _benchmark("meta-create-service", "CreateService / that echo, 64 in flight", None, _LONG_PAIRS),
    _benchmark("meta-create-deployment", "CreateDeployment / that echo, 64 in flight", None, _LONG_PAIRS),
    _benchmark("list-pages", "a list of 20,000 deployments / a bare paged list of the same messages", 2.0, per=""),
    _benchmark("watch-snapshot", "a watch of 21,000 resources / a bare stream of the same bytes", 2.0, per=""),
    _benchmark("watch-event", "an event to 1,000 watchers / a bare fan-out of the same bytes", 1.5, per=""),
    _benchmark("watch-burst", "1,000 events to 1,000 watchers / a message for each", 0.125, _LONG_PAIRS, per=""),
    _bytes("watcher-memory", "memory of a watch that is open / of a bare stream", 2.0, "watcher"),
    _bytes("watcher-memory-filters", "the same where each watcher has another filter", None, "watcher", _LONG_PAIRS),
    _bytes("resource-memory", "memory of each of 100,000 resources / its serialized size", None, "resource", 1),
    Benchmark(
        "hold-100000",
        "start of Meta with 100,000 resources / with none",
        None,
        _pairs("hold-100000", _LONG_PAIRS),
        measure=Measure.EXCESS,
    ),
    _benchmark(
        "services-info",
        "a Service write that 150 others follow / one that none does",
        None,
        _LONG_PAIRS,
    ),
    _benchmark(
        "services-info-users",
        "creation of a Service that uses Meta, as 1,000 do / of one that uses nothing",
        None,
        _LONG_PAIRS,
    ),
)
