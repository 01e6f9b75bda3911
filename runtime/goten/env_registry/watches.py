"""The two watches of a registry: which Services and Deployments are relevant, and which part of them (ENV-9)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Generic, TypeAlias, TypeVar

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.env_registry.environment import is_deployment, is_service
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import DeploymentsApplied, DeploymentsLost, Event, ServicesApplied, ServicesLost
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.methods import MethodDescriptor
from goten.types import meta_pb2, view_pb2
from goten.watch import Applied, Watcher, WatchEvent, WatchFailed, WatchQuery, WatchState, WatchStatus, copy_message

_log = logging.getLogger("goten.env_registry")

MAX_RESOURCES: Final = 1_000_000

_LEFT_OUT: Final = ("services", "update_time", "resource_version")
"""Of metadata: changes whenever someone else comes or goes, and says nothing here (ENV-9)."""

WatchedT = TypeVar("WatchedT", bound=Message)


@dataclass(frozen=True, slots=True)
class WatchOver:
    """A watch has ended for good."""

    watch: str
    reason: str


Tell: TypeAlias = Callable[[Event | WatchOver], None]
"""Is told what happens, in order, at the moment it happens; never raises."""


class Watches:
    """Both watches, each with a task of its own. They open and close together, any number of times."""

    def __init__(self, meta: MetaChannel, domain: str, options: EnvRegistryOptions, tell: Tell) -> None:
        self._make_services = partial(_services_watch, meta, domain, options, tell)
        self._make_deployments = partial(_deployments_watch, meta, domain, options, tell)
        self._services, self._deployments = self._make_services(), self._make_deployments()
        self._opened = False

    def open(self) -> None:
        """From a snapshot on, whatever was known before."""
        if self._opened:
            self._services, self._deployments = self._make_services(), self._make_deployments()
        self._opened = True
        self._services.launch()
        self._deployments.launch()

    async def close(self) -> None:
        """Returns when nothing of them runs any more; can be called again."""
        if not self._opened:
            return
        for watcher in (self._services, self._deployments):
            try:
                await watcher.stop()
            except WatchFailed as error:
                _log.debug("%s", error)

    @property
    def services(self) -> WatchStatus:
        return self._services.status

    @property
    def deployments(self) -> WatchStatus:
        return self._deployments.status


def _services_watch(meta: MetaChannel, domain: str, options: EnvRegistryOptions, tell: Tell) -> Watcher[Service, Any]:
    def applied(event: Applied[Service], current: bool) -> None:
        tell(ServicesApplied(_well_named(event, is_service), current))

    query = _query(SERVICE, domain)
    return _watch(meta, methods.WATCH_SERVICES, SERVICE, query, options, applied, lambda: tell(ServicesLost()), tell)


def _deployments_watch(
    meta: MetaChannel, domain: str, options: EnvRegistryOptions, tell: Tell
) -> Watcher[Deployment, Any]:
    def applied(event: Applied[Deployment], current: bool) -> None:
        tell(DeploymentsApplied(_well_named(event, is_deployment), current))

    def lost() -> None:
        tell(DeploymentsLost())

    query = _query(DEPLOYMENT, domain, parent="services/-")
    return _watch(meta, methods.WATCH_DEPLOYMENTS, DEPLOYMENT, query, options, applied, lost, tell)


def _watch(
    meta: MetaChannel,
    method: MethodDescriptor[Any, Any],
    resource: Descriptor[WatchedT, Any],
    query: WatchQuery,
    options: EnvRegistryOptions,
    applied: Callable[[Applied[WatchedT], bool], None],
    lost: Callable[[], None],
    tell: Tell,
) -> Watcher[WatchedT, WatchedT]:
    kept = _Kept[WatchedT]()
    entered = WatchState.NEW

    def listen(event: WatchEvent[WatchedT]) -> None:
        if isinstance(event, Applied):
            kept.has_begun = True
            applied(event, entered is WatchState.CURRENT)

    def enter(state: WatchState) -> None:
        nonlocal entered
        entered = state
        if state is not WatchState.CURRENT:
            lost()
        if state is WatchState.FAILED:
            tell(WatchOver(f"watch of {watcher}", watcher.status.reason))

    watcher = Watcher(
        meta,
        method,
        resource,
        keep=kept.of,
        query=query,
        listener=listen,
        on_state=enter,
        timing=options.watch,
        max_resources=MAX_RESOURCES,
        clock=options.clock,
        random=options.random,
    )
    return watcher


class _Kept(Generic[WatchedT]):
    """What is kept of a resource that arrives: a copy, which does not keep the response that it came with.

    The first snapshot is kept as it comes, for all of it stays: that takes half the time of copies, and less memory.
    """

    def __init__(self) -> None:
        self.has_begun = False
        """Whether there was a boundary."""

    def of(self, message: WatchedT) -> WatchedT:
        return copy_message(message) if self.has_begun else message


def _well_named(applied: Applied[WatchedT], belongs: Callable[[str], object]) -> Applied[WatchedT]:
    """Without what has a name of another kind, which no honest Meta sends (ENV-23)."""
    maps = (applied.added, applied.changed, applied.removed)
    if all(all(map(belongs, named)) for named in maps):
        return applied
    bad = {name for named in maps for name in named if not belongs(name)}
    _log.warning("Meta has sent %d resources with unusable names, such as %r", len(bad), min(bad))
    added, changed, removed = ({name: each for name, each in named.items() if name not in bad} for named in maps)
    return replace(applied, added=added, changed=changed, removed=removed)


def _query(descriptor: Descriptor[Any, Any], domain: str, parent: str = "") -> WatchQuery:
    return WatchQuery(
        parent=parent,
        filter=f'metadata.services.allowed_services CONTAINS "{domain}"',
        view=view_pb2.NAME,
        field_mask=tuple(_paths(descriptor.message)),
    )


def _paths(message: type[Message]) -> list[str]:
    fields = [field.name for field in message.DESCRIPTOR.fields if field.name != "metadata"]
    metadata = [field.name for field in meta_pb2.Meta.DESCRIPTOR.fields if field.name not in _LEFT_OUT]
    return [*fields, *(f"metadata.{name}" for name in metadata)]
