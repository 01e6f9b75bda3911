"""After any sequence of writes, refused ones included, no rule is broken and everything carries the right services."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from goten.refusals import Refused
from goten.storage import MemoryStorage
from tests.meta.broken import broken_rules
from tests.meta.world import World, deployment, resource, service, world

Act = Callable[[World], Awaitable[Any]]

DOMAINS = st.sampled_from(["aa", "bb", "cc", "dd", "meta.goten.com"])
REGIONS = st.sampled_from(["r1", "r2", "r3"])
SOME = st.lists(DOMAINS, max_size=3, unique=True)


def saving(message: Any) -> Act:
    return lambda registry: registry.save(message)


def deleting(name: str) -> Act:
    return lambda registry: registry.delete(name)


services = st.builds(
    lambda domain, regions, imports, uses, versions, generation: saving(
        service(
            domain, regions=regions, imports=imports, uses=uses, versions=versions, env_registry_generation=generation
        )
    ),
    DOMAINS,
    st.lists(REGIONS, min_size=1, max_size=3, unique=True),
    SOME,
    SOME,
    st.lists(st.sampled_from(["v1", "v2"]), min_size=1, max_size=2, unique=True),
    st.sampled_from([0, 0, 1, 2]),
)
deployments = st.builds(
    lambda domain, region, version: saving(deployment(domain, region, current_version=version)),
    DOMAINS,
    REGIONS,
    st.sampled_from(["", "v1", "v2"]),
)
resources = st.builds(
    lambda domain, singular: saving(resource(domain, singular)), DOMAINS, st.sampled_from(["Thing", "Other"])
)
deletions = st.one_of(
    st.builds(lambda domain: deleting(f"services/{domain}"), DOMAINS),
    st.builds(lambda domain, region: deleting(f"services/{domain}/deployments/{region}"), DOMAINS, REGIONS),
    st.builds(lambda domain: deleting(f"services/{domain}/resources/Thing"), DOMAINS),
    st.builds(lambda region: deleting(f"regions/{region}"), REGIONS),
)
acts = st.one_of(services, services, services, deployments, resources, deletions)


async def attempt(registry: World, act: Act) -> None:
    with suppress(Refused):
        await act(registry)


async def run(batches: list[list[Act]]) -> None:
    storage = MemoryStorage()
    async with world(storage) as one, world(storage, regions=()) as other:
        for batch in batches:
            await asyncio.gather(*(attempt(other if place % 3 == 2 else one, act) for place, act in enumerate(batch)))
            assert broken_rules(one) == []
        assert one.pending() == []


@given(st.lists(st.lists(acts, min_size=1, max_size=6), max_size=12))
def test_all_is_right_whenever_everything_is_acknowledged(batches: list[list[Act]]) -> None:
    """REG-21, FANOUT-2: the acts of a batch run at the same time, in two processes; after it, all of it is right."""
    asyncio.run(run(batches))
