"""Measuring: processes with their time and memory, pairs of a value and its floor, and what comes of them.

A figure only means something beside its floor, taken at the same time on the same machine. So both are measured in
turns, in pairs, and each pair gives one figure; the median of those is held against the bar. Noise that comes and goes
hits both halves of a pair, and a pair that it hits in the middle does not move the median.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median

from benchmarks.workspace import Workspace

_ERROR_CHARACTERS = 2000


class CommandFailedError(Exception):
    """A measured command did not do its work; the message has the command and the end of its stderr."""


class Measure(StrEnum):
    """How a value is held against its floor: divided by it, or less it."""

    RATIO = "ratio"
    EXCESS = "excess"


class Unit(StrEnum):
    """What is counted; `turns` are those of an event loop."""

    SECONDS = "s"
    BYTES = "bytes"
    TURNS = "turns"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement, in the benchmark's unit, and the peak of the resident set in MB (1,000,000 bytes) of the largest
    process."""

    amount: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A value and its floor, measured one right after the other."""

    value: Sample
    floor: Sample


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: two actions that can be repeated, and how many pairs are taken of them."""

    value: Callable[[], Sample]
    floor: Callable[[], Sample]
    pairs: int


@dataclass(frozen=True, slots=True)
class PairedCase:
    """What is measured where one action takes both halves of a pair, in turns of its own, and warms up by itself."""

    pair: Callable[[], Pair]
    pairs: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A named bar; None: the figure is only stated. `prepare` does what must be there before measuring begins; `per` is
    what an amount is divided by.
    """

    name: str
    about: str
    bar: float | None
    prepare: Callable[[Workspace], Case | PairedCase]
    measure: Measure = Measure.RATIO
    per: str = ""
    unit: Unit = Unit.SECONDS


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a benchmark: medians over its pairs. All None, and `error` set, if it failed."""

    benchmark: Benchmark
    value: float | None = None
    floor: float | None = None
    figure: float | None = None
    peak_mb: float | None = None
    floor_peak_mb: float | None = None
    error: str = ""

    @property
    def holds(self) -> bool:
        """Whether it could be measured, and keeps the bar where there is one."""
        bar = self.benchmark.bar
        return self.figure is not None and (bar is None or self.figure <= bar)


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> tuple[Sample, str]:
    """Runs `command` and returns its measurement and its stdout. Raises CommandFailedError if it does not end with 0.

    The kernel counts what a process held before it became the command as the command's own, so a peak is never below
    that of this process: keep it small, and the figures of larger commands are right.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        begin = time.perf_counter()
        try:
            process = subprocess.Popen(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )
        except OSError as error:
            raise CommandFailedError(f"{command[0]}: {error.strerror}") from error
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if process.returncode:
            shown = " ".join(command[:4])
            tail = stderr.read().decode(errors="replace")[-_ERROR_CHARACTERS:]
            raise CommandFailedError(f"{shown} ...: exit code {process.returncode}\n{tail}")
        return Sample(seconds, usage.ru_maxrss * 1024 / 1e6), stdout.read().decode(errors="replace")


def take_pairs(case: Case | PairedCase) -> list[Pair]:
    """Measures the pairs of a case, after one that only warms up caches. Every other pair begins with the floor."""
    if isinstance(case, PairedCase):
        return [case.pair() for _ in range(case.pairs)]
    case.value()
    case.floor()
    pairs = []
    for number in range(case.pairs):
        if number % 2:
            floor = case.floor()
            pairs.append(Pair(case.value(), floor))
        else:
            pairs.append(Pair(case.value(), case.floor()))
    return pairs


def conclude(benchmark: Benchmark, pairs: Sequence[Pair]) -> Result:
    """Draws the medians. The figure is the median of the pairs' figures, so it need not be that of the medians."""
    return Result(
        benchmark,
        value=median(pair.value.amount for pair in pairs),
        floor=median(pair.floor.amount for pair in pairs),
        figure=median(_figure(benchmark.measure, pair) for pair in pairs),
        peak_mb=median(pair.value.peak_mb for pair in pairs),
        floor_peak_mb=median(pair.floor.peak_mb for pair in pairs),
    )


def perform(benchmark: Benchmark, workspace: Workspace) -> Result:
    """Measures one benchmark. A command that fails costs this benchmark, never the run."""
    try:
        return conclude(benchmark, take_pairs(benchmark.prepare(workspace)))
    except CommandFailedError as error:
        return Result(benchmark, error=str(error))


def _figure(measure: Measure, pair: Pair) -> float:
    if measure is Measure.EXCESS:
        return pair.value.amount - pair.floor.amount
    return pair.value.amount / pair.floor.amount
