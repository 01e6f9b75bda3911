"""The language-neutral traces of spec/vectors/watch_traces.json, run through the machine (WATCH-2 to WATCH-18)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from goten.watch import Anomalies, Applied, Reset, Response, WatchEvent, WatchMachine
from goten.watch.protocol import Ending, Fail, Reopen, Step

SPEC = Path(__file__).resolve().parents[3] / "spec"
TRACES: list[dict[str, Any]] = json.loads((SPEC / "vectors" / "watch_traces.json").read_text(encoding="utf-8"))
NEED_A_CLOCK_OR_A_NETWORK = {"WATCH-1", "WATCH-14", "WATCH-15", "WATCH-16", "WATCH-19"}


def take(machine: WatchMachine[int], step: dict[str, Any]) -> Step[int] | Ending[int]:
    if "receive" in step:
        fields = dict(step["receive"])
        changes = tuple((name, item) for name, item in fields.pop("changes", ()))
        return machine.receive(Response(changes, **fields))
    return machine.closed(step["end"]) if "end" in step else machine.sync_lost()


def as_data(event: WatchEvent[int]) -> dict[str, Any]:
    if isinstance(event, Reset):
        return {"reset": event.reason.value}
    return {"applied": {name: value for name, value in event._asdict().items() if value}}


ACTIONS: dict[str | None, type | None] = {None: None, "reopen": Reopen, "fail": Fail}


@pytest.mark.parametrize("trace", TRACES, ids=[f"{trace['rule']}-{place}" for place, trace in enumerate(TRACES)])
def test_trace(trace: dict[str, Any]) -> None:
    machine = WatchMachine[int](**trace.get("limits", {}))
    for step in trace["steps"]:
        out = take(machine, step)
        assert [as_data(event) for event in out.events] == step.get("events", []), (trace["note"], step)
        expected = ACTIONS[step.get("then")]
        assert (type(out.action) if out.action else None) is expected, (trace["note"], step)
        if expected is Reopen:
            assert machine.token == step["token"], (trace["note"], step)
        if "current" in step:
            assert machine.is_current is step["current"], (trace["note"], step)
    assert dict(machine.resources) == trace["resources"], trace["note"]
    if "anomalies" in trace:
        assert machine.anomalies == Anomalies(**trace["anomalies"]), trace["note"]


@pytest.mark.parametrize("trace", TRACES, ids=[f"{trace['rule']}-{place}" for place, trace in enumerate(TRACES)])
def test_events_alone_are_enough_to_follow(trace: dict[str, Any]) -> None:
    """A listener that only applies events has what the machine has."""
    machine = WatchMachine[int](**trace.get("limits", {}))
    follower: dict[str, int] = {}
    for step in trace["steps"]:
        for event in take(machine, step).events:
            if isinstance(event, Applied):
                assert not follower.keys() & event.added.keys()
                assert event.before == {name: follower[name] for name in event.changed}
                assert event.removed == {name: follower.pop(name) for name in event.removed}
                follower |= {**event.added, **event.changed}
    assert follower == machine.resources


def test_traces_cover_the_rules() -> None:
    text = (SPEC / "protocol" / "watch.md").read_text(encoding="utf-8")
    rules = re.findall(r"^\*\*(WATCH-\d+): ", text, re.MULTILINE)
    assert rules == [f"WATCH-{number}" for number in range(1, len(rules) + 1)]
    assert {trace["rule"] for trace in TRACES} == set(rules) - NEED_A_CLOCK_OR_A_NETWORK
    assert len({trace["note"] for trace in TRACES}) == len(TRACES)
