"""A feed from the store of the service itself, in process (STORE-7, STORE-13)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any, NoReturn

from goten.names import ResourceName
from goten.policy import PackedPolicy
from goten.policy_sources import HolderChanges, HolderStore, PolicySource
from goten.policy_store.feed import Listener, LoopFeed, Surroundings
from goten.policy_store.rpc import policy_packer
from goten.watch import Response, WatchMachine, WatchState, WatchStatus
from goten.watch.backoff import Backoff
from goten.watch.health import WatchHealth


class StoreFeed(LoopFeed):
    """Follows all holders of a type in the own store, and opens another watch whenever one ends."""

    def __init__(
        self, source: PolicySource, store: HolderStore, surroundings: Surroundings, listener: Listener
    ) -> None:
        super().__init__(str(source), surroundings.clock)
        timing = surroundings.options.watch
        self._holder = source.holder
        self._store = store
        self._pack = policy_packer(source.holder)
        self._listener = listener
        self._machine = WatchMachine[PackedPolicy]()
        self._health = WatchHealth(surroundings.clock, timing, self._enter)
        self._backoff = Backoff(timing.backoff, surroundings.random)

    @property
    def is_current(self) -> bool:
        return self._health.state is WatchState.CURRENT

    @property
    def status(self) -> WatchStatus:
        return self._health.status()

    async def follow(self) -> NoReturn:
        self._health.begin()
        while True:
            self._health.open()
            reason = await self._follow_watch()
            for event in self._machine.closed(details=reason).events:
                self._listener.watched(event)
            if self._health.lose(reason, silent=False):
                self._backoff.reset()
            await self._clock.sleep(self._backoff.next())

    def end(self, state: WatchState, reason: str) -> None:
        self._health.end(state, reason)

    async def _follow_watch(self) -> str:
        """Why it ended."""
        watch: AsyncIterator[HolderChanges[Any, Any]] | None = None
        try:
            while True:
                try:
                    watch = watch or self._store.watch(self._holder, self._machine.token or None)
                    batch = await anext(watch)
                except StopAsyncIteration:
                    return "the store ended the watch"
                except Exception as error:
                    return f"{type(error).__name__}: {error}"
                self._take(batch)
        finally:
            if isinstance(watch, AsyncGenerator):
                await watch.aclose()

    def _take(self, batch: HolderChanges[Any, Any]) -> None:
        pack = self._pack
        changes = [(str(name), None if message is None else pack(message)) for name, message in _pairs(batch)]
        step = self._machine.receive(
            Response(
                changes=tuple(changes),
                is_current=batch.is_current,
                resume_token=batch.resume_point or "",
                is_hard_reset=batch.reset,
            )
        )
        self._health.hear(is_current=self._machine.is_current, confirmed=batch.is_current)
        for event in step.events:
            self._listener.watched(event)
        if step.action is not None:
            raise RuntimeError(step.action.reason)

    def _enter(self, state: WatchState) -> None:
        self._listener.state_changed()
        if state is WatchState.CURRENT:
            self.settle()


def _pairs(batch: HolderChanges[Any, Any]) -> Iterator[tuple[ResourceName, Any]]:
    return ((change.name, change.message) for change in batch.changes)
