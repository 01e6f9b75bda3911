"""Parents and governing holders: the longest pattern that is a proper prefix (DETECT-5, DETECT-6, DETECT-7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from goten_gen.detect.catalog import Catalog, Declared
from goten_gen.keys import ServiceKey
from goten_gen.model import Import, TypeRef
from goten_gen.patterns import Pattern, Shape


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A resource whose pattern (by index) is a prefix of another's, and how the choice came about."""

    declared: Declared
    pattern: int
    length: int
    own: bool
    tied: tuple[str, ...] = ()
    """Types of other imported services with an equally long match that lost by the tie rule."""

    @property
    def ref(self) -> TypeRef:
        return TypeRef(self.declared.type, self.declared.key.version)


@dataclass
class _Index:
    """Patterns of one service version by their shape with region scopes taken out."""

    entries: dict[Shape, list[tuple[Declared, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, declared: Declared, scopes: bool) -> None:
        for number, pattern in enumerate(declared.patterns):
            if not pattern.is_wildcard:
                self.entries[pattern.shape(scopes=scopes)].append((declared, number))

    def longest(
        self, shape: Shape, accept: Callable[[Declared], bool], longest: int
    ) -> tuple[int, list[tuple[Declared, int]]]:
        """The longest accepted prefix of `shape` of at most `longest` segments: its length and who has it."""
        for length in range(longest, 0, -1):
            if found := [entry for entry in self.entries.get(shape[:length], ()) if accept(entry[0])]:
                return length, found
        return 0, []


class AncestorFinder:
    """Answers, for patterns of one service version, which resource stands in front."""

    def __init__(
        self, catalog: Catalog, imports: Mapping[ServiceKey, Mapping[str, Import]], counts: Mapping[str, int]
    ) -> None:
        self.catalog = catalog
        self.imports = imports
        self.counts = counts
        self._indexes: dict[ServiceKey, _Index] = {}
        self._scopes: dict[ServiceKey, bool] = {}
        self._sight: dict[ServiceKey, _Index] = {}

    def has_scopes(self, key: ServiceKey) -> bool:
        """Whether `regions/{region}` pairs are region scopes in the service version (DETECT-5)."""
        if key not in self._scopes:
            self._scopes[key] = not self.catalog.declares_region(key)
        return self._scopes[key]

    def region_scope(self, key: ServiceKey, pattern: Pattern) -> int | None:
        """Index of the region scope's variable among the pattern's variables, None: not regional."""
        if not self.has_scopes(key) or not pattern.region_scopes:
            return None
        return pattern.variables.index("region")

    def is_rooted(self, key: ServiceKey, pattern: Pattern) -> bool:
        """Whether nothing is left in front of the pattern's own last pair or literal."""
        return len(pattern.shape(scopes=self.has_scopes(key))) <= pattern.tail

    def find(self, declared: Declared, pattern: Pattern, accept: Callable[[Declared], bool]) -> Ancestor | None:
        """The nearest accepted resource in front of `pattern`: own service version first, then the imported ones."""
        key = declared.key
        shape = pattern.shape(scopes=self.has_scopes(key))
        if pattern.is_wildcard:
            return None

        def accept_other(candidate: Declared) -> bool:
            return candidate.type != declared.type and accept(candidate)

        return self._search(declared, pattern, shape, accept_other, len(shape) - 1)

    def describing(self, declared: Declared, pattern: Pattern, segments: int) -> Declared | None:
        """The resource whose own names end with the pattern's segment `segments` - 1, where there is one."""
        prefix = Pattern("", pattern.segments[:segments])
        shape = prefix.shape(scopes=self.has_scopes(declared.key))
        exact = len(shape)
        found = self._search(declared, pattern, shape, lambda candidate: candidate.message is not None, exact)
        return found.declared if found and found.length == exact else None

    def _search(
        self, declared: Declared, pattern: Pattern, shape: Shape, accept: Callable[[Declared], bool], longest: int
    ) -> Ancestor | None:
        length, entries = self._index(declared.key).longest(shape, accept, longest)
        if entries:
            return self._pick(declared.key, pattern, length, entries, own=True)
        best, tied = 0, []
        for index in self._imported(declared.key):
            length, entries = index.longest(shape, accept, longest)
            if length > best:
                best, tied = length, list(entries)
            elif length and length == best:
                tied += entries
        return self._pick(declared.key, pattern, best, tied, own=False) if tied else None

    def _pick(
        self, key: ServiceKey, pattern: Pattern, length: int, entries: Sequence[tuple[Declared, int]], *, own: bool
    ) -> Ancestor:
        """Settles a tie: the service that most service versions import, then the smallest type."""
        winner = min((d for d, _ in entries), key=lambda d: (-self.counts.get(d.key.domain, 0), d.type, d.key.version))
        mine = [number for d, number in entries if d is winner]
        others = {d.type for d, _ in entries if d.key.domain != winner.key.domain}
        return Ancestor(winner, self._choose_pattern(key, pattern, winner, mine), length, own, tuple(sorted(others)))

    def _choose_pattern(self, key: ServiceKey, pattern: Pattern, ancestor: Declared, numbers: Sequence[int]) -> int:
        """Of an ancestor's patterns that differ in region scopes only, the one that names of `pattern` really have.

        -1: none can be formed, since it needs a region that those names do not hold.
        """
        segments = [segment.shape for segment in pattern.segments]

        def rank(number: int) -> tuple[int, int]:
            candidate = ancestor.patterns[number]
            same = [segment.shape for segment in candidate.segments] == segments[: len(candidate.segments)]
            regional = self.region_scope(ancestor.key, candidate) is not None
            return (0 if same else 2 if regional else 1, number)

        best = min(numbers, key=rank)
        if rank(best)[0] == 2 and self.region_scope(key, pattern) is None:
            return -1
        return best

    def _index(self, key: ServiceKey) -> _Index:
        if key not in self._indexes:
            index = _Index()
            for declared in self.catalog.services.get(key, {}).values():
                index.add(declared, self.has_scopes(key))
            for definition in self.catalog.definitions_in_sight(key):
                if definition.key.domain == key.domain:
                    index.add(definition, self.has_scopes(key))
            self._indexes[key] = index
        return self._indexes[key]

    def _imported(self, key: ServiceKey) -> Iterable[_Index]:
        """Indexes of the imported service versions, and of definitions of other domains that own files make."""
        for found in self.imports.get(key, {}).values():
            yield self._index(found.key)
        yield self._foreign(key)

    def _foreign(self, key: ServiceKey) -> _Index:
        if key not in self._sight:
            index = _Index()
            imports = self.imports.get(key, {})
            for definition in self.catalog.definitions_in_sight(key):
                imported = imports.get(definition.key.domain)
                known = self.catalog.services.get(imported.key, {}) if imported else {}
                if definition.key.domain != key.domain and definition.type not in known:
                    index.add(definition, self.has_scopes(key))
            self._sight[key] = index
        return self._sight[key]
