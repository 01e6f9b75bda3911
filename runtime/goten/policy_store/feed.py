"""How a source delivers what changes: what its owner needs of it, and what feeds with a loop of their own share."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from goten.channels import ChannelProvider
from goten.policy import PackedPolicy
from goten.policy_store.options import PolicyStoreOptions
from goten.policy_store.waiting import in_time
from goten.watch import Applied, Clock, WatchEvent, WatchFailed, WatchNotCurrent, WatchState, WatchStatus

_log = logging.getLogger("goten.policy_store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a source needs of the outside."""

    channels: ChannelProvider
    region: str | None
    clock: Clock
    random: Callable[[], float]
    options: PolicyStoreOptions


class Listener(Protocol):
    """What a feed tells. Called at the moment it happens, in order; nothing of it may raise."""

    def state_changed(self) -> None:
        """`is_current` of the feed may be another."""
        ...

    def watched(self, event: WatchEvent[PackedPolicy]) -> None:
        """A watch delivered something, by relative names."""
        ...

    def polled(self, applied: Applied[PackedPolicy], asked_at: float) -> None:
        """A poll that began at `asked_at` is over."""
        ...


class Feed(Protocol):
    """Follows all holders of a type, or those in one kind of parents. Owns its task."""

    @property
    def is_current(self) -> bool:
        """Whether all that it delivered is right, as far as anyone can know."""
        ...

    @property
    def status(self) -> WatchStatus: ...

    def launch(self) -> None:
        """Starts it."""
        ...

    async def wait_current(self, within: float) -> None:
        """Returns when it is current. Raises WatchNotCurrent after `within` seconds, WatchFailed when it has ended."""
        ...

    async def stop(self) -> None:
        """Returns when nothing of it runs any more."""
        ...


class LoopFeed(ABC):
    """A feed that is a loop of its own."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()

    @property
    @abstractmethod
    def is_current(self) -> bool: ...

    @property
    @abstractmethod
    def status(self) -> WatchStatus: ...

    @abstractmethod
    async def follow(self) -> NoReturn:
        """The loop: calls `settle` when it is current. Whatever it raises is a fault of ours, and ends the feed."""
        raise NotImplementedError

    @abstractmethod
    def end(self, state: WatchState, reason: str) -> None:
        """The loop is over, FAILED or STOPPED."""

    def settle(self) -> None:
        """Whoever waits for the first time of being current waits no longer."""
        self._settled.set()

    def launch(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"policies of {self._name}")

    async def wait_current(self, within: float) -> None:
        try:
            await in_time(self._clock, within, self._settled.wait())
        except TimeoutError:
            raise WatchNotCurrent(self._name, within, str(self.status)) from None
        if self._is_over():
            raise WatchFailed(self._name, self.status.reason or "it is stopped")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if not self._is_over():
            self._close(WatchState.STOPPED, "")

    async def _run(self) -> None:
        try:
            await self.follow()
        except Exception as error:
            _log.exception("the policies of %s are not followed any more", self._name)
            self._close(WatchState.FAILED, f"{type(error).__name__}: {error}")

    def _close(self, state: WatchState, reason: str) -> None:
        self.end(state, reason)
        self._settled.set()

    def _is_over(self) -> bool:
        return self.status.state in (WatchState.FAILED, WatchState.STOPPED)
