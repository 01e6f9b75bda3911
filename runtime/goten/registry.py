"""Finding the descriptor of a resource: from a message, a name, a reference, or a type in a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from goten.descriptors import Descriptor, MessageT, NameT, Reference
from goten.names import ResourceName
from goten.services import ServiceDescriptor
from goten.versions import newest_first

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from goten.types.meta_pb2 import Meta, OwnerReference

ValueT = TypeVar("ValueT")


class DuplicateDescriptor(ValueError):
    """Something that is registered already, by another descriptor. `what` says what, `service` who brings it again."""

    def __init__(self, what: str, service: str) -> None:
        super().__init__(what, service)
        self.what = what
        self.service = service

    def __str__(self) -> str:
        return f"{self.what} is registered already, and {self.service} has another descriptor for it"


class UnknownDescriptor(LookupError):
    """Nothing that is registered fits `what`; `hint` says what is there, or what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} is not registered; {self.hint}"


class DescriptorRegistry:
    """The services that a program knows, each in one or more versions, with their resource types.

    It holds what was added and nothing else; importing generated code registers nothing.
    """

    def __init__(self, *services: ServiceDescriptor) -> None:
        self._services: dict[tuple[str, str], ServiceDescriptor] = {}
        self._types: dict[tuple[str, str], Descriptor[Any, Any]] = {}
        self._messages: dict[str, Descriptor[Any, Any]] = {}
        self._names: dict[type[ResourceName], Descriptor[Any, Any]] = {}
        for service in services:
            self.add(service)

    def add(self, service: ServiceDescriptor) -> None:
        """Adds a service version and all that it imports, directly or not. What is there already stays.

        Raises DuplicateDescriptor, and adds nothing then, where another descriptor has the same service and version,
        type and version, message or name.
        """
        # Copies, so that what is refused half-way leaves no trace.
        services, types = dict(self._services), dict(self._types)
        messages, names = dict(self._messages), dict(self._names)
        waiting = [service]
        while waiting:
            current = waiting.pop()
            if services.get((current.domain, current.version)) is current:
                continue
            _put(services, (current.domain, current.version), current, f"service {current}", current)
            for resource in current.resources:
                _put(types, (resource.type, resource.version), resource, f"type {resource}", current)
                _put(messages, _full_name(resource.message), resource, f"message of {resource}", current)
                _put(names, resource.name, resource, f"name {resource.name.__qualname__} of {resource}", current)
            waiting += [imported.load() for imported in current.imports]
        self._services, self._types, self._messages, self._names = services, types, messages, names

    @property
    def services(self) -> tuple[ServiceDescriptor, ...]:
        """All service versions, by domain and from the newest to the oldest."""
        domains = sorted({domain for domain, _ in self._services})
        return tuple(
            self._services[domain, version] for domain in domains for version in _versions(self._services, domain)
        )

    def service(self, domain: str, version: str) -> ServiceDescriptor:
        """Raises UnknownDescriptor."""
        found = self._services.get((domain, version))
        if found is None:
            raise UnknownDescriptor(f"service {domain} {version}".rstrip(), _hint(self._services, domain))
        return found

    def versions(self, resource_type: str) -> tuple[str, ...]:
        """The versions in which a type is registered, newest first."""
        return tuple(_versions(self._types, resource_type))

    def by_type(self, resource_type: str, version: str) -> Descriptor[Any, Any]:
        """The descriptor of a full type (`devices.example.com/Device`) in a version. Raises UnknownDescriptor."""
        found = self._types.get((resource_type, version))
        if found is None:
            raise UnknownDescriptor(f"type {resource_type} {version}".rstrip(), _hint(self._types, resource_type))
        return found

    def by_message(self, message: MessageT | type[MessageT]) -> Descriptor[MessageT, Any]:
        """The descriptor of a message, or of its class; a class from any descriptor pool will do.

        Raises UnknownDescriptor for what is no resource.
        """
        found = self._messages.get(_full_name(message))
        if found is None:
            raise UnknownDescriptor(f"message {_full_name(message)}", "is it a resource, of a service that was added?")
        return found

    def by_name(self, name: NameT) -> Descriptor[Any, NameT]:
        """Raises UnknownDescriptor."""
        found = self._names.get(type(name))
        if found is None:
            what = f"name class {type(name).__qualname__} of {name.TYPE} {name.VERSION}".rstrip()
            raise UnknownDescriptor(what, _hint(self._types, name.TYPE))
        return found

    def by_full_name(self, full_name: str, version: str) -> Descriptor[Any, Any]:
        """The descriptor of what a full name (`//domain/...`) names in a version. Raises as `parse_name` does."""
        return self.by_name(self.parse_name(full_name, version))

    def by_reference(self, reference: Reference) -> Descriptor[Any, Any]:
        """The descriptor of what a field refers to. Raises UnknownDescriptor."""
        return self.by_type(reference.type, reference.version)

    def by_owner_reference(self, reference: OwnerReference) -> Descriptor[Any, Any]:
        """The descriptor of the owner's type (META-2). Raises UnknownDescriptor."""
        return self.by_type(reference.kind, reference.version)

    def parse_name(self, full_name: str, version: str) -> ResourceName:
        """The typed name that a full name (`//domain/...`) is in a version of that service.

        Raises UnknownDescriptor where that is not registered, or the name is relative and so belongs to no service;
        InvalidName where the service has no such name.
        """
        if not full_name.startswith("//"):
            raise UnknownDescriptor(f"service of {full_name!r}", "write it as //domain/name, or parse it by a service")
        domain = full_name[2:].partition("/")[0]
        return self.service(domain, version).parse_name(full_name)

    def metadata_of(self, message: Message) -> Meta | None:
        """The metadata in a resource; None where it has none, or its type supports none (META-1).

        Raises UnknownDescriptor.
        """
        return self.by_message(message).metadata_of(message)

    def ensure_metadata(self, message: Message) -> Meta:
        """The metadata in a resource, made where it has none (META-1).

        Raises MetadataNotSupported where its type supports none, UnknownDescriptor.
        """
        return self.by_message(message).ensure_metadata(message)


def _versions(known: Mapping[tuple[str, str], object], what: str) -> list[str]:
    return newest_first(version for other, version in known if other == what)


def _hint(known: Mapping[tuple[str, str], object], what: str) -> str:
    versions = ", ".join(_versions(known, what))
    return f"known are its versions {versions}" if versions else "add the service descriptor that has it"


def _put(known: dict[Any, ValueT], key: object, value: ValueT, what: str, service: ServiceDescriptor) -> None:
    if known.setdefault(key, value) is not value:
        raise DuplicateDescriptor(what, str(service))


def _full_name(message: Message | type[Message]) -> str:
    return message.DESCRIPTOR.full_name
