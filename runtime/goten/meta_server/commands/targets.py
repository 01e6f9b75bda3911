"""What a name or a collection on the command line means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors
from goten.meta.v1.names import ServiceName
from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import USAGE, CommandFailed
from goten.names import InvalidName, ResourceName

COLLECTIONS: Final[Mapping[str, Descriptor[Any, Any]]] = {
    "regions": descriptors.REGION,
    "services": descriptors.SERVICE,
    "deployments": descriptors.DEPLOYMENT,
    "resources": descriptors.RESOURCE,
}
_PREFIX = f"//{SERVICE.domain}/"
_KNOWN = "known are regions, services, deployments, resources, services/SERVICE/deployments, services/SERVICE/resources"


class Collection(NamedTuple):
    """Resources of one type; below `parent`, where they have one: `services/-` for those of all services."""

    descriptor: Descriptor[Any, Any]
    parent: str

    @property
    def field(self) -> str:
        """Their field in responses."""
        return self.descriptor.plural.lower()


def descriptor_of(name: ResourceName) -> Descriptor[Any, Any]:
    return next(descriptor for descriptor in COLLECTIONS.values() if isinstance(name, descriptor.name))


def parse_name(text: str) -> ResourceName:
    """A resource's name, relative or in full. Raises CommandFailed."""
    name = _name(text)
    if name is None:
        reads_as_collection = _collection(text) is not None
        hint = f"that is a collection: goten-meta list {text}" if reads_as_collection else "such as services/SERVICE"
        raise CommandFailed(f"{text!r} is no name of a resource", hint, code=USAGE)
    return name


def parse_collection(text: str) -> Collection:
    """A collection, relative or in full. Raises CommandFailed."""
    collection = _collection(text)
    if collection is None:
        hint = _KNOWN if _name(text) is None else f"that is one resource: goten-meta get {text}"
        raise CommandFailed(f"{text!r} is no collection", hint, code=USAGE)
    return collection


def parse_watched(text: str) -> tuple[Collection, str]:
    """A collection and a filter: none for all of it, or what selects the one resource that `text` names."""
    name = _name(text)
    if name is None:
        return parse_collection(text), ""
    descriptor = descriptor_of(name)
    parent = str(name).rpartition("/")[0].rpartition("/")[0]
    return Collection(descriptor, parent), f'name = "{name}"'


def _name(text: str) -> ResourceName | None:
    try:
        return SERVICE.parse_name(text)
    except InvalidName:
        return None


def _collection(text: str) -> Collection | None:
    parent, _, last = text.removeprefix(_PREFIX).strip("/").rpartition("/")
    descriptor = COLLECTIONS.get(last)
    if descriptor is None:
        return None
    if not descriptor.parents:
        return None if parent else Collection(descriptor, "")
    if parent in ("", "services/-"):
        return Collection(descriptor, "services/-")
    try:
        return Collection(descriptor, str(ServiceName.parse(parent)))
    except InvalidName:
        return None
