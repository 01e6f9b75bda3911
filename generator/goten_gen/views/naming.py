"""Names that generated modules know each other by; the same whatever a run selects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from goten_gen.keys import ServiceKey
from goten_gen.model import Service, TypeRef, World
from goten_gen.python_names import (
    MessageClass,
    Namespace,
    constant_name,
    domain_package,
    message_class,
    name_class,
    version_package,
)
from goten_gen.runtime_table import RUNTIME_SERVICES


class ServiceNames(NamedTuple):
    """Identifiers of one service version: by resource type its name class (in `names`) and constant (in `descriptors`),
    by full RPC name its constant (in `methods`)."""

    classes: Mapping[str, str]
    constants: Mapping[str, str]
    methods: Mapping[str, str]


class Naming:
    """The identifiers and packages of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._services: dict[ServiceKey, ServiceNames] = {}
        self._messages: dict[tuple[str, str], MessageClass] = {}

    @cached_property
    def domain_packages(self) -> Mapping[str, str]:
        """Service domain -> its top-level package. Domains that map to one package are told apart in sorted order, and
        on file systems that do not tell upper from lower case too."""
        packages = {}
        taken = Namespace()
        for domain in sorted({key.domain for key in self._world.services}):
            package = domain_package(domain)
            packages[domain] = package + taken.take(package.lower())[len(package) :]
        return packages

    @cached_property
    def packages(self) -> Mapping[ServiceKey, str]:
        """Service version -> its package, dotted."""
        packages = {}
        taken = Namespace()
        for key in sorted(self._world.services):
            package = f"{self.domain_packages[key.domain]}.{version_package(key.version)}"
            packages[key] = RUNTIME_SERVICES.get(key) or taken.take(package)
        return packages

    def module(self, key: ServiceKey, name: str) -> str:
        """Dotted name of a module of a service version."""
        return f"{self.packages[key]}.{name}"

    def service(self, key: ServiceKey) -> ServiceNames:
        found = self._services.get(key)
        if found is None:
            found = self._services[key] = _service_names(self._world.services[key])
        return found

    def name_class(self, resource: TypeRef) -> str:
        return self.service(resource.key).classes[resource.type]

    def constant(self, resource: TypeRef) -> str:
        return self.service(resource.key).constants[resource.type]

    def message(self, file: str, full_name: str) -> MessageClass:
        """The class of a message that the proto file `file` defines."""
        found = self._messages.get((file, full_name))
        if found is None:
            package = self._world.packages[file]
            found = self._messages[file, full_name] = message_class(file, package, full_name)
        return found


def _service_names(service: Service) -> ServiceNames:
    classes, constants = Namespace(), Namespace()
    kinds = {resource.type: resource.type.partition("/")[2] for resource in service.resources}
    return ServiceNames(
        classes={type_: classes.take(name_class(kind)) for type_, kind in kinds.items()},
        constants={type_: constants.take(constant_name(kind)) for type_, kind in kinds.items()},
        methods=_method_constants(service),
    )


def _method_constants(service: Service) -> Mapping[str, str]:
    """A constant that RPCs of several APIs would share has the name of the API in front, in each of them."""
    wanted = {
        method.full_name: (constant_name(_last(method.full_name)), api.full_name)
        for api in service.apis
        for method in api.methods
    }
    apis = Counter(constant for constant, _ in set(wanted.values()))
    taken = Namespace()
    return {
        method: taken.take(constant if apis[constant] == 1 else f"{constant_name(_last(api))}_{constant}")
        for method, (constant, api) in wanted.items()
    }


def _last(full_name: str) -> str:
    return full_name.rpartition(".")[2]
