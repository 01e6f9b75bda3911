"""The benchmarks of the Meta service, at sizes at which they only show that they measure what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.harness import Benchmark, Pair, PairedCase, Result, Sample, conclude, take_pairs
from benchmarks.report import as_json, as_table
from benchmarks.serving.__main__ import OPERATIONS
from benchmarks.serving.both import Place
from benchmarks.serving.processes import Cores, NotStartedError, bare_server
from benchmarks.serving.recording import read_messages, write_messages
from benchmarks.serving.rounds import Outcome, alternate
from benchmarks.serving.suite import BENCHMARKS as SERVING
from benchmarks.serving.suite import measure

SAME_AS_OTHERS = {"meta-get-1", "meta-get-64", "watch-event"}
"""Others measure the same with other numbers."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keeps the registries that several of them want."""
    return tmp_path_factory.mktemp("serving")


async def tiny(name: str, folder: Path) -> Outcome:
    operation = OPERATIONS[name]
    return await operation.measure(Place(folder, Cores.of_this_machine()), operation.tiny)


@pytest.mark.full
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.full] if name in SAME_AS_OTHERS else []) for name in OPERATIONS]
)
async def test_an_operation_measures_a_value_and_its_floor(name: str, folder: Path) -> None:
    found = await tiny(name, folder)
    assert found.value > 0
    assert found.floor > 0
    assert 0.001 < found.value / found.floor < 1000
    assert found.value_peak_mb > 10
    assert found.floor_peak_mb > 10


def test_each_benchmark_has_an_operation_of_its_name() -> None:
    assert {benchmark.name for benchmark in SERVING} == OPERATIONS.keys()
    assert OPERATIONS.keys() <= BENCHMARKS.keys()


def test_a_pair_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    pair = measure("meta-get-8", tmp_path / "new", "--tiny")
    assert 0 < pair.value.amount < 10
    assert 0 < pair.floor.amount < 10


async def test_what_a_server_prints_is_told_where_it_does_not_start(folder: Path) -> None:
    with pytest.raises(NotStartedError, match="KeyError: 'nothing'"):
        async with bare_server("nothing", [], Cores.of_this_machine()):
            pass


def test_recorded_messages_are_read_as_they_were(tmp_path: Path) -> None:
    messages = [b"", b"one", b"x" * 70_000]
    assert read_messages(write_messages(tmp_path / "messages", messages)) == messages


async def test_values_and_floors_take_turns() -> None:
    taken: list[str] = []

    async def side(name: str, seconds: float) -> float:
        taken.append(name)
        return seconds

    found = await alternate(lambda: side("value", 3.0), lambda: side("floor", 2.0), rounds=3)
    assert found == (3.0, 2.0)
    assert taken == ["value", "floor", *("floor", "value"), *("value", "floor"), *("floor", "value")]


def stated(bar: float | None) -> Benchmark:
    pair = Pair(Sample(3.0, 1.0), Sample(2.0, 1.0))
    return Benchmark("some", "about", bar, lambda workspace: PairedCase(lambda: pair, 3))


def result(bar: float | None) -> Result:
    case: Any = stated(bar).prepare(None)  # type: ignore[arg-type]
    return conclude(stated(bar), take_pairs(case))


@pytest.mark.parametrize(("bar", "holds"), [(1.4, False), (1.5, True), (None, True)])
def test_without_a_bar_whatever_is_measured_holds(bar: float | None, holds: bool) -> None:
    assert result(bar).figure == 1.5
    assert result(bar).holds is holds
    assert not Result(stated(bar), error="it broke").holds


def test_a_missing_bar_is_a_dash() -> None:
    [_, line] = as_table([result(None)]).splitlines()
    assert line.split()[:8] == ["some", "3000", "ms", "2000", "ms", "1.50", "-", "-"]
    assert '"bar": null' in as_json([result(None)])
