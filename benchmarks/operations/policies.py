"""Asking a PolicyStore, and what is worked out from its answers."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

from device_management.proto.v1 import project_service_pb2
from devices_example_com.v1 import methods
from devices_example_com.v1.descriptors import DEVICE
from devices_example_com.v1.names import DeviceName

from benchmarks.operations.holders import holder, make_store, policy_of, response, snapshot
from benchmarks.operations.names import COUNT, TEXTS, fresh_texts
from benchmarks.operations.timing import awaited_seconds_each, seconds_each
from goten.policy import Policy
from goten.policy_store import PolicyStore
from goten.syncing import compute_syncing

_COLLECTION = len("projects/")


def hit_seconds() -> float:
    """`policy_for`, for names that were asked for before."""
    return asyncio.run(_hit_seconds(fresh_texts))


def first_hit_seconds() -> float:
    """`policy_for`, for names that nobody asked for before, beside others of known holders."""
    numbers = itertools.count()

    def new_texts() -> list[str]:
        return [f"{text}-{next(numbers)}" for text in TEXTS]

    return asyncio.run(_hit_seconds(new_texts))


def first_of_collection_seconds() -> float:
    """`policy_for`, for names of known holders in collections in which nobody asked for anything before."""
    numbers = itertools.count()

    def new_texts() -> list[str]:
        return [f"{text}-{next(numbers)}/ports/eth0" for text in TEXTS]

    return asyncio.run(_hit_seconds(new_texts))


async def _hit_seconds(texts: Callable[[], list[str]]) -> float:
    store, _ = make_store(snapshot(COUNT))

    async def turn(names: list[str]) -> None:
        ask = store.policy_for
        for name in names:
            await ask(name)

    async with store:
        return await awaited_seconds_each(texts, turn, COUNT)


def cut_and_get_seconds() -> float:
    """The floor of a hit: the holder's name is cut off by a search, and the policy is in a dict. Checks nothing."""
    policies = {holder(number): policy_of(number) for number in range(COUNT)}

    def turn(names: list[str]) -> None:
        get = policies.get
        for name in names:
            get(name[: name.find("/", _COLLECTION)])

    return seconds_each(fresh_texts, turn, COUNT)


def compute_syncing_seconds() -> float:
    """Owner and copies of a typed name, by a policy that is at hand."""
    policies = [Policy.from_message(policy_of(number)) for number in range(COUNT)]
    names = [
        DeviceName.of_project_region(f"p{number}", policy.default_control_region, f"d{number}")
        for number, policy in enumerate(policies)
    ]
    pairs = list(zip(names, policies, strict=True))

    def turn(_: None) -> None:
        for name, policy in pairs:
            compute_syncing(DEVICE, name, policy, None)

    return seconds_each(lambda: None, turn, COUNT)


def invalidation_turns() -> float:
    """Turns of the event loop from a response that arrives to an answer that follows from it."""
    return float(asyncio.run(_invalidation_turns()))


async def _invalidation_turns() -> int:
    store, channels = make_store(snapshot(COUNT))
    async with store:
        before = await _ask(store)
        stream = channels.streams[methods.WATCH_PROJECTS.path]
        stream.put(_changed().SerializeToString())
        return await _turns_until(lambda: store.cached_policy_for(TEXTS[0]) != before)


def queue_turns() -> float:
    """The floor of an invalidation: turns until a task that waits for a future has put what it got into a dict."""
    return float(asyncio.run(_queue_turns()))


async def _queue_turns() -> int:
    arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    known: dict[str, str] = {}

    async def follow() -> None:
        known["policy"] = await arrived

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    arrived.set_result("new")
    turns = await _turns_until(lambda: "policy" in known)
    await following
    return turns


async def _turns_until(condition: Callable[[], bool]) -> int:
    turns = 0
    while not condition():
        await asyncio.sleep(0)
        turns += 1
    return turns


def _ask(store: PolicyStore) -> Awaitable[Policy | None]:
    return store.policy_for(TEXTS[0])


def _changed() -> project_service_pb2.WatchProjectsResponse:
    """Holder 0 gets the policy of another."""
    changed = response([0], is_current=True)
    changed.project_changes[0].current.project.multi_region_policy.CopyFrom(policy_of(1))
    return changed
