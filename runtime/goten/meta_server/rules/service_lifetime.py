"""A Service comes only when all that was below its predecessor is gone (REG-14)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.neighbours import Neighbours
from goten.meta_server.rules.refusing import refused_for_now
from goten.meta_server.rules.rule import Rule
from goten.store import Store
from goten.store_middleware import SaveContext


class ServiceCreation(Rule[Service]):
    """Refuses one whose Deployments and Resources of before are still being taken away.

    Memory is enough to look in: nothing new comes below a Service that is not there.
    """

    only_for: ClassVar = descriptors.SERVICE

    def __init__(self, store: Store, neighbours: Neighbours) -> None:
        self._store = store
        self._neighbours = neighbours

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is not None:
            return new
        await self._neighbours.at_guard()
        count = self._store.count(descriptors.DEPLOYMENT, f"{new.name}/deployments/")
        count += self._store.count(descriptors.RESOURCE, f"{new.name}/resources/")
        if count:
            reason = f"it was deleted, and {count} of its deployments and resources are still being taken away"
            raise refused_for_now("SERVICE_BEING_DELETED", new.name, reason, "try again")
        return new
