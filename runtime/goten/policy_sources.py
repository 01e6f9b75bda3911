"""Policy sources: what a generated initializer registers at a PolicyStore, for each holder type that names may need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol

from goten.descriptors import Descriptor, MessageT, NameT
from goten.methods import MethodDescriptor
from goten.services import ServiceDescriptor


@dataclass(frozen=True, slots=True)
class HolderChange(Generic[MessageT, NameT]):
    """A holder was written, or removed: then `message` is None. The message is shared: read and copy, never change."""

    name: NameT
    message: MessageT | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderChanges(Generic[MessageT, NameT]):
    """What a watch delivers at once, in order."""

    changes: tuple[HolderChange[MessageT, NameT], ...] = ()
    reset: bool = False
    """What was delivered before counts no more: a snapshot of all holders begins with these changes."""
    is_current: bool = False
    """The watch has caught up: with these changes everything is delivered that was stored when they were sent."""
    resume_point: str | None = None
    """Where a later watch may go on after these changes; None inside of a snapshot or of a revision."""


class HolderStore(Protocol):
    """What a PolicyStore needs of its own service's store, whatever it is made of (memory, SQLite, etcd).

    A get and a list or snapshot from one revision, and a log of changes from a revision on, are enough to implement it.
    """

    async def get(self, descriptor: Descriptor[MessageT, NameT], name: NameT) -> MessageT | None:
        """The stored holder; None where there is none. Never older than what was acknowledged before the call."""
        ...

    def watch(
        self, descriptor: Descriptor[MessageT, NameT], resume_point: str | None = None
    ) -> AsyncIterator[HolderChanges[MessageT, NameT]]:
        """All holders of a type from now on, with no gap, nothing twice, and each holder's changes in order.

        Without a resume point it begins with a reset and a snapshot. With one, only changes after it follow; where it
        fits no more (compacted, another store), a reset and a snapshot. It catches up, then waits, and does not end by
        itself. What it raises means that the watch is lost; another may go on from the last resume point. It lets go
        of all it holds when the task that waits for it is cancelled.
        """
        ...


class SourceMode(StrEnum):
    """How a source learns of changes."""

    WATCH = "watch"
    POLL = "poll"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PolicySource:
    """Where policies of one holder type come from: `own_store` where there is one, else the service's RPCs."""

    holder: Descriptor[Any, Any]
    service: str
    """The domain of the holder's service."""
    version: str
    mode: SourceMode
    get: MethodDescriptor[Any, Any] | None
    list: MethodDescriptor[Any, Any] | None
    watch: MethodDescriptor[Any, Any] | None
    own_store: HolderStore | None = None

    def __str__(self) -> str:
        way = "own store" if self.own_store is not None else self.mode.value
        return f"{self.holder} ({way})"


class PolicySources(Protocol):
    """Takes policy sources: a PolicyStore does."""

    def add(self, source: PolicySource) -> None:
        """Registers the source of a holder type; refuses another one of the same type and version."""
        ...


class NoPolicySource(ValueError):
    """A descriptor can be no policy source. `holder` is the resource type, `reason` says why."""

    def __init__(self, holder: str, reason: str) -> None:
        super().__init__(holder, reason)
        self.holder = holder
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.holder} is no source of policies: {self.reason}"


def imported_source(service: ServiceDescriptor, holder: Descriptor[Any, Any]) -> PolicySource:
    """The source for a holder type of another service, reached through the ChannelProvider.

    It watches where the service has a Watch method for the holder, else it polls. Raises NoPolicySource for what is no
    holder, not of this service version, or cannot be read at all.
    """
    return _source(service, holder, None)


def own_source(
    service: ServiceDescriptor, holder: Descriptor[Any, Any], own_store: HolderStore | None = None
) -> PolicySource:
    """The source for a holder type of the service itself: its store, or, in a process without it, as `imported_source`.

    Raises NoPolicySource as `imported_source` does; with a store no RPC is needed.
    """
    return _source(service, holder, own_store)


def _source(service: ServiceDescriptor, holder: Descriptor[Any, Any], own_store: HolderStore | None) -> PolicySource:
    if not holder.is_policy_holder:
        raise NoPolicySource(holder.type, "its message holds no goten.types.MultiRegionPolicy")
    if service.resource(holder.type) is not holder:
        raise NoPolicySource(holder.type, f"{service} has no such resource")
    get, list_, watch = (service.access_method(holder.type, verb) for verb in ("get", "list", "watch"))
    if own_store is None and get is None and list_ is None and watch is None:
        raise NoPolicySource(holder.type, f"{service} has no Get, List or Watch method for it")
    return PolicySource(
        holder=holder,
        service=service.domain,
        version=service.version,
        mode=SourceMode.POLL if own_store is None and watch is None else SourceMode.WATCH,
        get=get,
        list=list_,
        watch=watch,
        own_store=own_store,
    )
