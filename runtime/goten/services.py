"""Service descriptors: one service in one API version, with all that was generated for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor

if TYPE_CHECKING:
    from goten.name_index import NameIndex
    from goten.names import ResourceName


class Api(NamedTuple):
    """A gRPC service: its full name, and its methods in the order of the proto file."""

    full_name: str
    methods: tuple[MethodDescriptor[Any, Any], ...]


class ServiceImport(NamedTuple):
    """A service version that another imports. `load` hands over its descriptor; two services may import each other's
    modules, so it is only called at use."""

    domain: str
    version: str
    load: Callable[[], ServiceDescriptor]


class PolicyHolder(NamedTuple):
    """A policy-holder type that governs names of a service; `load` hands over its descriptor at use."""

    type: str
    version: str
    load: Callable[[], Descriptor[Any, Any]]


class ServiceDescriptor:
    """A service in one API version. Lookups answer None for what it does not have. Compared by identity.

    `access` maps a resource type and a verb to the RPC with which any resource of the type is reached (DETECT-9);
    `holders` are all policy-holder types that govern some name of the service, own ones included.
    """

    # Written out: a dataclass would cost every program that imports a service some milliseconds.
    def __init__(
        self,
        *,
        domain: str,
        version: str,
        resources: tuple[Descriptor[Any, Any], ...],
        apis: tuple[Api, ...],
        access: Mapping[str, Mapping[str, MethodDescriptor[Any, Any]]],
        imports: tuple[ServiceImport, ...] = (),
        holders: tuple[PolicyHolder, ...] = (),
    ) -> None:
        self.domain: Final = domain
        self.version: Final = version
        self.resources: Final = resources
        self.apis: Final = apis
        self.access: Final = access
        self.imports: Final = imports
        self.holders: Final = holders

    def __repr__(self) -> str:
        return f"<service {self}>"

    def __str__(self) -> str:
        return f"{self.domain} {self.version}".rstrip()

    def resource(self, resource_type: str) -> Descriptor[Any, Any] | None:
        """The descriptor of an own resource type (`devices.example.com/Device`)."""
        return self._resources.get(resource_type)

    def method(self, name: str) -> MethodDescriptor[Any, Any] | None:
        """The method with this full name, or with this path as gRPC has it (`/devices.v1.DeviceService/GetDevice`)."""
        return self._methods.get(name)

    def access_method(self, resource_type: str, verb: str) -> MethodDescriptor[Any, Any] | None:
        """The RPC that reads, lists, watches or changes resources of an own type."""
        return self.access.get(resource_type, {}).get(verb)

    def parse_name(self, text: str) -> ResourceName:
        """The typed name that `text` is, relative or in full, of whichever own resource (NAME-12).

        Raises InvalidName for text of unknown shape and for names of other services.
        """
        return self._names.parse(text)

    @cached_property
    def _resources(self) -> Mapping[str, Descriptor[Any, Any]]:
        return {resource.type: resource for resource in self.resources}

    @cached_property
    def _methods(self) -> Mapping[str, MethodDescriptor[Any, Any]]:
        methods = [method for api in self.apis for method in api.methods]
        return {name: method for method in methods for name in (method.full_name, method.path)}

    @cached_property
    def _names(self) -> NameIndex:
        from goten.name_index import NameIndex

        return NameIndex(self.domain, [resource.name for resource in self.resources])
