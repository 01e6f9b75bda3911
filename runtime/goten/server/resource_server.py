"""One resource type over gRPC: all its standard methods, by its descriptor and that of its service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic

from goten.descriptors import Descriptor, MessageT, NameT
from goten.policy_interceptor import PolicyResolver
from goten.server.adaptor import CallerOf, Handler, stream_handler, unary_handler
from goten.server.naming import CheckName, NameFor
from goten.server.operations import ResourceOperations
from goten.server.saving import Saver
from goten.server.versions import ServedVersion
from goten.server.watching import WatchHub, WatchMethods
from goten.services import ServiceDescriptor
from goten.store import Store
from goten.store_middleware import MiddlewareChain, StoreMiddleware


class ResourceServer(Generic[MessageT, NameT]):
    """Serves the standard methods that a service has for one of its types (DETECT-9)."""

    def __init__(
        self,
        descriptor: Descriptor[MessageT, NameT],
        store: Store,
        middlewares: Iterable[StoreMiddleware],
        *,
        service: ServiceDescriptor,
        hub: WatchHub | None = None,
        policies: PolicyResolver | None = None,
        guarded: bool = False,
        caller: CallerOf | None = None,
        stored_as: ServedVersion[MessageT, Any] | None = None,
        name_for: NameFor | None = None,
        check_name: CheckName | None = None,
    ) -> None:
        """`hub` is that of the store; without one, nothing can be watched. `policies` is asked for the policies that a
        write needs and its context lacks. `guarded`: writes take turns, because rules read what they change. `caller`
        says on whose behalf an RPC is made. `name_for` and `check_name` are the type's rules for new names.

        Raises ValueError for a type of another service, and for methods whose messages have no place for what they do.
        """
        if service.resource(descriptor.type) is not descriptor:
            raise ValueError(f"{service} does not have {descriptor}")
        methods = service.access.get(descriptor.type, {})
        saver = Saver(store, MiddlewareChain(middlewares), service=service.domain, policies=policies)
        self.descriptor: Final = descriptor
        self.operations: Final = ResourceOperations(
            descriptor,
            saver,
            methods,
            guarded=guarded,
            name_for=name_for,
            check_name=check_name,
            stored_as=stored_as,
        )
        self.watches: Final = None if hub is None else WatchMethods(self.operations.served, methods, hub)
        self._caller = caller

    def handlers(self) -> Mapping[str, Mapping[str, Handler]]:
        """By the full name of the API and the name of the method."""
        made: dict[str, dict[str, Handler]] = {}
        methods = self.operations.methods
        for verb, operation in self.operations.unary.items():
            method = methods[verb]
            made.setdefault(method.api, {})[method.name] = unary_handler(method, operation, self._caller)
        for verb, watch in self.watches.operations.items() if self.watches is not None else ():
            method = methods[verb]
            made.setdefault(method.api, {})[method.name] = stream_handler(method, watch, self._caller)
        return made
