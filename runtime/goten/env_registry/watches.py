"""The two watches of a registry: which Services and Deployments are relevant, and which part of them (ENV-9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.env_registry.options import EnvRegistryOptions
from goten.env_registry.reducer import (
    DeploymentsApplied,
    DeploymentsWatch,
    Event,
    ServicesApplied,
    ServicesWatch,
)
from goten.meta.v1 import methods
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.types import meta_pb2, view_pb2
from goten.watch import Applied, Watcher, WatchEvent, WatchQuery, WatchState, copy_message

MAX_RESOURCES: Final = 1_000_000


class MetaChannel:
    """ChannelProvider with one channel, to Meta; its owner sets and closes it."""

    def __init__(self, current: Any = None) -> None:
        self.current = current

    def channel(self, service: str, version: str, region: str | None = None) -> Any:
        return self.current


def services_watch(
    meta: MetaChannel, domain: str, options: EnvRegistryOptions, put: Callable[[Event], None]
) -> Watcher[Service, Service]:
    """The watch of all Services that are relevant for one; it tells `put` what happens, in order."""

    def listen(event: WatchEvent[Service]) -> None:
        if isinstance(event, Applied):
            put(ServicesApplied(event))
            put(ServicesWatch(True))

    return Watcher(
        meta,
        methods.WATCH_SERVICES,
        SERVICE,
        keep=copy_message,
        query=_query(SERVICE, domain),
        listener=listen,
        on_state=_when_lost(lambda: put(ServicesWatch(False))),
        timing=options.watch,
        max_resources=MAX_RESOURCES,
        clock=options.clock,
        random=options.random,
    )


def deployments_watch(
    meta: MetaChannel, domain: str, options: EnvRegistryOptions, put: Callable[[Event], None]
) -> Watcher[Deployment, Deployment]:
    """The watch of all their Deployments."""

    def listen(event: WatchEvent[Deployment]) -> None:
        if isinstance(event, Applied):
            put(DeploymentsApplied(event))
            put(DeploymentsWatch(True))

    return Watcher(
        meta,
        methods.WATCH_DEPLOYMENTS,
        DEPLOYMENT,
        keep=copy_message,
        query=_query(DEPLOYMENT, domain, parent="services/-"),
        listener=listen,
        on_state=_when_lost(lambda: put(DeploymentsWatch(False))),
        timing=options.watch,
        max_resources=MAX_RESOURCES,
        clock=options.clock,
        random=options.random,
    )


def _when_lost(tell: Callable[[], None]) -> Callable[[WatchState], None]:
    def on_state(state: WatchState) -> None:
        if state is not WatchState.CURRENT:
            tell()

    return on_state


def _query(descriptor: Descriptor[Any, Any], domain: str, parent: str = "") -> WatchQuery:
    """All fields but `metadata.services`, which changes whenever someone else comes or goes, and says nothing here."""
    return WatchQuery(
        parent=parent,
        filter=f'metadata.services.allowed_services CONTAINS "{domain}"',
        view=view_pb2.NAME,
        field_mask=tuple(_paths(descriptor.message)),
    )


def _paths(message: type[Message]) -> list[str]:
    fields = [field.name for field in message.DESCRIPTOR.fields if field.name != "metadata"]
    metadata = [field.name for field in meta_pb2.Meta.DESCRIPTOR.fields if field.name != "services"]
    return [*fields, *(f"metadata.{name}" for name in metadata)]
