"""Who imports and uses whom: what rules and the fan-out need to know of all Services at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.store import Applied, Store
from goten.store.keys import GUARD

_PREFIX: Final = "services/"


def service_id(name: str) -> str:
    """`iam.edgelq.com` of `services/iam.edgelq.com`."""
    return name.removeprefix(_PREFIX)


def service_text(service: str) -> str:
    """`services/iam.edgelq.com` of `iam.edgelq.com`."""
    return _PREFIX + service


@dataclass(frozen=True, slots=True)
class Facts:
    """What others need to know of a Service; services and regions by id."""

    imports: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    imported_versions: frozenset[tuple[str, str]] = frozenset()
    """Service and version."""

    @property
    def neighbours(self) -> frozenset[str]:
        """What it imports or uses."""
        return self.imports | self.uses


NO_FACTS: Final = Facts()


def facts_of(service: Service) -> Facts:
    return Facts(
        imports=frozenset(map(service_id, service.imported_services)),
        uses=frozenset(map(service_id, service.used_services)),
        regions=frozenset(service.multi_region_policy.enabled_regions),
        versions=frozenset(service.all_versions),
        imported_versions=frozenset(
            (service_id(entry.target_service), entry.target_service_version) for entry in service.imported_versions
        ),
    )


class Neighbours:
    """An index over all Services in a store's memory; kept up to date from its first use on.

    It answers for the revision that the memory has. Whoever writes by what it says, in a guarded transaction, awaits
    `at_guard` there: every write that changes an answer bumps the guard, so that a transaction for which the answers
    are too old, or too new, fails its comparison and is tried again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._facts: dict[str, Facts] = {}
        self._importers: defaultdict[str, set[str]] = defaultdict(set)
        self._users: defaultdict[str, set[str]] = defaultdict(set)
        self._attached = False

    async def at_guard(self) -> None:
        """Returns when every guarded write up to the one that is visible in the storage now is in the answers."""
        guard = await self._store.storage.get(GUARD)
        if guard is not None:
            await self._store.reached(guard.mod_revision)
        self._read()

    def of(self, service: str) -> Facts | None:
        """What is known of a Service (its id); None where there is none."""
        self._read()
        return self._facts.get(service)

    def all(self) -> Sequence[str]:
        """The ids of all Services, in order."""
        self._read()
        return sorted(self._facts)

    def in_region(self, region: str) -> Sequence[str]:
        """The ids of those that enable a region, in order."""
        self._read()
        return sorted(service for service, facts in self._facts.items() if region in facts.regions)

    def importers(self, service: str) -> Sequence[str]:
        """The ids of those that import a service, in order."""
        self._read()
        return sorted(self._importers.get(service, ()))

    def allowed_services(self, service: str, facts: Facts) -> Sequence[str]:
        """Whom a Service is relevant for, in order: itself, its neighbours, and whose neighbour it is (REG-21)."""
        self._read()
        others = self._importers.get(service, set()) | self._users.get(service, set())
        return sorted({service} | facts.neighbours | others)

    def _read(self) -> None:
        if not self._attached:
            for entry in self._store.entries(SERVICE):
                self._put(service_id(entry.name), facts_of(cast("Service", entry.message)))
            self._store.attach(self._apply)
            self._attached = True

    def _apply(self, applied: Applied) -> None:
        for event in applied.events.get(SERVICE.type, ()):
            after = event.after
            self._put(service_id(event.name), facts_of(after) if isinstance(after, Service) else None)

    def _put(self, service: str, facts: Facts | None) -> None:
        before = self._facts.pop(service, NO_FACTS)
        after = facts or NO_FACTS
        _move(self._importers, service, before.imports, after.imports)
        _move(self._users, service, before.uses, after.uses)
        if facts is not None:
            self._facts[service] = facts


def _move(index: defaultdict[str, set[str]], service: str, before: Iterable[str], after: Iterable[str]) -> None:
    before, after = frozenset(before), frozenset(after)
    for gone in before - after:
        index[gone].discard(service)
        if not index[gone]:
            del index[gone]
    for come in after - before:
        index[come].add(service)
