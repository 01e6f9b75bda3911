"""Measures one operation and prints the amount: seconds, bytes or turns."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.operations import environment, loading, names, policies

OPERATIONS: dict[str, Callable[[], float]] = {
    operation.__name__: operation
    for operation in (
        names.parse_seconds,
        names.split_seconds,
        names.match_seconds,
        policies.hit_seconds,
        policies.first_hit_seconds,
        policies.first_of_collection_seconds,
        policies.cut_and_get_seconds,
        policies.compute_syncing_seconds,
        policies.invalidation_turns,
        policies.queue_turns,
        loading.load_seconds,
        loading.load_distinct_seconds,
        loading.decode_seconds,
        loading.decode_distinct_seconds,
        loading.holder_bytes,
        loading.holder_distinct_bytes,
        loading.message_bytes,
        loading.message_distinct_bytes,
        environment.deployment_seconds,
        environment.asked_deployment_seconds,
        environment.service_seconds,
        environment.channel_seconds,
        environment.get_seconds,
        environment.publish_seconds,
        environment.fan_out_seconds,
        environment.known_deployment_bytes,
        environment.deployment_message_bytes,
    )
}

if __name__ == "__main__":
    print(OPERATIONS[sys.argv[1]]())
