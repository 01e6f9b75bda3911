"""From any resource name to the policy that governs it, out of a cache that watches fill."""

from __future__ import annotations

import asyncio
import random as random_module
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self

from goten.channels import ChannelProvider
from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_sources import PolicySource
from goten.policy_store.answers import register_call
from goten.policy_store.errors import DuplicateSource, NotRunning, SourceMissing, SourcesNotReady
from goten.policy_store.feed import Surroundings
from goten.policy_store.options import PolicyStoreOptions
from goten.policy_store.places import UNKNOWN, Collection, NamePlaces, Place
from goten.policy_store.source import Source
from goten.policy_store.status import SourceStatus
from goten.services import ServiceDescriptor
from goten.watch import Clock, LoopClock, WatchNotCurrent


class PolicyStore:
    """Knows the policies of all holders of the types that sources were added for (spec/protocol/policy_store.md).

    Generated initializers add sources; then start it, and stop it at the end, or use it as an async context manager.
    It owns all its tasks. Names are typed, or text: `//domain/...`, or relative, which are those of `service`.
    """

    def __init__(
        self,
        service: ServiceDescriptor,
        channels: ChannelProvider,
        *,
        options: PolicyStoreOptions | None = None,
        region: str | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        """Sources without an own store are reached through `channels`, in `region`, by default the nearest."""
        self._service = service
        self._options = options or PolicyStoreOptions()
        self._surroundings = Surroundings(
            channels=channels, region=region, clock=clock or LoopClock(), random=random, options=self._options
        )
        self._added: dict[type[ResourceName], PolicySource] = {}
        self._sources: dict[type[ResourceName], Source] = {}
        self._state = "not started"
        self._collections: dict[str, Collection] = {}
        self._find: Callable[[str], Place] = self._refuse
        self._read: Callable[[str, str], Place] = self._refuse
        self._find_typed: Callable[[ResourceName], Place] = self._refuse

    # --- names to policies --------------------------------------------------------------------------------------------

    async def policy_for(self, name: str | ResourceName) -> Policy | None:
        """The policy of the nearest holder above `name`; None for a global name. Does no I/O where it is in the cache.

        Raises HolderNotFound where there is no such holder, WildcardHolder where it stands for many; PolicyUnavailable
        (FetchFailed, StalePolicy) where it is not known now; InvalidName, ForeignName and SourceMissing where it is not
        known whose policy is asked for; NotRunning.
        """
        if type(name) is str:
            # NamePlaces.find, written out: a call less for every name.
            collection, _, last = name.rpartition("/")
            answers, holder, refuses = self._collections.get(collection, UNKNOWN)
            if refuses(last):
                answers, holder = self._read(name, collection)
        else:
            answers, holder = self._find(name) if isinstance(name, str) else self._find_typed(name)
        try:
            return answers.fresh[holder]
        except KeyError:
            pass
        return await answers.obtain(holder)

    def cached_policy_for(self, name: str | ResourceName) -> Policy | None:
        """`policy_for` without waiting. Raises as that does, and NotInCache where it would fetch.

        Where the source is lost, StalePolicy comes at once, without an attempt to fetch.
        """
        answers, holder = self._find(name) if isinstance(name, str) else self._find_typed(name)
        policy = answers.fresh.get(holder)
        return policy if policy is not None else answers.peek(holder)

    def service_of(self, name: str | ResourceName) -> str:
        """The domain of the service that `name` belongs to: whose policy applies where `policy_for` answers None."""
        if not isinstance(name, str):
            return name.TYPE.partition("/")[0]
        return name[2:].partition("/")[0] if name.startswith("//") else self._service.domain

    # --- life ---------------------------------------------------------------------------------------------------------

    def add(self, source: PolicySource) -> None:
        """Registers the source of a holder type; generated initializers call it. The same one may come again.

        Raises DuplicateSource for another one of the same type and version, NotRunning once the store was started.
        """
        if self._state != "not started":
            raise NotRunning(f"{self._state}: sources are added before")
        known = self._added.setdefault(source.holder.name, source)
        if not _are_alike(known, source):
            raise DuplicateSource(str(source.holder))

    @property
    def sources(self) -> tuple[SourceStatus, ...]:
        """State and age of every source, as of now."""
        return tuple(source.status for source in self._sources.values())

    async def start(self, within: float | None = None) -> None:
        """Returns when all sources are current. Can be called once.

        Raises SourceMissing, before anything is started, where a holder type that names of the service need has no
        source; SourcesNotReady after `within` seconds (by default those of the options); WatchFailed where a server
        refuses to be watched; NotWatchable. Then nothing of it runs.
        """
        if self._state != "not started":
            raise NotRunning(self._state)
        self._require_sources()
        self._sources = {name: Source(source, self._surroundings) for name, source in self._added.items()}
        places = NamePlaces(self._service, self._sources.get)
        self._state = "starting"
        try:
            for source in self._sources.values():
                source.launch()
            await self._wait_current(self._options.start_within if within is None else within)
            if self._state != "starting":
                raise NotRunning(self._state)
        except BaseException:
            await self.stop()
            raise
        self._state = "running"
        self._collections, self._find, self._read = places.collections, places.find, places.read
        self._find_typed = places.of

    async def stop(self) -> None:
        """Returns when nothing of it runs any more. May be called in any state, again and again."""
        self._state = "stopped"
        self._collections, self._find, self._read, self._find_typed = {}, self._refuse, self._refuse, self._refuse
        await asyncio.gather(*(source.stop() for source in self._sources.values()))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def _refuse(self, *_: object) -> NoReturn:
        raise NotRunning(self._state)

    def _require_sources(self) -> None:
        added = {(name.TYPE, name.VERSION) for name in self._added}
        missing = [holder for holder in self._service.holders if (holder.type, holder.version) not in added]
        if missing:
            names = [f"{holder.type} {holder.version}".rstrip() for holder in missing]
            raise SourceMissing(str(self._service), names, register_call(self._service.resources[0].name))

    async def _wait_current(self, within: float) -> None:
        feeds = [feed for source in self._sources.values() for feed in source.feeds]
        waiting = [asyncio.create_task(feed.wait_current(within)) for feed in feeds]
        if not waiting:
            return
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in waiting:
                task.cancel()
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, WatchNotCurrent):
                late = [str(source.status) for source in self._sources.values() if not source.is_current]
                raise SourcesNotReady(within, late) from outcome
            if isinstance(outcome, Exception):
                raise outcome


def _are_alike(one: PolicySource, other: PolicySource) -> bool:
    """Whether two initializers mean the same source."""
    return (
        one.holder is other.holder
        and one.own_store is other.own_store
        and (one.get, one.list, one.watch) == (other.get, other.list, other.watch)
    )
