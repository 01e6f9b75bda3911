"""Many clients that register at once, over gRPC and on SQLite: what each was promised holds for all that it can see."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import grpc.aio

from goten.descriptors import Descriptor
from goten.meta.v1.descriptors import DEPLOYMENT, RESOURCE
from tests.meta.cli import meta_app
from tests.processes.registering import REGIONS, Registering
from tests.processes.registry import Registry, Seen
from tests.processes.registry_watches import become, watching

WRITERS = 8
QUICK_ACTS, FULL_ACTS = 40, 800
_FOLLOWERS = (DEPLOYMENT, RESOURCE)


async def listed(
    registry: Registry, descriptor: Descriptor[Any, Any], parent: str, condition: str = ""
) -> set[tuple[str, str]]:
    """Names and uuids: what is created anew is another resource."""
    page = await registry.call("list", descriptor, parent=f"services/{parent}", filter=condition, page_size=1000)
    assert not page.next_page_token
    found = (*getattr(page, "deployments", ()), *getattr(page, "resources", ()))
    return {(each.name, each.metadata.uuid) for each in found}


class Promise:
    """What an acknowledged registration promises (REG-21, FANOUT-2): a filter shows all that became relevant."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.checked = 0

    async def check(self, service: str, neighbours: Sequence[str]) -> None:
        for neighbour in neighbours:
            for descriptor in _FOLLOWERS:
                await self._check(service, neighbour, descriptor)

    async def _check(self, service: str, neighbour: str, descriptor: Descriptor[Any, Any]) -> None:
        before = await listed(self._registry, descriptor, neighbour)
        relevant = f'metadata.services.allowed_services CONTAINS "{service}"'
        shown = await listed(self._registry, descriptor, neighbour, relevant)
        after = await listed(self._registry, descriptor, neighbour)
        # What came or went meanwhile need not be shown.
        assert before & after <= shown, f"{service} does not see {before & after - shown}"
        self.checked += len(before & after)


async def test_many_clients_at_once(tmp_path: Path, full_run: bool) -> None:
    """REG-1, REG-21, FANOUT-2: nobody breaks a rule, nobody loses a write, and everybody sees what it was promised."""
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    async with (
        meta_app(f"sqlite:{tmp_path / 'meta.sqlite'}", regions=REGIONS) as app,
        grpc.aio.insecure_channel(app.address) as channel,
        watching(app.address) as watches,
    ):
        registry = Registry(channel)
        promise = Promise(registry)
        writers = [
            Registering(registry, number, WRITERS, Random(random.random()), promise.check) for number in range(WRITERS)
        ]

        async def act(writer: Registering) -> None:
            for _ in range(FULL_ACTS if full_run else QUICK_ACTS):
                await writer.act()

        await asyncio.gather(*map(act, writers))
        seen = await Seen.of(registry)
        assert seen.broken_rules() == []
        for writer in writers:
            writer.check(seen)
        await become(watches, seen)
    assert promise.checked > WRITERS
    assert sum(writer.writes for writer in writers) > WRITERS * 10
