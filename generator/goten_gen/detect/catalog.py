"""Which resources a tree declares, and which service version each file belongs to (DETECT-1, DETECT-2)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from goten_gen.diagnostics import (
    BAD_PATTERN,
    BAD_TYPE,
    DUPLICATE_TYPE,
    NO_VERSION,
    REFUSED_DOMAIN,
    Diagnostic,
    Severity,
)
from goten_gen.keys import Position, ServiceKey
from goten_gen.model import File, Message, ProtoTree, ResourceOption
from goten_gen.patterns import BadPattern, Pattern, parse_pattern

_VERSION = re.compile(r"v\d+(p\d+)?((alpha|beta)\d*)?", re.ASCII)
_VERSION_PARTS = re.compile(r"v(\d+)(?:p(\d+))?(?:(alpha|beta)(\d*))?", re.ASCII)
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*/[A-Za-z][A-Za-z0-9_]*")
_META_SERVICE_ID = re.compile(r"[a-z][a-z0-9\-.]{0,28}[a-z0-9]")
_STAGES = {"alpha": 0, "beta": 1, None: 2}


@dataclass(frozen=True)
class Declared:
    """A resource as declared. `message` is None for a `resource_definition`: known as parent and reference only."""

    key: ServiceKey
    type: str
    file: str
    position: Position
    option: ResourceOption
    patterns: tuple[Pattern, ...]
    message: Message | None
    singular: str = ""
    plural: str = ""

    @property
    def name(self) -> str:
        """The type without its domain."""
        return self.type.partition("/")[2]


@dataclass
class Catalog:
    """All declared resources and the membership of files."""

    services: dict[ServiceKey, dict[str, Declared]] = field(default_factory=dict)
    """Resources by service version and type; every key has at least one."""
    definitions: dict[str, list[Declared]] = field(default_factory=lambda: defaultdict(list))
    """Definitions by the file that makes them."""
    imports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Import paths of each file."""
    files: dict[str, tuple[ServiceKey, ...]] = field(default_factory=dict)
    """Service versions that a file belongs to; empty: none."""
    _in_sight: dict[ServiceKey, list[Declared]] = field(default_factory=dict)
    _files_of: dict[ServiceKey, list[str]] = field(default_factory=lambda: defaultdict(list))

    def versions(self, domain: str) -> list[str]:
        """Versions of a service that the tree holds, newest first."""
        return sorted((key.version for key in self.services if key.domain == domain), key=version_order, reverse=True)

    def files_of(self, key: ServiceKey) -> list[str]:
        """Import paths of the files of a service version, sorted."""
        if not self._files_of:
            for path, keys in self.files.items():
                for each in keys:
                    self._files_of[each].append(path)
        return self._files_of.get(key, [])

    def declares_region(self, key: ServiceKey) -> bool:
        """Whether the service version has a resource `regions/{region}`: then that pair is no region scope."""
        mine = [d for d in self.definitions_in_sight(key) if d.key.domain == key.domain]
        everything = [*self.services.get(key, {}).values(), *mine]
        return any(pattern.is_region for declared in everything for pattern in declared.patterns)

    def definitions_in_sight(self, key: ServiceKey) -> list[Declared]:
        """Definitions that a service version's own files make, and such files of no service that they import or that
        define resources of the service version."""
        if key not in self._in_sight:
            own = self.files_of(key)
            shared = {p for path in own for p in self.imports[path] if not self.files.get(p, (key,))}
            shared |= {
                p for p, mine in self.definitions.items() if not self.files[p] and any(d.key == key for d in mine)
            }
            found: dict[str, Declared] = {}
            for path in [*own, *sorted(shared)]:
                for definition in self.definitions.get(path, ()):
                    if definition.type not in self.services.get(key, {}):
                        found.setdefault(definition.type, definition)
            self._in_sight[key] = list(found.values())
        return self._in_sight[key]


def package_version(package: str) -> str:
    """The API version in a proto package: its last part of that form, or empty (DETECT-1)."""
    return next((part for part in reversed(package.split(".")) if _VERSION.fullmatch(part)), "")


def version_order(version: str) -> tuple[int, int, int, int]:
    """Sort key, oldest first: v1alpha1 < v1beta1 < v1 < v2; no version is the oldest."""
    found = _VERSION_PARTS.fullmatch(version)
    if not found:
        return (-1, 0, 0, 0)
    return (int(found[1]), int(found[2] or 0), _STAGES[found[3]], int(found[4] or 0))


