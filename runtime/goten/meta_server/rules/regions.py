"""Regions: who writes them, and when they may go (REG-6, REG-7)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors, names
from goten.meta.v1.region_pb2 import Region
from goten.meta_server.fanout.neighbours import Neighbours, service_text
from goten.meta_server.rules.refusing import DOMAIN, listed, refused, refused_caller
from goten.meta_server.rules.rule import Rule
from goten.store import Store
from goten.store_middleware import SaveContext


class RegionWriters(Rule[Region]):
    """Only Meta itself creates, changes and deletes Regions (REG-6)."""

    only_for: ClassVar = descriptors.REGION

    async def write(self, context: SaveContext, old: Region | None, new: Region) -> Region:
        _check_caller(context, new.name)
        return new

    async def deletion(self, context: SaveContext, old: Region) -> None:
        _check_caller(context, old.name)


def _check_caller(context: SaveContext, region: str) -> None:
    if context.caller != DOMAIN:
        who = context.caller or "a caller that is not known"
        reason = f"only {DOMAIN} itself writes Regions, and this is {who}"
        raise refused_caller(region, reason, "name the region in the configuration of Meta")


class RegionDeletion(Rule[Region]):
    """A Region stays while a Service enables it or a Deployment is in it; that of this Meta always (REG-7)."""

    only_for: ClassVar = descriptors.REGION

    def __init__(self, store: Store, neighbours: Neighbours, own: str) -> None:
        """`own` is the id of the region of this Meta."""
        self._store = store
        self._own = own
        self._neighbours = neighbours

    async def deletion(self, context: SaveContext, old: Region) -> None:
        region = names.RegionName.parse(old.name).region_id
        await self._neighbours.at_guard()
        enabling = self._neighbours.in_region(region)
        if enabling:
            reason = f"it is enabled by {listed(map(service_text, enabling))}"
            raise refused("REGION_ENABLED", old.name, reason, "take it out of their multi_region_policy first")
        # Where its Service is gone, and what is below it is still being taken away.
        last = f"/deployments/{region}"
        there = [name for name in self._store.names(descriptors.DEPLOYMENT) if name.endswith(last)]
        if there:
            raise refused("REGION_DEPLOYED", old.name, f"{listed(there)} is in it", "delete that first")
        if region == self._own:
            # Without it, Meta could not register itself again.
            raise refused("OWN_REGION", old.name, f"it is the region of this {DOMAIN}", "it goes with its storage")
