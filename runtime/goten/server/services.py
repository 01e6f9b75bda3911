"""All resource types of a service at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from goten.descriptors import Descriptor
from goten.policy_interceptor import PolicyResolver
from goten.server.adaptor import CallerOf
from goten.server.naming import CheckName, NameFor
from goten.server.resource_server import ResourceServer
from goten.server.versions import ServedVersion
from goten.server.watching import WatchHub
from goten.services import ServiceDescriptor
from goten.store import Store
from goten.store_middleware import StoreMiddleware

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def resource_servers(
    service: ServiceDescriptor,
    store: Store,
    middlewares: Iterable[StoreMiddleware],
    *,
    hub: WatchHub | None = None,
    policies: PolicyResolver | None = None,
    caller: CallerOf | None = None,
    guarded: Collection[str] = (),
    versions: Iterable[ServedVersion[Any, Any]] = (),
    name_for: Mapping[str, NameFor] = _NOTHING,
    check_name: Mapping[str, CheckName] = _NOTHING,
) -> tuple[ResourceServer[Any, Any], ...]:
    """A server for each type that the service has standard methods for.

    Arguments are those of ResourceServer; `guarded` has types, `name_for` and `check_name` are by type, and `versions`
    says which types are stored in another version than that of `service`.
    """
    chain = tuple(middlewares)
    stored_as = {version.served: version for version in versions}
    return tuple(
        ResourceServer(
            descriptor,
            store,
            chain,
            service=service,
            hub=hub,
            policies=policies,
            caller=caller,
            guarded=descriptor.type in guarded,
            stored_as=stored_as.get(descriptor),
            name_for=name_for.get(descriptor.type),
            check_name=check_name.get(descriptor.type),
        )
        for descriptor in service.resources
        if descriptor.type in service.access
    )


def served_over(
    service: ServiceDescriptor, stored: ServiceDescriptor, own: Iterable[ServedVersion[Any, Any]] = ()
) -> tuple[ServedVersion[Any, Any], ...]:
    """How the types of a service version are served that are stored in another one: by `own`, else by default.

    Types that `stored` does not have are stored as they are served.
    """
    given = {version.served: version for version in own}
    pairs = ((descriptor, stored.resource(descriptor.type)) for descriptor in service.resources)
    return tuple(
        given.get(descriptor) or ServedVersion(descriptor, other) for descriptor, other in pairs if other is not None
    )


def stored_types(*services: ServiceDescriptor) -> tuple[Descriptor[Any, Any], ...]:
    """What a store holds that several versions of a service share: each type in the first version that has it."""
    types: dict[str, Descriptor[Any, Any]] = {}
    for service in services:
        for descriptor in service.resources:
            types.setdefault(descriptor.type, descriptor)
    return tuple(types.values())
