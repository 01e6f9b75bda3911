"""Subscriptions: what a registry knows, as a stream for any number of readers (ENV-13, ENV-14)."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Final, Self

from goten.env_registry.changes import Change, Changes, Interest, Snapshot
from goten.env_registry.environment import Environment
from goten.env_registry.errors import EnvRegistryError

CAPACITY: Final = 1_000
"""So many changes wait for a reader, unless it says otherwise; more become a snapshot."""


class Subscription:
    """Yields a Snapshot first, then Changes, with nothing lost or twice between; an async iterator.

    Who reads so slowly that more than its capacity of changes wait gets a Snapshot with `reset` in their place. Close
    it, or use it as an async context manager. Ends when the registry is stopped, and raises its failure.
    """

    def __init__(self, interest: Interest, capacity: int, detach: Callable[[Subscription], None]) -> None:
        if capacity < 1:
            raise ValueError(f"capacity is {capacity}; at least one change has to wait")
        self.interest = interest
        self._capacity = capacity
        self._detach = detach
        self._waiting: deque[Changes] = deque()
        self._count = 0
        self._environment: Environment | None = None
        self._reset = False
        self._reader: asyncio.Future[None] | None = None
        self._over = False
        self._failure: EnvRegistryError | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Snapshot | Changes:
        while not self._waiting and self._environment is None:
            if self._failure is not None:
                raise self._failure
            if self._over:
                raise StopAsyncIteration
            if self._reader is not None:
                raise RuntimeError("a subscription has one reader at a time")
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if self._environment is not None:
            environment, self._environment = self._environment, None
            reset, self._reset = self._reset, False
            return self.interest.snapshot(environment, reset=reset)
        changes = self._waiting.popleft()
        self._count -= len(changes.changes)
        return changes

    def close(self) -> None:
        """Stops following; what is unread is dropped, and the iteration ends."""
        self._detach(self)
        self._waiting.clear()
        self._environment = None
        self.end(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, environment: Environment) -> None:
        """For the registry alone: the past."""
        self._environment = environment
        self._wake()

    def put(self, changes: Changes, environment: Environment) -> None:
        """For the registry alone: what changed, and how everything is after it."""
        if self._environment is not None:
            # The snapshot was not read yet: it may as well be a newer one.
            self._environment = environment
            return
        if self._count + len(changes.changes) > self._capacity:
            self._waiting.clear()
            self._count = 0
            self._environment, self._reset = environment, True
        else:
            self._waiting.append(changes)
            self._count += len(changes.changes)
        self._wake()

    def end(self, failure: EnvRegistryError | None) -> None:
        """For the registry alone: nothing more will come."""
        self._over = True
        self._failure = failure
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


class Subscriptions:
    """All subscriptions of one registry. Its main loop alone publishes."""

    def __init__(self) -> None:
        self._everything: set[Subscription] = set()
        self._selective: set[Subscription] = set()

    def __len__(self) -> int:
        return len(self._everything) + len(self._selective)

    def make(
        self, services: Collection[str] | None, regions: Collection[str] | None, capacity: int = CAPACITY
    ) -> Subscription:
        """A subscription that hears nothing before it is attached."""
        return Subscription(Interest.of(services, regions), capacity, self.detach)

    def attach(self, subscription: Subscription, environment: Environment) -> None:
        (self._everything if subscription.interest.everything else self._selective).add(subscription)
        subscription.begin(environment)

    def detach(self, subscription: Subscription) -> None:
        self._everything.discard(subscription)
        self._selective.discard(subscription)

    def publish(self, changes: tuple[Change, ...], environment: Environment) -> None:
        """Tells each subscriber what concerns it."""
        if not changes:
            return
        everything = Changes(changes)
        for subscription in self._everything:
            subscription.put(everything, environment)
        for subscription in self._selective:
            wanted = tuple(change for change in changes if subscription.interest.wants(change))
            if wanted:
                subscription.put(Changes(wanted), environment)

    def end(self, failure: EnvRegistryError | None) -> None:
        """Ends all of them."""
        for subscription in (*self._everything, *self._selective):
            subscription.end(failure)
        self._everything.clear()
        self._selective.clear()