def build_catalog(tree: ProtoTree) -> tuple[Catalog, list[Diagnostic]]:
    """Finds all resources; the first path wins where a type is declared twice."""
    catalog = Catalog()
    diagnostics: list[Diagnostic] = []
    unplaced: list[Message] = []
    for file in tree.files.values():
        catalog.imports[file.path] = file.imports
        for message in file.messages:
            if message.resource is not None:
                _add(catalog, file, message.resource, message, diagnostics)
            elif message.spec is not None:
                unplaced.append(message)
        for definition in file.definitions:
            _add(catalog, file, definition, None, diagnostics)
    _assign_files(catalog, tree)
    _place_unnamed(catalog, tree, unplaced, diagnostics)
    for types in catalog.services.values():
        for type_name, declared in types.items():
            singular, plural = _names(declared)
            types[type_name] = replace(declared, singular=singular, plural=plural)
    diagnostics += _service_warnings(catalog)
    return catalog, diagnostics


def _add(
    catalog: Catalog, file: File, option: ResourceOption, message: Message | None, diagnostics: list[Diagnostic]
) -> None:
    if not _TYPE.fullmatch(option.type):
        diagnostics.append(BAD_TYPE.at(option.position, f"resource type {option.type!r} is not domain/Type"))
        return
    key = ServiceKey(option.type.partition("/")[0], package_version(file.package))
    patterns = []
    for text in dict.fromkeys(option.patterns):
        try:
            patterns.append(parse_pattern(text))
        except BadPattern as error:
            diagnostics.append(BAD_PATTERN.at(option.position, f"pattern {text!r} of {option.type}: {error}"))
    declared = Declared(key, option.type, file.path, option.position, option, tuple(patterns), message)
    if message is None:
        catalog.definitions[file.path].append(declared)
        return
    first = catalog.services.setdefault(key, {}).setdefault(option.type, declared)
    if first is not declared:
        diagnostics.append(_duplicate(first, declared))


def _duplicate(first: Declared, second: Declared) -> Diagnostic:
    assert first.message is not None
    assert second.message is not None
    same_package = first.message.package == second.message.package
    return DUPLICATE_TYPE.at(
        second.position,
        f"{second.type} is declared by {first.message.full_name} ({first.file}) already;"
        f" {second.message.full_name} is left out",
        severity=Severity.ERROR if same_package else Severity.WARNING,
    )


def _assign_files(catalog: Catalog, tree: ProtoTree) -> None:
    """A file with resources belongs to their service versions; any other to that of its package, else its folder."""
    own: dict[str, list[ServiceKey]] = defaultdict(list)
    by_package: dict[str, Counter[ServiceKey]] = defaultdict(Counter)
    by_folder: dict[str, Counter[ServiceKey]] = defaultdict(Counter)
    for key, types in catalog.services.items():
        for declared in types.values():
            file = tree.files[declared.file]
            own[file.path].append(key)
            by_package[file.package][key] += 1
            by_folder[file.directory][key] += 1
    for file in tree.files.values():
        if file.path in own:
            catalog.files[file.path] = tuple(dict.fromkeys(own[file.path]))
        else:
            counts = by_package.get(file.package) if file.package else None
            counts = counts or by_folder.get(file.directory)
            catalog.files[file.path] = (min(counts, key=lambda key: (-counts[key], key)),) if counts else ()


def _place_unnamed(
    catalog: Catalog, tree: ProtoTree, messages: Iterable[Message], diagnostics: list[Diagnostic]
) -> None:
    """Resources with `goten.annotations.resource` only: the domain is that of their file's service version."""
    for message in messages:
        file = tree.files[message.file]
        keys = catalog.files[file.path]
        if not keys:
            text = f"{message.full_name} has goten.annotations.resource, and nothing says the domain of its service"
            diagnostics.append(BAD_TYPE.at(message.position, text, hint="add google.api.resource with a type"))
            continue
        option = ResourceOption(f"{keys[0].domain}/{message.name}", (), "", "", "", message.position)
        _add(catalog, file, option, message, diagnostics)


def _names(declared: Declared) -> tuple[str, str]:
    """Singular and plural, both with a capital first letter (DETECT-2)."""
    spec = declared.message.spec if declared.message else None
    singular = declared.option.singular or declared.name
    literals = [pattern.collection for pattern in declared.patterns]
    literals += [pattern.last_literal for pattern in declared.patterns]
    plural = (
        (spec.plural if spec else "")
        or declared.option.plural
        or (spec.collection if spec else "")
        or next(filter(None, literals), "")
        or singular
    )
    return _capital(singular), _capital(plural)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _service_warnings(catalog: Catalog) -> Iterator[Diagnostic]:
    domains = set()
    for key, types in sorted(catalog.services.items()):
        first = min(types.values(), key=lambda declared: declared.position)
        if not key.version:
            text = f"the proto package of {key.domain} holds no version"
            yield NO_VERSION.at(first.position, text)
        if key.domain not in domains and not _META_SERVICE_ID.fullmatch(key.domain):
            yield REFUSED_DOMAIN.at(first.position, f"Meta will refuse {key.domain!r} as a service id")
        domains.add(key.domain)
