"""The seam between a store and what happens on every save: rules, guards, and upkeep of metadata."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn, Protocol, TypeAlias, cast

from goten.descriptors import Descriptor, MessageT, NameT, SyncType
from goten.policy import Policy, as_policy
from goten.service_policies import ServicePolicies
from goten.services_info import fill_default_services_info
from goten.syncing import fill_syncing, governor_of, service_name

Committed: TypeAlias = Callable[[int], Awaitable[None]]
"""What is to be awaited once a transaction is durable; gets its revision."""


class SaveTransaction(Protocol):
    """What middlewares may do in the transaction of a save. Names are texts, relative to the service.

    Whatever is read counts: the transaction is tried again where any of it was changed meanwhile. Messages that come
    out of it are shared: copy before you change. Those that go in belong to the store from then on.
    """

    async def get(self, descriptor: Descriptor[MessageT, Any], name: str) -> MessageT | None:
        """The resource as this transaction leaves it so far; None where there is none."""
        ...

    async def list(self, descriptor: Descriptor[MessageT, Any], prefix: str = "") -> list[MessageT]:
        """All resources of a type whose names begin with `prefix`, in order of names.

        What is created there meanwhile does not make the transaction fail; guarded transactions take turns instead.
        """
        ...

    async def save(self, descriptor: Descriptor[MessageT, Any], new: MessageT) -> MessageT:
        """Writes a resource through the whole chain. The answer is what is stored. Raises what the chain raises."""
        ...

    async def delete(self, descriptor: Descriptor[MessageT, Any], name: str) -> bool:
        """Deletes a resource through the whole chain; False where there is none. Raises what the chain raises."""
        ...

    def put(self, descriptor: Descriptor[MessageT, Any], message: MessageT) -> None:
        """Writes a resource past the chain."""
        ...

    def remove(self, descriptor: Descriptor[MessageT, Any], name: str) -> None:
        """Deletes a resource past the chain; one that is not there may be removed."""
        ...

    async def get_record(self, key: str) -> bytes | None:
        """What is kept under a key that is no resource's (`i/...`)."""
        ...

    def put_record(self, key: str, value: bytes) -> None: ...

    def delete_record(self, key: str) -> None: ...

    def on_committed(self, callback: Committed, /) -> None:
        """`callback` is awaited when the transaction is durable, before the request is answered.

        It gets the revision of the transaction; where nothing was written, the revision at which all of it held.
        """
        ...


class _NoTransaction:
    """Stands where a save has no transaction."""

    def __getattr__(self, attribute: str) -> NoReturn:
        raise RuntimeError(f"this save has no transaction to {attribute} in: whoever made its context gave none")


_NO_TRANSACTION: Final = cast("SaveTransaction", _NoTransaction())


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContext:
    """What middlewares may need to know of a save, or use for it."""

    service: str
    """The domain of the service whose store saves."""
    policies: Mapping[str, Policy]
    """The policies that this save may rely on, by the full name of the holder, or of the Service, that has them."""
    time: datetime
    """When the save happens, by the store's clock; with a time zone."""
    transaction: SaveTransaction = _NO_TRANSACTION
    """The transaction of the store, for middlewares that read or write there."""
    caller: str = ""
    """The domain of the service on whose behalf the save is made; empty where nobody said."""


class StoreMiddleware(Protocol):
    """Takes part in every save of a store; one with an attribute `only_for`, a Descriptor, in those of that type."""

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        """What to store in place of `new`; called inside of the transaction, which ends without effect if this raises.

        `old` is None for a creation, `new` is None for a deletion; both have the same name. A middleware may change
        `new` and return it, or return another message of the same name. `old` is shared and never changed. A deletion
        stays one, and so does a write. A transaction that is tried again calls this again.
        """
        ...


class MiddlewareMistake(RuntimeError):
    """A middleware returned nothing for a write, or a resource for a deletion: most likely it lacks a `return new`."""

    def __init__(self, middleware: StoreMiddleware, resource: str, deletion: bool) -> None:
        super().__init__(middleware, resource, deletion)
        self.middleware = middleware
        self.resource = resource
        self.deletion = deletion

    def __str__(self) -> str:
        what = "a resource for a deletion" if self.deletion else "None for a write"
        return f"{type(self.middleware).__name__}.save returned {what} of {self.resource}: it has to return `new`"


class MiddlewareChain:
    """Middlewares as one: each gets what the one before it returned.

    Extended by making another: `MiddlewareChain((mine, *chain.middlewares))`.
    """

    def __init__(self, middlewares: Iterable[StoreMiddleware]) -> None:
        self.middlewares = tuple(middlewares)
        self._concerned: dict[str, tuple[StoreMiddleware, ...]] = {}

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        """Raises what the first middleware that refuses raises, and MiddlewareMistake."""
        deletion = new is None
        for middleware in self._concerned.get(descriptor.type) or self._find_concerned(descriptor.type):
            new = await middleware.save(context, descriptor, old, new)
            if (new is None) is not deletion:
                raise MiddlewareMistake(middleware, descriptor.type, deletion)
        return new

    def _find_concerned(self, resource_type: str) -> tuple[StoreMiddleware, ...]:
        def concerns(middleware: StoreMiddleware) -> bool:
            only_for: Descriptor[Any, Any] | None = getattr(middleware, "only_for", None)
            return only_for is None or only_for.type == resource_type

        found = self._concerned[resource_type] = tuple(filter(concerns, self.middlewares))
        return found


class SyncingMiddleware:
    """Fills `metadata.syncing` of what is written, and refuses what no allowed region would own (SYNC-1 to SYNC-7).

    The policy that decides is the context's; copies for ALWAYS_GLOBALLY go by `service_policies`. Raises SyncingError,
    and InvalidName where the message's name is none.
    """

    def __init__(self, service_policies: ServicePolicies) -> None:
        self._service_policies = service_policies

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is not None and descriptor.supports_metadata:
            governor = governor_of(descriptor.name_of(new))
            policy = context.policies.get(governor)
            global_name = governor == service_name(descriptor.domain)
            fill_syncing(descriptor, new, policy, policy if global_name else self._service_policy(descriptor))
        return new

    def _service_policy(self, descriptor: Descriptor[Any, Any]) -> Policy | None:
        if descriptor.sync_type is not SyncType.ALWAYS_GLOBALLY:
            return None
        policy = self._service_policies.policy(descriptor.domain)
        return None if policy is None else as_policy(policy)


class ServicesInfoMiddleware:
    """Fills `metadata.services` of what is written, where it is empty and the type has that default (META-10)."""

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        if new is not None:
            fill_default_services_info(descriptor, new, context.service)
        return new
