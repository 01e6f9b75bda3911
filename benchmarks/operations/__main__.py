"""Measures one operation and prints the amount: seconds, bytes or turns."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.operations import loading, names, policies

OPERATIONS: dict[str, Callable[[], float]] = {
    operation.__name__: operation
    for operation in (
        names.parse_seconds,
        names.split_seconds,
        names.match_seconds,
        policies.hit_seconds,
        policies.first_hit_seconds,
        policies.cut_and_get_seconds,
        policies.compute_syncing_seconds,
        policies.invalidation_turns,
        policies.queue_turns,
        loading.load_seconds,
        loading.decode_seconds,
        loading.holder_bytes,
        loading.message_bytes,
    )
}

if __name__ == "__main__":
    print(OPERATIONS[sys.argv[1]]())
