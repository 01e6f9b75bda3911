"""A PolicyStore of identity.example.com over a server in another process, and questions with deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from identity_example_com.v1.policy_store import register_policy_sources
from identity_example_com.v1.service import SERVICE

from goten.channels import StaticChannelProvider
from goten.policy_context import PolicyUnavailable
from goten.policy_store import HolderNotFound, PolicyStore, PolicyStoreOptions
from goten.watch import BackoffPolicy, WatchTiming
from tests.processes.conftest import QUICK_OPTIONS
from tests.processes.identity import DEADLINE

QUICK = PolicyStoreOptions(
    max_stale=1.5,
    fetched_for=0.5,
    fetch_within=1.0,
    start_within=DEADLINE,
    poll_interval=0.5,
    watch=WatchTiming(silence=1.0, lost_sync=4.0, backoff=BackoffPolicy(first=0.02, limit=0.2)),
)
SLACK = 1.0
"""What a busy machine may add to any deadline."""

Answer: TypeAlias = tuple[str, ...] | type[PolicyUnavailable] | None
"""The enabled regions; None: there is no such holder; a type of exceptions: it is not known now."""


def make_store(channels: StaticChannelProvider, options: PolicyStoreOptions = QUICK) -> PolicyStore:
    """One with all its sources, not started."""
    store = PolicyStore(SERVICE, channels, options=options)
    register_policy_sources(store)
    return store


def channels_to(address: str) -> StaticChannelProvider:
    """One server for both services that names of identity.example.com need."""
    return StaticChannelProvider({"identity.example.com": address, "meta.goten.com": address}, options=QUICK_OPTIONS)


@asynccontextmanager
async def running_store(address: str, options: PolicyStoreOptions = QUICK) -> AsyncIterator[PolicyStore]:
    """A store that is ready. That it can be stopped in time is part of every test."""
    async with channels_to(address) as channels:
        store = make_store(channels, options)
        await store.start()
        try:
            yield store
        finally:
            async with asyncio.timeout(DEADLINE):
                await store.stop()


def account(project: str) -> str:
    """The name of something that a project governs."""
    return f"{project}/regions/us-west2/serviceAccounts/robot"


async def ask(store: PolicyStore, name: str, options: PolicyStoreOptions = QUICK) -> Answer:
    """What the store answers, sooner or later, but no later than a fetch may take."""
    async with asyncio.timeout(options.fetch_within + SLACK):
        try:
            policy = await store.policy_for(name)
        except HolderNotFound:
            return None
        except PolicyUnavailable as error:
            return type(error)
    assert policy is not None, f"{name} is no global name"
    return policy.enabled_regions


async def ask_until(
    store: PolicyStore, name: str, expected: Answer, options: PolicyStoreOptions = QUICK, within: float = DEADLINE
) -> list[Answer]:
    """Asks until an answer is the expected one, and returns the others before it. Raises AssertionError if it takes too
    long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    others: list[Answer] = []
    while (answer := await ask(store, name, options)) != expected:
        if answer not in others[-1:]:
            others.append(answer)
        assert loop.time() < deadline, f"not within {within:g} s: {name} has {expected}; it had {others}"
        await asyncio.sleep(0.01)
    return others
