"""The benchmarks of EnvRegistry, at sizes at which they only show that they measure what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.operations import environment
from benchmarks.operations.__main__ import OPERATIONS as IN_PROCESS
from benchmarks.registry.__main__ import OPERATIONS
from benchmarks.registry.fleet import ClientFailedError, fleet
from benchmarks.registry.neighbours import spread
from benchmarks.registry.registries import registration, timed_registry
from benchmarks.registry.rounds import Found, Turns, take_turns
from benchmarks.registry.suite import BENCHMARKS as REGISTRY
from benchmarks.registry.suite import measure
from benchmarks.serving.both import Place
from benchmarks.serving.names import REGIONS, service_id
from benchmarks.serving.processes import Cores
from benchmarks.serving.registry import Contents

LOOKUPS = ("deployment_seconds", "asked_deployment_seconds", "service_seconds", "channel_seconds", "get_seconds")
MEMORY = ("known_deployment_bytes", "deployment_message_bytes")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keeps the contents of Meta that several of them want."""
    return tmp_path_factory.mktemp("registry")


@pytest.mark.parametrize("name", OPERATIONS)
async def test_an_operation_measures_a_value_and_its_floor(name: str, folder: Path) -> None:
    operation = OPERATIONS[name]
    found = await operation.measure(Place(folder, Cores.of_this_machine()), operation.tiny)
    assert 0.001 < found.value / found.floor < 1000
    assert found.value_peak_mb > 10
    assert found.floor_peak_mb > 10
    assert found.notes.get("requests refused", 0) == 0


def test_each_benchmark_is_there_to_be_asked_for() -> None:
    named = {benchmark.name for benchmark in REGISTRY}
    assert OPERATIONS.keys() <= named <= BENCHMARKS.keys()
    assert {*LOOKUPS, *MEMORY, "publish_seconds", "fan_out_seconds"} <= IN_PROCESS.keys()


def test_a_pair_is_measured_in_a_process_of_its_own(folder: Path) -> None:
    pair = measure("registry-ready", folder, "--tiny")
    assert 0 < pair.value.amount < 10
    assert 0 < pair.floor.amount < 10


async def test_the_end_of_registration_is_between_start_and_ready(folder: Path) -> None:
    place = Place(folder, Cores.of_this_machine())
    async with (
        place.meta(Contents(2, 1, 1, uses_meta=1)) as meta,
        timed_registry(registration(service_id(0)), REGIONS[0], meta.address) as (timed, _),
    ):
        await timed.start()
        assert timed.began < timed.registered < timed.ready
        registered = timed.registered
        await timed.registry.resources(service_id(0))
        assert timed.registered == registered, "what is asked later is no part of it"


async def test_a_client_that_ends_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ClientFailedError):
        async with fleet("nothing", [{}], Cores.of_this_machine().client):
            pass
    assert "KeyError: 'nothing'" in capfd.readouterr().err


def test_registries_are_of_all_services_before_they_are_in_the_next_region() -> None:
    places = spread(services=3, processes=2, registries=2)
    assert places == [
        [(service_id(0), REGIONS[0]), (service_id(2), REGIONS[0])],
        [(service_id(1), REGIONS[0]), (service_id(0), REGIONS[1])],
    ]


async def test_values_and_floors_take_turns() -> None:
    taken: list[str] = []

    async def side(name: str, seconds: float) -> float:
        taken.append(name)
        return seconds

    turns = await take_turns(lambda: side("value", 3.0), lambda: side("floor", 2.0), rounds=2)
    assert turns == ([3.0, 3.0], [2.0, 2.0])
    assert taken == ["value", "floor", "floor", "value", "value", "floor"]


def test_what_is_found_are_medians_and_how_far_pairs_are_apart() -> None:
    found = Turns([1.0, 6.0, 4.0], [1.0, 2.0, 2.0]).found(5.0, 6.0, {"more": 7.0})
    assert found == Found(4.0, 2.0, 5.0, 6.0, {"lowest ratio of a pair": 1.0, "highest": 3.0, "more": 7.0})


def test_operations_without_a_meta(monkeypatch: pytest.MonkeyPatch) -> None:
    """With few of everything, and in few rounds."""
    monkeypatch.setattr(environment, "SERVICES", 30)
    monkeypatch.setattr(environment, "READERS", 5)
    monkeypatch.setattr("benchmarks.operations.timing._ROUNDS", 2)
    for name in (*LOOKUPS, "publish_seconds", "fan_out_seconds"):
        assert 0 < IN_PROCESS[name]() < 1
    for name in MEMORY:
        assert IN_PROCESS[name]() < 100_000
