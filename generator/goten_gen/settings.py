"""`goten.yaml`: what protos cannot say, strictly read (SETTINGS-1, docs/goten-yaml.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from goten_gen.diagnostics import BAD_SETTINGS, Diagnostic
from goten_gen.keys import Position
from goten_gen.model import SyncType
from goten_gen.patterns import is_regex

T = TypeVar("T")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value with the place it was written at."""

    value: T
    position: Position


@dataclass
class ResourceSettings:
    """Settings of one resource type."""

    position: Position
    id_pattern: str | None = None
    sync_type: SyncType | None = None
    services_info_default: bool | None = None
    governed_by: dict[str, Placed[str | None]] = field(default_factory=dict)


@dataclass
class ServiceSettings:
    """Settings of a service, or with a `version` of one version of it."""

    domain: str
    version: str | None
    position: Position
    imports: dict[str, Placed[str]] = field(default_factory=dict)
    generation: int | None = None
    resources: dict[str, ResourceSettings] = field(default_factory=dict)


class _Mistake(Exception):
    def __init__(self, node: Any, message: str) -> None:
        super().__init__(message)
        self.node = node
        self.message = message


def read_settings(content: bytes, label: str) -> tuple[list[ServiceSettings], list[Diagnostic]]:
    """All services of one file. After a mistake nothing of the file is used."""
    import yaml

    reader = _Reader(label)
    try:
        node = yaml.compose(content.decode(), Loader=safe_loader())
        return ([] if node is None else list(reader.document(node))), []
    except UnicodeDecodeError as error:
        return [], [BAD_SETTINGS.at(Position(label), f"not UTF-8 at byte {error.start}")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Position(label, mark.line + 1, mark.column + 1) if mark else Position(label)
        return [], [BAD_SETTINGS.at(place, f"not YAML: {error.problem}")]
    except yaml.YAMLError as error:
        return [], [BAD_SETTINGS.at(Position(label), f"not YAML: {error}")]
    except RecursionError:
        return [], [BAD_SETTINGS.at(Position(label), "nested too deeply")]
    except _Mistake as mistake:
        return [], [BAD_SETTINGS.at(reader.place(mistake.node), mistake.message)]


def safe_loader() -> Any:
    """The loader of plain data; that of libyaml where PyYAML has it, which is ten times faster."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader:
    """Turns composed YAML nodes into settings; every mistake carries its node."""

    def __init__(self, label: str) -> None:
        self.label = label

    def place(self, node: Any) -> Position:
        return Position(self.label, node.start_mark.line + 1, node.start_mark.column + 1)

    def document(self, node: Any) -> Iterator[ServiceSettings]:
        entries = dict(self._entries(node))
        if "services" in entries:
            for key, value in entries.items():
                if key != "services":
                    raise _Mistake(value, f"{key!r} beside 'services': move it below its service")
            for name, body in self._entries(entries["services"]):
                yield self._service(name, body, dict(self._entries(body)))
        elif "service" in entries:
            name = self._text(entries.pop("service"))
            yield self._service(name, node, entries)
        else:
            raise _Mistake(node, "neither 'service' nor 'services': say which service this is about")

    def _service(self, name: str, node: Any, entries: dict[str, Any]) -> ServiceSettings:
        domain, at, version = name.partition("@")
        settings = ServiceSettings(domain, version if at else None, self.place(node))
        for key, value in entries.items():
            if key == "imports":
                for imported, wanted in self._entries(value):
                    if imported == domain:
                        raise _Mistake(wanted, f"{domain} cannot import itself")
                    settings.imports[imported] = Placed(self._text(wanted), self.place(wanted))
            elif key == "generation":
                settings.generation = self._generation(value)
            elif key == "resources":
                for resource, body in self._entries(value):
                    settings.resources[resource] = self._resource(body)
            else:
                raise _Mistake(value, f"unknown key {key!r}; known are service, imports, generation, resources")
        return settings

    def _resource(self, node: Any) -> ResourceSettings:
        settings = ResourceSettings(self.place(node))
        for key, value in self._entries(node):
            if key == "id_pattern":
                settings.id_pattern = self._regex(value)
            elif key == "sync_type":
                settings.sync_type = self._sync_type(value)
            elif key == "services_info_default":
                settings.services_info_default = self._flag(value)
            elif key == "governed_by":
                for pattern, holder in self._entries(value):
                    settings.governed_by[pattern] = Placed(self._text_or_null(holder), self.place(holder))
            else:
                known = "id_pattern, sync_type, services_info_default, governed_by"
                raise _Mistake(value, f"unknown key {key!r}; known are {known}")
        return settings

    def _entries(self, node: Any) -> Iterator[tuple[str, Any]]:
        if node.id != "mapping":
            raise _Mistake(node, "a mapping is expected here")
        seen = set()
        for key, value in node.value:
            name = self._text(key)
            if name in seen:
                raise _Mistake(key, f"{name!r} stands twice")
            seen.add(name)
            yield name, value

    def _scalar(self, node: Any, tag: str, what: str) -> str:
        if node.id != "scalar" or node.tag != f"tag:yaml.org,2002:{tag}":
            raise _Mistake(node, f"{what} is expected here")
        return str(node.value)

    def _text(self, node: Any) -> str:
        return self._scalar(node, "str", "text")

    def _text_or_null(self, node: Any) -> str | None:
        return None if node.tag == "tag:yaml.org,2002:null" else self._text(node)

    def _flag(self, node: Any) -> bool:
        return self._scalar(node, "bool", "true or false").lower() in ("true", "yes", "on")

    def _generation(self, node: Any) -> int:
        text = self._scalar(node, "int", "a whole number")
        if not _NUMBER.fullmatch(text) or int(text) > 2**31 - 1:
            raise _Mistake(node, "a whole number from 0 to 2147483647 is expected here")
        return int(text)

    def _sync_type(self, node: Any) -> SyncType:
        text = self._text(node)
        if text not in SyncType.__members__:
            raise _Mistake(node, f"{text!r} is no sync type; they are {', '.join(SyncType)}")
        return SyncType(text)

    def _regex(self, node: Any) -> str:
        text = self._text(node)
        if not text or not is_regex(text):
            raise _Mistake(node, f"{text!r} is no regular expression for an id")
        return text


def find_doubles(settings: Iterable[ServiceSettings]) -> Iterator[Diagnostic]:
    """Settings of one service, or of one version of it, stand in one place."""
    first: dict[tuple[str, str | None], ServiceSettings] = {}
    for mine in settings:
        other = first.setdefault((mine.domain, mine.version), mine)
        if other is not mine:
            name = f"{mine.domain}@{mine.version}" if mine.version is not None else mine.domain
            yield BAD_SETTINGS.at(mine.position, f"settings of {name} stand in {other.position.file} already")


class SettingsIndex:
    """Settings of all files, asked by service version: what names the version wins over what names the domain."""

    def __init__(self, settings: list[ServiceSettings]) -> None:
        self.all = settings

    def of(self, domain: str, version: str) -> list[ServiceSettings]:
        """Settings that apply, the more specific first."""
        mine = [s for s in self.all if s.domain == domain and s.version in (None, version)]
        return sorted(mine, key=lambda s: s.version is None)

    def first(self, domain: str, version: str, get: Callable[[ServiceSettings], T | None]) -> T | None:
        return next((value for s in self.of(domain, version) if (value := get(s)) is not None), None)

    def resource(self, type: str, version: str, get: Callable[[ResourceSettings], T | None]) -> T | None:
        domain, _, name = type.partition("/")

        def from_service(settings: ServiceSettings) -> T | None:
            mine = settings.resources.get(name)
            return get(mine) if mine else None

        return self.first(domain, version, from_service)

    def governed_by(self, type: str, version: str) -> Mapping[str, Placed[str | None]]:
        domain, _, name = type.partition("/")
        found: dict[str, Placed[str | None]] = {}
        for settings in reversed(self.of(domain, version)):
            if name in settings.resources:
                found |= settings.resources[name].governed_by
        return found
