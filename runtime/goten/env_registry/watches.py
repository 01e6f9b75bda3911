"""The two watches of a registry: which Services and Deployments are relevant, and which part of them (ENV-9)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.env_registry.environment import is_deployment, is_service
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import DeploymentsApplied, DeploymentsLost, Event, ServicesApplied, ServicesLost
from goten.meta.v1 import methods
from goten.meta.v1.descriptors import DEPLOYMENT, SERVICE
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
        self._make_services = partial(_watch, meta, domain, options, tell, _SERVICES)
        self._make_deployments = partial(_watch, meta, domain, options, tell, _DEPLOYMENTS)
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


class _Kind(NamedTuple, Generic[WatchedT]):
    """What is watched, and which events of the main loop tell of it."""

    method: MethodDescriptor[Any, Any]
    resource: Descriptor[WatchedT, Any]
    parent: str
    belongs: Callable[[str], object]
    """Whether something has the name of such a resource."""
    applied: Callable[[Applied[WatchedT], bool], Event]
    lost: Callable[[], Event]


_SERVICES: Final = _Kind(methods.WATCH_SERVICES, SERVICE, "", is_service, ServicesApplied, ServicesLost)
_DEPLOYMENTS: Final = _Kind(
    methods.WATCH_DEPLOYMENTS, DEPLOYMENT, "services/-", is_deployment, DeploymentsApplied, DeploymentsLost
)


def _watch(
    meta: MetaChannel, domain: str, options: EnvRegistryOptions, tell: Tell, kind: _Kind[WatchedT]
) -> Watcher[WatchedT, WatchedT]:
    kept = _Kept[WatchedT]()
    entered = WatchState.NEW

    def listen(event: WatchEvent[WatchedT]) -> None:
        if isinstance(event, Applied):
            kept.has_begun = True
            tell(kind.applied(_well_named(event, kind.belongs), entered is WatchState.CURRENT))

    def enter(state: WatchState) -> None:
        nonlocal entered
        entered = state
        if state is not WatchState.CURRENT:
            tell(kind.lost())
        if state is WatchState.FAILED:
            tell(WatchOver(f"watch of {watcher}", watcher.status.reason))

    watcher = Watcher(
        meta,
        kind.method,
        kind.resource,
        keep=kept.of,
        query=_query(kind.resource, domain, kind.parent),
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
    bad = {name for named in maps for name in named if not belongs(name)}
    if not bad:
        return applied
    _log.warning("Meta has sent %d resources with unusable names, such as %r", len(bad), min(bad))
    added, changed, removed = ({name: each for name, each in named.items() if name not in bad} for named in maps)
    return applied._replace(added=added, changed=changed, removed=removed)


def _query(descriptor: Descriptor[Any, Any], domain: str, parent: str) -> WatchQuery:
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
