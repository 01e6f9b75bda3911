"""`api-skeleton-<version>.yaml`, which published trees carry beside the protos of a service (DETECT-8, DETECT-10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goten_gen.diagnostics import BAD_ID_PATTERN, BAD_SKELETON, Diagnostic
from goten_gen.keys import Position, ServiceKey
from goten_gen.model import SyncType
from goten_gen.patterns import is_regex

_FILE_VERSION = re.compile(r"api-skeleton-(.+)\.ya?ml")
_DOUBLED = re.compile(r"(?:[^\\]|\\\\)*")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What one skeleton says: imported domains, and id patterns and sync types by resource type name."""

    service: ServiceKey
    position: Position
    imports: tuple[str, ...]
    id_patterns: Mapping[str, str]
    sync_types: Mapping[str, SyncType]


def read_skeleton(content: bytes, label: str) -> tuple[Skeleton | None, list[Diagnostic]]:
    """Reads one skeleton. It is somebody else's file: keys that are not needed are passed over."""
    import yaml

    place = Position(label)
    try:
        # This loader leaves every scalar a text: nothing of what the file says its values are can go wrong.
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        document = yaml.load(content.decode(), Loader=loader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return None, [BAD_SKELETON.at(place, f"not YAML: {reason}")]
    domain = _text(document, "name")
    if domain is None:
        return None, [BAD_SKELETON.at(place, "it has no `name`")]
    version = _text(document, "proto", "package", "currentVersion")
    named = _FILE_VERSION.fullmatch(label.rpartition("/")[2])
    diagnostics = []
    id_patterns, sync_types = {}, {}
    for resource in _list(document, "resources"):
        name = _text(resource, "name")
        if name is None:
            continue
        if (id_pattern := _text(resource, "idPattern")) is not None:
            id_patterns[name] = undouble(id_pattern)
            if not is_regex(id_patterns[name]):
                del id_patterns[name]
                diagnostics.append(BAD_ID_PATTERN.at(place, f"idPattern {id_pattern!r} of {name!r}"))
        sync_type = _text(resource, "multiRegion", "syncType")
        if sync_type is not None and sync_type in SyncType.__members__:
            sync_types[name] = SyncType(sync_type)
    imports = tuple(item for item in _list(document, "imports") if isinstance(item, str))
    key = ServiceKey(domain, version or (named[1] if named else ""))
    return Skeleton(key, place, imports, id_patterns, sync_types), diagnostics


def undouble(id_pattern: str) -> str:
    """Where every backslash is doubled, each pair stands for one (DESIGN: id pattern of skeletons)."""
    return id_pattern.replace("\\\\", "\\") if _DOUBLED.fullmatch(id_pattern) else id_pattern


def _at(document: Any, *keys: str) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _text(document: Any, *keys: str) -> str | None:
    value = _at(document, *keys)
    return value if isinstance(value, str) and value else None


def _list(document: Any, key: str) -> list[Any]:
    value = _at(document, key)
    return value if isinstance(value, list) else []
