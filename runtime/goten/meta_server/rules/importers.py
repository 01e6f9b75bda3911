"""What others import stays: the Service, its regions and its versions (REG-13, REG-14)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.neighbours import Neighbours, facts_of, service_id, service_text
from goten.meta_server.rules.refusing import listed, refused
from goten.meta_server.rules.rule import Rule
from goten.store_middleware import SaveContext


class Importers(Rule[Service]):
    """Checks a Service against those that import it, where a write takes something away."""

    only_for: ClassVar = descriptors.SERVICE

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is not None:
            before, after = facts_of(old), facts_of(new)
            await self._check(new.name, before.regions - after.regions, before.versions - after.versions)
        return new

    async def deletion(self, context: SaveContext, old: Service) -> None:
        await self._neighbours.at_guard()
        importers = self._neighbours.importers(service_id(old.name))
        if importers:
            reason = f"it is imported by {listed(map(service_text, importers))}"
            hint = "delete those first, or let them stop importing it"
            raise refused("SERVICE_IMPORTED", old.name, reason, hint, service=importers[0])

    async def _check(self, name: str, regions: frozenset[str], versions: frozenset[str]) -> None:
        if not regions and not versions:
            return
        await self._neighbours.at_guard()
        own = service_id(name)
        for importer in self._neighbours.importers(own):
            facts = self._neighbours.of(importer)
            if facts is None:
                continue
            needed = regions & facts.regions
            if needed:
                reason = f"{service_text(importer)} imports it and is in {listed(needed)}"
                hint = "that service has to leave the region first"
                raise refused("REGION_IMPORTED", name, reason, hint, service=importer, region=min(needed))
            imported = {version for version in versions if (own, version) in facts.imported_versions}
            if imported:
                reason = f"{service_text(importer)} imports its version {listed(imported)}"
                hint = "that service has to import another one first"
                raise refused("VERSION_IMPORTED", name, reason, hint, service=importer, version=min(imported))
