"""The benchmarks of EnvRegistry: beside a real Meta, where each pair is a process of its own, and without one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks import runtime
from benchmarks.harness import Benchmark, Case, Pair, PairedCase, Sample, Unit, run
from benchmarks.workspace import Workspace

_REPO: Final = Path(__file__).resolve().parents[2]
_PAIRS: Final = 5
_LONG_PAIRS: Final = 3


def measure(name: str, folder: Path, *options: str) -> Pair:
    """One pair of an operation of `benchmarks.registry`; the folder keeps what later pairs need again."""
    command = [sys.executable, "-m", "benchmarks.registry", name, str(folder), *options]
    _, stdout = run(command, _REPO, os.environ | {"PYTHONPATH": str(_REPO)})
    found = json.loads(stdout)
    return Pair(Sample(found["value"], found["value_peak_mb"]), Sample(found["floor"], found["floor_peak_mb"]))


def _pairs(name: str) -> Callable[[Workspace], PairedCase]:
    return lambda workspace: PairedCase(lambda: measure(name, workspace.root / "registry"), _LONG_PAIRS)


def _pair(value: str, floor: str) -> Callable[[Workspace], Case]:
    """Of operations of `benchmarks.operations`, which need no Meta."""
    return lambda _: Case(lambda: runtime.measure(value), lambda: runtime.measure(floor), _PAIRS)


BENCHMARKS: Final = (
    Benchmark(
        "registry-ready",
        "from registered to ready with 20,000 deployments / a bare snapshot of the same bytes",
        3.0,
        _pairs("registry-ready"),
    ),
    Benchmark(
        "registry-start",
        "the same for 200 registries that start together, with 500 deployments / bare snapshots at once",
        3.0,
        _pairs("registry-start"),
    ),
    Benchmark(
        "registry-change",
        "a change in Meta to subscribers of 100 registries / a bare fan-out of the same bytes",
        2.0,
        _pairs("registry-change"),
    ),
    Benchmark(
        "registry-subscribers",
        "an event to 1,000 subscribers of one registry / a deque and a future for each",
        1.5,
        _pair("publish_seconds", "fan_out_seconds"),
    ),
    Benchmark(
        "registry-lookup",
        "environment.deployment / one dict.get",
        6.0,
        _pair("deployment_seconds", "get_seconds"),
    ),
    Benchmark(
        "registry-lookup-service",
        "environment.service / one dict.get",
        6.0,
        _pair("service_seconds", "get_seconds"),
    ),
    Benchmark(
        "registry-lookup-asked",
        "registry.environment.deployment / one dict.get",
        None,
        _pair("asked_deployment_seconds", "get_seconds"),
    ),
    Benchmark(
        "registry-channel",
        "registry.channel / one dict.get",
        None,
        _pair("channel_seconds", "get_seconds"),
    ),
    Benchmark(
        "registry-memory",
        "memory of a deployment that a registry knows / memory of its message",
        3.0,
        _pair("known_deployment_bytes", "deployment_message_bytes"),
        per="deployment",
        unit=Unit.BYTES,
    ),
)
