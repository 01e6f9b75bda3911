"""The policies of one holder type: a cache, the feeds that fill it, and fetches of what they did not deliver."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from goten.descriptors import Descriptor
from goten.names import ResourceName
from goten.policy import PackedPolicy, Policy
from goten.policy_sources import PolicySource, SourceMode
from goten.policy_store.cache import MISSING, HolderCache, Missing
from goten.policy_store.errors import FetchFailed, HolderNotFound, NotInCache, StalePolicy, WildcardHolder
from goten.policy_store.feed import Feed, Listener, Surroundings
from goten.policy_store.fetches import Fetches
from goten.policy_store.getter import HolderGetter
from goten.policy_store.options import WhenLost
from goten.policy_store.poll_feed import PollFeed
from goten.policy_store.rpc import collections
from goten.policy_store.status import SourceStatus, worst_of
from goten.policy_store.store_feed import StoreFeed
from goten.policy_store.watch_feed import WatchFeed
from goten.policy_store.wildcards import Wildcards
from goten.watch import Applied, Reset, WatchEvent

_NOTHING: Final[Mapping[str, Policy]] = {}


class Source:
    """Answers by the relative names of holders.

    `fresh` has answers that hold as they are; whatever is not in it is asked of `obtain` or `peek`.
    """

    def __init__(self, source: PolicySource, surroundings: Surroundings) -> None:
        """Raises NotWatchable or ValueError where the methods of `source` cannot be used."""
        options = surroundings.options
        self.fresh: Mapping[str, Policy] = _NOTHING
        self._name = str(source)
        self._holder: Descriptor[Any, Any] = source.holder
        self._clock = surroundings.clock
        self._max_stale = options.max_stale if options.when_lost is WhenLost.SERVE_STALE else None
        self._fetched_for = options.poll_interval if source.mode is SourceMode.POLL else options.fetched_for
        self._cache = HolderCache(options.max_fetched)
        self._wildcards = Wildcards(source.holder)
        self._getter = HolderGetter(source, surroundings)
        self._fetches = Fetches(
            self._fetch, self._keep, self._clock, within=options.fetch_within, most=options.max_fetches
        )
        self.feeds: Final = _make_feeds(source, surroundings, self)

    @property
    def is_current(self) -> bool:
        return all(feed.is_current for feed in self.feeds)

    @property
    def status(self) -> SourceStatus:
        feed = worst_of([feed.status for feed in self.feeds])
        return SourceStatus(
            source=self._name,
            feed=feed,
            stale_for=None if feed.stale_since is None else self._clock.now() - feed.stale_since,
            delivered=self._cache.delivered_count,
            fetched=self._cache.fetched_count,
        )

    # --- life ---------------------------------------------------------------------------------------------------------

    def launch(self) -> None:
        for feed in self.feeds:
            feed.launch()
        self.state_changed()

    async def stop(self) -> None:
        """Returns when nothing of it runs any more. Who waits for a fetch is told so."""
        await asyncio.gather(self._fetches.stop(), *(feed.stop() for feed in self.feeds))
        self.fresh = _NOTHING
        self._cache.clear()

    # --- answers ------------------------------------------------------------------------------------------------------

    async def obtain(self, name: str) -> Policy:
        """The policy of a holder, fetched where nothing that is known counts.

        Raises HolderNotFound, WildcardHolder, InvalidName; FetchFailed or StalePolicy where it is not known now.
        """
        found = self._look(name)
        if found is None:
            outcome = await self._fetches.get(self._parse(name))
            # What was delivered while a fetch failed is as good.
            found = self._look(name) if isinstance(outcome, Exception) else outcome
            if found is None:
                raise self._failure(name, str(outcome)) from _exception(outcome)
        if found is MISSING:
            raise HolderNotFound(self._full_name(name))
        return found

    def peek(self, name: str) -> Policy:
        """The policy of a holder as far as it is known. Raises as `obtain` does, and NotInCache instead of fetching."""
        found = self._look(name)
        if found is None:
            self._parse(name)
            if self._cache.has_delivered(name):
                raise self._failure(name, str(self.status.feed))
            raise NotInCache(self._full_name(name))
        if found is MISSING:
            raise HolderNotFound(self._full_name(name))
        return found

    def _look(self, name: str) -> Policy | Missing | None:
        """What counts as an answer (STORE-6, STORE-9, STORE-12); None: nothing does."""
        if self.fresh is self._cache.asked:
            policy = self._cache.policy(name)
            if policy is not None:
                return policy
        fetched = self._cache.fetched(name, self._clock.now())
        if fetched is not None:
            return fetched
        return self._cache.policy(name) if self._may_serve_stale() else None

    def _may_serve_stale(self) -> bool:
        return self._max_stale is not None and self._stale_for() <= self._max_stale

    def _stale_for(self) -> float:
        return self.status.stale_for or 0.0

    def _parse(self, name: str) -> ResourceName:
        holder: ResourceName = self._holder.name.parse(name)
        if holder.has_wildcard:
            raise WildcardHolder(holder.full_name)
        return holder

    def _failure(self, name: str, reason: str) -> FetchFailed | StalePolicy:
        if not self._cache.has_delivered(name):
            return FetchFailed(self._full_name(name), reason)
        return StalePolicy(self._full_name(name), self._stale_for(), self._max_stale or 0.0, reason)

    def _full_name(self, name: str) -> str:
        return f"//{self._holder.domain}/{name}"

    # --- fetches ------------------------------------------------------------------------------------------------------

    async def _fetch(self, holder: ResourceName) -> Policy | Missing:
        if self.is_current and not self._getter.can_get:
            return MISSING
        return await self._getter.get(holder)

    def _keep(self, name: str, answer: Policy | Missing, asked_at: float) -> None:
        self._cache.put(name, answer, asked_at, asked_at + self._fetched_for)

    # --- what feeds tell ----------------------------------------------------------------------------------------------

    def state_changed(self) -> None:
        self.fresh = self._cache.asked if self.is_current else _NOTHING

    def watched(self, event: WatchEvent[PackedPolicy]) -> None:
        if isinstance(event, Reset):
            self._fetches.overtake_all()
            return
        now = self._clock.now()
        self._cache.apply(event, now, now + self._fetched_for)
        self._spread(event)

    def polled(self, applied: Applied[PackedPolicy], asked_at: float) -> None:
        self._cache.apply_poll(applied, asked_at)
        self._spread(applied)

    def _spread(self, applied: Applied[PackedPolicy]) -> None:
        """Fetches under way hear of it; what cannot be a holder goes."""
        for policies in (applied.added, applied.changed):
            for name in self._wildcards.among(policies):
                self._cache.drop(name)
            for name in self._fetches.under_way & policies.keys():
                self._fetches.answer(name, Policy.unpacked(policies[name]))
        for name in applied.removed:
            self._fetches.overtake(name)
        if applied.snapshot:
            self._fetches.overtake_all()


def _make_feeds(source: PolicySource, surroundings: Surroundings, listener: Listener) -> tuple[Feed, ...]:
    if source.own_store is not None:
        return (StoreFeed(source, source.own_store, surroundings, listener),)
    watch = source.watch
    if watch is not None:
        parents = collections(watch, source.holder)
        return tuple(WatchFeed(source, watch, parent, surroundings, listener) for parent in parents)
    return () if source.list is None else (PollFeed(source, source.list, surroundings, listener),)


def _exception(outcome: object) -> Exception | None:
    return outcome if isinstance(outcome, Exception) else None
