"""Patterns of resources that only `goten.annotations.resource` describes: parents, scope attributes, collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from goten_gen.detect.access import snake_case
from goten_gen.detect.catalog import Catalog, Declared
from goten_gen.diagnostics import BAD_PATTERN, UNKNOWN_PARENT, Diagnostic
from goten_gen.keys import ServiceKey
from goten_gen.model import Import, ProtoTree, ResourceSpecOption
from goten_gen.patterns import BadPattern, Pattern, parse_pattern


def with_schema_patterns(
    catalog: Catalog, imports: Mapping[ServiceKey, Mapping[str, Import]], tree: ProtoTree
) -> list[Diagnostic]:
    """Gives patterns to the resources of `catalog` that have none but a collection (DETECT-2)."""
    builder = _Builder(catalog, imports, tree)
    for types in catalog.services.values():
        for declared in list(types.values()):
            builder.complete(declared)
    return builder.diagnostics


class _Builder:
    def __init__(self, catalog: Catalog, imports: Mapping[ServiceKey, Mapping[str, Import]], tree: ProtoTree) -> None:
        self.catalog = catalog
        self.imports = imports
        self.diagnostics: list[Diagnostic] = []
        self._scopes = {m.name: m.scope_attribute for m in tree.messages.values() if m.scope_attribute}
        self._under_way: set[tuple[ServiceKey, str]] = set()

    def complete(self, declared: Declared) -> tuple[Pattern, ...]:
        """The resource's patterns, made first where it has none."""
        spec = declared.message.spec if declared.message else None
        here = (declared.key, declared.type)
        if declared.patterns or declared.option.patterns or spec is None or not spec.collection:
            return declared.patterns
        if here in self._under_way:
            return ()
        self._under_way.add(here)
        patterns = []
        for text in dict.fromkeys(self._texts(declared, spec)):
            try:
                patterns.append(parse_pattern(text))
            except BadPattern as error:
                self.diagnostics.append(BAD_PATTERN.at(declared.position, f"{text!r} of {declared.type}: {error}"))
        self.catalog.services[declared.key][declared.type] = replace(declared, patterns=tuple(patterns))
        self._under_way.discard(here)
        return tuple(patterns)

    def _texts(self, declared: Declared, spec: ResourceSpecOption) -> Iterator[str]:
        own = f"{spec.collection}/{{{snake_case(declared.name)}}}"
        scopes = [""]
        for attribute in spec.scope_attributes:
            pair, optional = self._scope(attribute)
            scopes = [*(f"{scope}{pair}" for scope in scopes), *(scopes if optional else ())]
        for prefix in self._parent_texts(declared, spec):
            for scope in scopes:
                yield f"{prefix}{scope}{own}"

    def _parent_texts(self, declared: Declared, spec: ResourceSpecOption) -> Iterator[str]:
        for parent in spec.parents or ("",):
            if not parent:
                yield ""
                continue
            found = self._find(declared.key, parent)
            if found is None:
                text = f"parent {parent!r} of {declared.type} is unknown"
                self.diagnostics.append(UNKNOWN_PARENT.at(declared.position, text))
                continue
            for pattern in self.complete(found):
                yield f"{pattern.text}/"

    def _find(self, key: ServiceKey, parent: str) -> Declared | None:
        type_ = parent if "/" in parent else f"{key.domain}/{parent}"
        domain = type_.partition("/")[0]
        imported = self.imports[key].get(domain)
        target = key if domain == key.domain else imported.key if imported else None
        found = self.catalog.services.get(target, {}).get(type_) if target else None
        return found or next((d for d in self.catalog.definitions_in_sight(key) if d.type == type_), None)

    def _scope(self, attribute: str) -> tuple[str, bool]:
        """The pair of a scope attribute (`Region`, `meta.goten.com/Region`) and whether names may lack it."""
        name = attribute.rpartition("/")[2].rpartition(".")[2]
        option = self._scopes.get(name)
        plural = (option.plural if option else "") or f"{snake_case(name)}s"
        variable = snake_case(name)
        return f"{plural}/{{{variable}}}/", bool(option and option.optional)
