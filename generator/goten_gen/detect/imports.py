"""Which service versions a service version imports, and by what (DETECT-8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from goten_gen.detect.catalog import Catalog, version_order
from goten_gen.diagnostics import (
    BAD_SETTINGS,
    GUESSED_VERSION,
    SERVICE_CYCLE,
    UNKNOWN_DOMAIN,
    UNKNOWN_REFERENCE,
    Diagnostic,
)
from goten_gen.keys import Position, ServiceKey
from goten_gen.model import Finding, Import, ProtoTree
from goten_gen.settings import SettingsIndex
from goten_gen.skeletons import Skeleton

RULE = "DETECT-8"
_NOWHERE = Position("")


@dataclass
class _Wanted:
    """Reasons to import one domain: versions that protos import, and the first reason of any kind."""

    versions: dict[str, Position] = field(default_factory=dict)
    text: str = ""
    position: Position = _NOWHERE

    def add(self, text: str, position: Position) -> None:
        if not self.text:
            self.text, self.position = text, position


class ImportFinder:
    """Finds the imports of every service version of a tree."""

    def __init__(
        self, tree: ProtoTree, catalog: Catalog, settings: SettingsIndex, skeletons: Mapping[ServiceKey, Skeleton]
    ) -> None:
        self.tree = tree
        self.catalog = catalog
        self.settings = settings
        self.skeletons = skeletons
        self.diagnostics: list[Diagnostic] = []
        self._domains = {key.domain for key in catalog.services}
        self._known = {declared.type for mine in catalog.definitions.values() for declared in mine}
        self._known.update(type_ for types in catalog.services.values() for type_ in types)

    def find(self) -> dict[ServiceKey, dict[str, Import]]:
        found = {key: self._imports_of(key) for key in sorted(self.catalog.services)}
        self.diagnostics += self._cycles(found)
        return found

    def _imports_of(self, key: ServiceKey) -> dict[str, Import]:
        wanted: dict[str, _Wanted] = defaultdict(_Wanted)
        for path in self.catalog.files_of(key):
            self._from_proto_imports(key, path, wanted)
        for path in self.catalog.files_of(key):
            self._from_references(key, path, wanted)
        self._from_parents(key, wanted)
        if skeleton := self.skeletons.get(key):
            for domain in skeleton.imports:
                if domain != key.domain:
                    wanted[domain].add(f"{skeleton.position.file} lists it", skeleton.position)
        chosen = self._from_settings(key)
        for domain in sorted(set(wanted) - set(chosen)):
            if found := self._choose(key, domain, wanted[domain]):
                chosen[domain] = found
        return dict(sorted(chosen.items()))

    def _from_proto_imports(self, key: ServiceKey, path: str, wanted: dict[str, _Wanted]) -> None:
        file = self.tree.files[path]
        places = dict(zip(file.imports, file.import_positions, strict=False))
        for imported in file.imports:
            for target in self._services_behind(imported):
                if target.domain != key.domain:
                    place = places.get(imported, Position(path))
                    wanted[target.domain].add(f"{path} imports {imported}", place)
                    wanted[target.domain].versions.setdefault(target.version, place)

    def _services_behind(self, path: str) -> Iterator[ServiceKey]:
        """Service versions of a file and of what it hands on by `import public`."""
        pending, seen = [path], {path}
        while pending:
            current = pending.pop()
            yield from self.catalog.files.get(current, ())
            file = self.tree.files.get(current)
            following = [p for p in (file.public_imports if file else ()) if p not in seen]
            seen.update(following)
            pending += following

    def _from_references(self, key: ServiceKey, path: str, wanted: dict[str, _Wanted]) -> None:
        for message in self.tree.files[path].messages:
            for field_ in message.fields:
                for reference in field_.references:
                    domain, slash, _ = reference.partition("/")
                    text = f"{message.full_name}.{field_.name} refers to {reference!r}"
                    type_ = reference if slash else f"{key.domain}/{reference}"
                    if slash and domain != key.domain and (domain in self._domains or type_ not in self._known):
                        wanted[domain].add(text, field_.position)
                    if domain in self._domains or not slash:
                        self._check_type(type_, text, field_.position)

    def _check_type(self, type_: str, text: str, position: Position) -> None:
        if type_ not in self._known and not type_.endswith("/*"):
            self.diagnostics.append(UNKNOWN_REFERENCE.at(position, f"{text}, and no such resource is known"))

    def _from_parents(self, key: ServiceKey, wanted: dict[str, _Wanted]) -> None:
        for declared in self.catalog.services[key].values():
            spec = declared.message.spec if declared.message else None
            for parent in spec.parents if spec else ():
                domain, slash, _ = parent.partition("/")
                if slash and domain != key.domain:
                    wanted[domain].add(f"{declared.type} names {parent} as its parent", declared.position)

    def _from_settings(self, key: ServiceKey) -> dict[str, Import]:
        chosen: dict[str, Import] = {}
        for settings in reversed(self.settings.of(*key)):
            for domain, version in settings.imports.items():
                if ServiceKey(domain, version.value) in self.catalog.services:
                    where = f"{version.position.file} says so"
                    chosen[domain] = Import(domain, version.value, Finding(RULE, where))
                else:
                    text = f"the tree does not hold {ServiceKey(domain, version.value)}"
                    self.diagnostics.append(BAD_SETTINGS.at(version.position, text))
        return chosen

    def _choose(self, key: ServiceKey, domain: str, wanted: _Wanted) -> Import | None:
        """The version: the one that protos import, else the only one, else the newest, with a warning."""
        held = self.catalog.versions(domain)
        if not held:
            text = f"{wanted.text}: the tree holds no service {domain!r}"
            self.diagnostics.append(UNKNOWN_DOMAIN.at(wanted.position, text))
            return None
        candidates = sorted(wanted.versions, key=version_order, reverse=True) or held
        version = candidates[0]
        if len(candidates) > 1:
            source = "the protos import" if wanted.versions else "the tree holds"
            text = f"{key} imports {domain}: {source} {', '.join(candidates)}; {version or 'no version'} is taken"
            self.diagnostics.append(GUESSED_VERSION.at(wanted.position, text))
        return Import(domain, version, Finding(RULE, wanted.text))

    def _cycles(self, imports: Mapping[ServiceKey, Mapping[str, Import]]) -> Iterator[Diagnostic]:
        graph = {key: {i.key for i in found.values()} for key, found in imports.items()}
        for group in cycles(graph):
            first = min(group)
            declared = min(self.catalog.services[first].values(), key=lambda d: d.position)
            text = "services import each other: " + ", ".join(str(key) for key in sorted(group))
            yield SERVICE_CYCLE.at(declared.position, text)


def popularity(imports: Mapping[ServiceKey, Mapping[str, Import]]) -> dict[str, int]:
    """How many service versions import each service, all its versions together (tie rule)."""
    counts: dict[str, int] = defaultdict(int)
    for found in imports.values():
        for domain in found:
            counts[domain] += 1
    return counts


def cycles(graph: Mapping[ServiceKey, Iterable[ServiceKey]]) -> list[set[ServiceKey]]:
    """Groups of nodes that reach each other, by Tarjan's algorithm without recursion."""
    index: dict[ServiceKey, int] = {}
    low: dict[ServiceKey, int] = {}
    on_stack: dict[ServiceKey, None] = {}
    groups = []
    for start in graph:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        on_stack[start] = None
        work = [(start, iter(graph[start]))]
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    on_stack[target] = None
                    work.append((target, iter(graph.get(target, ()))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = set()
                    while node not in group:
                        group.add(on_stack.popitem()[0])
                    if len(group) > 1:
                        groups.append(group)
    return groups
