"""What the runtime costs where it is called all the time: names, policy lookups, syncing; and 100,000 holders.

Each operation is measured in a process of its own (benchmarks/operations), so that none finds what another left.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Benchmark, Case, Sample, Unit, run
from benchmarks.workspace import Workspace

_REPO = Path(__file__).resolve().parents[1]
_PAIRS = 9
_LONG_PAIRS = 5


def measure(operation: str) -> Sample:
    """One measurement of an operation of `benchmarks.operations`, by name."""
    path = os.pathsep.join([str(_REPO), str(_REPO / "generated_examples")])
    sample, stdout = run(
        [sys.executable, "-m", "benchmarks.operations", operation], _REPO, os.environ | {"PYTHONPATH": path}
    )
    return Sample(float(stdout), sample.peak_mb)


def _pair(value: str, floor: str, pairs: int = _PAIRS) -> Callable[[Workspace], Case]:
    return lambda _: Case(value=lambda: measure(value), floor=lambda: measure(floor), pairs=pairs)


BENCHMARKS = (
    Benchmark(
        "policy-hit",
        "policy_for / cutting off the holder's name and one dict access",
        3.0,
        _pair("hit_seconds", "cut_and_get_seconds"),
    ),
    Benchmark(
        "policy-hit-first",
        "the same for names that nobody asked for before, beside others in their collections",
        3.0,
        _pair("first_hit_seconds", "cut_and_get_seconds"),
    ),
    Benchmark(
        "policy-hit-collection",
        "the same for names in collections in which nobody asked for anything before",
        9.0,
        _pair("first_of_collection_seconds", "cut_and_get_seconds"),
    ),
    Benchmark(
        "name-parse",
        "parse of a generated class / str.split into a dataclass with slots",
        2.0,
        _pair("parse_seconds", "split_seconds"),
    ),
    Benchmark(
        "name-parse-regex",
        "parse of a generated class / a regular expression's groupdict into that dataclass",
        1.0,
        _pair("parse_seconds", "match_seconds"),
    ),
    Benchmark(
        "compute-syncing",
        "compute_syncing / policy_for",
        5.0,
        _pair("compute_syncing_seconds", "hit_seconds"),
    ),
    Benchmark(
        "holders-load",
        "start of a store with 100,000 holders / decoding their messages",
        6.0,
        _pair("load_seconds", "decode_seconds", _LONG_PAIRS),
    ),
    Benchmark(
        "holders-load-distinct",
        "the same where every holder has another policy",
        6.0,
        _pair("load_distinct_seconds", "decode_distinct_seconds", _LONG_PAIRS),
    ),
    Benchmark(
        "invalidation-turn",
        "turns from a response to the answer that it changes / turns until a waiting task has written to a dict",
        1.0,
        _pair("invalidation_turns", "queue_turns", _LONG_PAIRS),
        unit=Unit.TURNS,
    ),
    Benchmark(
        "holder-memory",
        "memory of a cached holder / memory of its message",
        1.0,
        _pair("holder_bytes", "message_bytes", _LONG_PAIRS),
        per="holder",
        unit=Unit.BYTES,
    ),
    Benchmark(
        "holder-memory-distinct",
        "the same where every holder has another policy",
        1.0,
        _pair("holder_distinct_bytes", "message_distinct_bytes", _LONG_PAIRS),
        per="holder",
        unit=Unit.BYTES,
    ),
)
