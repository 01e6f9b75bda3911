"""What a Service imports: it exists, is below, and is available wherever the Service is (REG-10 to REG-12)."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.neighbours import NO_FACTS, Facts, Neighbours, facts_of, service_id, service_text
from goten.meta_server.rules.cycles import find_cycle
from goten.meta_server.rules.refusing import IMPORT_NOT_AVAILABLE, listed, refused
from goten.meta_server.rules.rule import Rule
from goten.refusals import Refused, invalid
from goten.store_middleware import SaveContext


class Imports(Rule[Service]):
    """Checks a Service against those that it imports, where a write changes what it imports or where it is."""

    only_for: ClassVar = descriptors.SERVICE

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        before, after = NO_FACTS if old is None else facts_of(old), facts_of(new)
        check_entries(new)
        if after.imports - before.imports:
            await self._neighbours.at_guard()
            self._check_cycle(service_id(new.name), after)
        if (
            after.imports - before.imports
            or after.imported_versions - before.imported_versions
            or (after.imports and after.regions - before.regions)
        ):
            await self._neighbours.at_guard()
            for imported in sorted(after.imports):
                check_import(new.name, after, imported, self._neighbours.of(imported))
        return new

    def _check_cycle(self, service: str, facts: Facts) -> None:
        def imports_of(other: str) -> Collection[str]:
            known = facts if other == service else self._neighbours.of(other)
            return () if known is None else known.imports

        cycle = find_cycle(service, imports_of)
        if cycle is not None:
            way = " -> ".join(map(service_text, cycle))
            reason = f"its imports would form a cycle: {way}"
            raise refused("IMPORT_CYCLE", service_text(service), reason, "services import downwards only", cycle=way)


def check_entries(service: Service) -> None:
    """Raises Refused (INVALID_ARGUMENT) where `imported_versions` disagrees with other fields (REG-10)."""
    for place, entry in enumerate(service.imported_versions):
        field = f"imported_versions[{place}]"
        if entry.target_service not in service.imported_services:
            reason = f"{entry.target_service} is not among the imported services"
            raise invalid(f"{field}.target_service", reason, "add it to imported_services")
        if entry.current_service_version not in service.all_versions:
            reason = f"{service.name} has no version {entry.current_service_version!r}"
            raise invalid(f"{field}.current_service_version", reason, "add it to all_versions")


def check_import(importer: str, facts: Facts, imported: str, known: Facts | None) -> None:
    """Raises Refused where what a Service imports is not there, or not where the Service is (REG-10, REG-12).

    `importer` is the name of the Service and `facts` are its own; `imported` is the id of the other.
    """
    name = service_text(imported)
    if known is None:
        reason = f"it imports {name}, which does not exist"
        raise _not_available(importer, reason, f"deploy {imported} first", imported)
    missing = facts.regions - known.regions
    if missing:
        reason = f"it imports {name}, which is not available in {listed(missing)}"
        raise _not_available(importer, reason, f"deploy {imported} there first", imported, min(missing))
    versions = {version for service, version in facts.imported_versions if service == imported} - known.versions
    if versions:
        reason = f"it imports {name} in {listed(versions)}, and {name} has {listed(known.versions) or 'no version'}"
        hint = "import a version that is there"
        raise refused("IMPORT_VERSION_MISSING", importer, reason, hint, service=imported, version=min(versions))


def _not_available(importer: str, reason: str, hint: str, imported: str, region: str = "") -> Refused:
    return refused(IMPORT_NOT_AVAILABLE, importer, reason, hint, service=imported, region=region)
