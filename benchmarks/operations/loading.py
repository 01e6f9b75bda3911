"""Filling a PolicyStore with 100,000 holders: time and memory, beside those of the bare messages."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from device_management.proto.v1.project_pb2 import Project

from benchmarks.operations.holders import HOLDERS, Response, distinct_policy_of, make_store, policy_of, snapshot
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

_ROUNDS = 5
_START_WITHIN = 60.0


def load_seconds() -> float:
    """From the first byte of a watch to a store that is ready: processor time, of which this needs nothing else."""
    return _best_load(snapshot())


def load_distinct_seconds() -> float:
    """The same where every holder has another policy."""
    return _best_load(snapshot(policy=distinct_policy_of))


def _best_load(snapshot: Iterable[bytes]) -> float:
    responses = list(snapshot)
    return min(asyncio.run(_load_seconds(responses)) for _ in range(_ROUNDS))


async def _load_seconds(responses: list[bytes]) -> float:
    store, _ = make_store(responses)
    begin = time.process_time()
    await store.start(_START_WITHIN)
    seconds = time.process_time() - begin
    await store.stop()
    return seconds


def decode_seconds() -> float:
    """The floor of loading: each holder's message is decoded once, and forgotten."""
    return _best_decoding(snapshot())


def decode_distinct_seconds() -> float:
    """The same where every holder has another policy."""
    return _best_decoding(snapshot(policy=distinct_policy_of))


def _best_decoding(snapshot: Iterable[bytes]) -> float:
    messages = [
        change.current.project.SerializeToString()
        for response in snapshot
        for change in Response.FromString(response).project_changes
    ]
    return min(_timed(lambda: _decode_all(messages)) for _ in range(_ROUNDS))


def _decode_all(messages: list[bytes]) -> None:
    decode = Project.FromString
    for message in messages:
        decode(message)


def _timed(work: Callable[[], None]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def holder_bytes() -> float:
    """By how much the process grows for each holder that a store caches."""
    return asyncio.run(_holder_bytes(policy_of))


def holder_distinct_bytes() -> float:
    """The same where every holder has another policy."""
    return asyncio.run(_holder_bytes(distinct_policy_of))


async def _holder_bytes(policy: Callable[[int], MultiRegionPolicy]) -> float:
    small, _ = make_store(snapshot(1))
    async with small:
        before = _resident()
        store, _ = make_store(snapshot(policy=policy))
        await store.start(_START_WITHIN)
        grown = _resident() - before
        await store.stop()
    return grown / HOLDERS


def message_bytes() -> float:
    """The floor of caching: the same with a dict of the holders' messages, each decoded by itself."""
    return _message_bytes(policy_of)


def message_distinct_bytes() -> float:
    """The same where every holder has another policy."""
    return _message_bytes(distinct_policy_of)


def _message_bytes(policy: Callable[[int], MultiRegionPolicy]) -> float:
    warm = _messages(1, policy)
    before = _resident()
    messages = _messages(HOLDERS, policy)
    grown = _resident() - before
    return grown / (len(messages) - len(warm) + 1)


def _messages(count: int, policy: Callable[[int], MultiRegionPolicy]) -> dict[str, Project]:
    return {
        change.current.project.name: Project.FromString(change.current.project.SerializeToString())
        for response in snapshot(count, policy)
        for change in Response.FromString(response).project_changes
    }


def _resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
