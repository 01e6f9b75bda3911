"""What an archive has to be before any of it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from google.protobuf.message import DecodeError, Message

from goten.admin.v1.admin_pb2 import ArchivedResource, ArchiveHeader
from goten.descriptors import Descriptor
from goten.names import InvalidName
from goten.services import ServiceDescriptor

FORMAT: Final = 1
"""The form of archives that this release writes, and the only one that it reads."""

References = Callable[[Descriptor[Any, Any], Message], Iterable[str]]
"""The names of the resources without which a resource cannot be, such as its parent."""


class BadArchive(Exception):
    """An archive cannot be taken. `place` is the number of the resource, from 0; None: it is the archive itself."""

    def __init__(self, place: int | None, reason: str) -> None:
        super().__init__(place, reason)
        self.place = place
        self.reason = reason

    def __str__(self) -> str:
        return self.reason if self.place is None else f"resource {self.place + 1}: {self.reason}"


class Checked(NamedTuple):
    """A resource that may be written: its message has a valid name."""

    descriptor: Descriptor[Any, Any]
    name: str
    message: Message


class ArchiveCheck:
    """Looks at an archive from its header to its end, resource by resource. Everything raises BadArchive."""

    def __init__(self, service: ServiceDescriptor, header: ArchiveHeader, references: References) -> None:
        self._types: Mapping[str, Descriptor[Any, Any]] = {found.type: found for found in service.resources}
        self._references = references
        self._expected = header.resources
        self._places: dict[str, int] = {}
        self._needed: dict[str, int] = {}
        if header.format != FORMAT:
            raise BadArchive(None, f"its form is {header.format}, but this release reads form {FORMAT} only")
        if (header.service, header.version) != (service.domain, service.version):
            found = f"{header.service} {header.version}"
            raise BadArchive(None, f"it holds resources of {found}, and not of {service}")

    def add(self, archived: ArchivedResource) -> Checked:
        """The next resource, from its binary form."""
        descriptor = self.descriptor(archived.type)
        try:
            message = descriptor.message.FromString(archived.resource)
        except DecodeError:
            raise BadArchive(len(self._places), f"this is no {descriptor.type}") from None
        return self.add_message(descriptor, message)

    def add_message(self, descriptor: Descriptor[Any, Any], message: Message) -> Checked:
        """The next resource."""
        place = len(self._places)
        name = self._name(descriptor, message)
        if name in self._places:
            raise BadArchive(place, f"{name} comes a second time")
        self._places[name] = place
        for needed in self._references(descriptor, message):
            self._needed.setdefault(needed, place)
        return Checked(descriptor, name, message)

    def descriptor(self, resource_type: str) -> Descriptor[Any, Any]:
        """The descriptor of the next resource's type."""
        descriptor = self._types.get(resource_type)
        if descriptor is None:
            known = ", ".join(sorted(self._types))
            raise BadArchive(len(self._places), f"unknown type {resource_type!r}; known are {known}")
        return descriptor

    def _name(self, descriptor: Descriptor[Any, Any], message: Message) -> str:
        try:
            name = descriptor.name_of(message)
        except InvalidName as error:
            raise BadArchive(len(self._places), str(error)) from None
        stored = getattr(message, descriptor.name_field)
        if stored != str(name) or name.has_wildcard:
            raise BadArchive(
                len(self._places), f"{stored!r} is no name that a {descriptor.singular} can be stored under"
            )
        return str(name)

    def end(self) -> int:
        """Everything was added. Returns how many resources that are."""
        if len(self._places) != self._expected:
            raise BadArchive(None, f"it has {len(self._places)} resources, but {self._expected} by its header")
        for needed, place in self._needed.items():
            if needed not in self._places:
                raise BadArchive(place, f"it needs {needed}, which the archive does not have")
        return len(self._places)
