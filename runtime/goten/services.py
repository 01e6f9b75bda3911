"""Service descriptors: one service in one API version, with all that was generated for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from goten.descriptors import Descriptor
from goten.methods import MethodDescriptor
from goten.name_index import NameIndex
from goten.names import ResourceName


@dataclass(frozen=True, slots=True)
class Api:
    """A gRPC service: its full name, and its methods in the order of the proto file."""

    full_name: str
    methods: tuple[MethodDescriptor[Any, Any], ...]


@dataclass(frozen=True, slots=True)
class ServiceImport:
    """A service version that another imports. `load` hands over its descriptor; two services may import each other's
    modules, so it is only called at use."""

    domain: str
    version: str
    load: Callable[[], ServiceDescriptor]


@dataclass(frozen=True, slots=True)
class PolicyHolder:
    """A policy-holder type that governs names of a service; `load` hands over its descriptor at use."""

    type: str
    version: str
    load: Callable[[], Descriptor[Any, Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class ServiceDescriptor:
    """A service in one API version. Lookups answer None for what it does not have. Compared by identity."""

    domain: str
    version: str
    resources: tuple[Descriptor[Any, Any], ...]
    apis: tuple[Api, ...]
    access: Mapping[str, Mapping[str, MethodDescriptor[Any, Any]]]
    """Resource type -> verb -> the RPC with which any resource of the type is reached (DETECT-9)."""
    imports: tuple[ServiceImport, ...] = ()
    holders: tuple[PolicyHolder, ...] = ()
    """Every policy-holder type that governs some name of this service, own ones included."""

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
        return NameIndex(self.domain, [resource.name for resource in self.resources])
