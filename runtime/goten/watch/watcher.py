"""A watch of a collection, as its owner sees it: start it, look at it, stop it."""

from __future__ import annotations

import asyncio
import logging
import random as random_module
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self

from goten.channels import ChannelProvider
from goten.descriptors import Descriptor, MessageT
from goten.methods import MethodDescriptor
from goten.watch.backoff import Backoff, WatchTiming
from goten.watch.clock import Clock, LoopClock, first_of
from goten.watch.errors import WatchFailed, WatchNotCurrent
from goten.watch.follower import GivenUp, WatchFollower
from goten.watch.health import WatchHealth
from goten.watch.machine import MAX_RESOURCES, WatchMachine
from goten.watch.protocol import Anomalies, Applied, ItemT, WatchEvent
from goten.watch.query import WatchQuery
from goten.watch.responses import ResponseReader
from goten.watch.status import WatchState, WatchStatus
from goten.watch.target import WatchTarget
from goten.watch.view import WatchView

_log = logging.getLogger("goten.watch")


class Watcher(Generic[MessageT, ItemT]):
    """Keeps `view` equal to a collection of resources on a server, by a STATELESS watch (spec/protocol/watch.md).

    It owns one task. Start it and stop it, or use it as an async context manager, which launches and stops it. What the
    server or the network do wrong is healed and visible in `status`; a watch fails for good only if the server refuses
    it before it ever worked, if there is too much to keep, or if `keep` or `listener` raise (WATCH-12, WATCH-17).
    """

    def __init__(
        self,
        channels: ChannelProvider,
        method: MethodDescriptor[Any, Any],
        resource: Descriptor[MessageT, Any],
        *,
        keep: Callable[[MessageT], ItemT],
        query: WatchQuery | None = None,
        region: str | None = None,
        listener: Callable[[WatchEvent[ItemT]], None] | None = None,
        on_state: Callable[[WatchState], None] | None = None,
        timing: WatchTiming | None = None,
        max_resources: int = MAX_RESOURCES,
        clock: Clock | None = None,
        random: Callable[[], float] = random_module.random,
    ) -> None:
        """Raises NotWatchable where `method` is no STATELESS watch of `resource`, or cannot take `query`.

        `keep` makes of each resource what the view holds: `copy_message`, or less. It must not return the message or a
        part of it, which would keep the whole response in memory, and results are compared with `==`. `listener` is
        called in order with every event, after the view shows it and before anything else happens; it must not block.
        `on_state` is called with every state that the watch enters, before events that came with it; it must not raise.
        """
        timing = timing or WatchTiming()
        self._clock = clock or LoopClock()
        self._target = WatchTarget(channels, method, resource, query or WatchQuery(), region)
        self._machine = WatchMachine[ItemT](max_resources=max_resources)
        self._health = WatchHealth(self._clock, timing, on_state)
        self._listener = listener
        self._follower = WatchFollower(
            self._target,
            ResponseReader(method, resource, keep).read,
            self._machine,
            self._health,
            self._deliver,
            Backoff(timing.backoff, random),
            self._clock,
        )
        self.view = WatchView(self._machine.resources)
        self._task: asyncio.Task[None] | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self._failure: WatchFailed | None = None
        self._failure_raised = False

    def __str__(self) -> str:
        return str(self._target)

    @property
    def status(self) -> WatchStatus:
        """State, age and reason, as of now."""
        return self._health.status()

    @property
    def anomalies(self) -> Anomalies:
        """What the server does that it should not; counted since the start."""
        return self._machine.anomalies

    def launch(self) -> None:
        """Starts it without waiting. Raises RuntimeError if it was started before."""
        if self._health.state is not WatchState.NEW:
            raise RuntimeError(f"the watch of {self} was started before")
        self._health.begin()
        self._task = asyncio.create_task(self._run(), name=f"watch of {self}")

    async def start(self, within: float) -> None:
        """Starts it, and returns when it is current. Otherwise raises as `wait_current` does, and it is stopped."""
        self.launch()
        try:
            await self.wait_current(within)
        except BaseException:
            await self._cancel()
            raise

    async def wait_current(self, within: float) -> None:
        """Returns when it is current: at once, or at the next boundary.

        Raises WatchNotCurrent after `within` seconds, WatchFailed once it has failed or is stopped.
        """
        if not await first_of(self._next_boundary(), self._too_late(within)):
            raise WatchNotCurrent(str(self), within, str(self.status))
        if self._failure is not None:
            self._failure_raised = True
            raise self._failure
        if self._health.state is WatchState.STOPPED:
            raise WatchFailed(str(self), "it is stopped")

    async def stop(self) -> None:
        """Ends it, and returns when nothing of it runs any more.

        Raises its failure, unless `start` or `wait_current` raised it before.
        """
        await self._cancel()
        if self._failure is not None and not self._failure_raised:
            self._failure_raised = True
            raise self._failure

    async def __aenter__(self) -> Self:
        self.launch()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run(self) -> None:
        try:
            await self._follower.run()
        except asyncio.CancelledError:
            self._end(WatchState.STOPPED, "")
            raise
        except GivenUp as given_up:
            self._fail(str(given_up), None)
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}", error)

    def _fail(self, reason: str, cause: Exception | None) -> None:
        self._failure = WatchFailed(str(self), reason)
        self._failure.__cause__ = cause
        _log.error("%s", self._failure, exc_info=cause)
        self._end(WatchState.FAILED, reason)

    async def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.result()
        self._end(WatchState.STOPPED, "")

    def _end(self, state: WatchState, reason: str) -> None:
        if self._is_over():
            return
        self._health.end(state, reason)
        self.view.end(self._failure)
        self._wake()

    def _deliver(self, events: tuple[WatchEvent[ItemT], ...]) -> None:
        for event in events:
            if isinstance(event, Applied):
                self.view.show(event)
            if self._listener is not None:
                self._listener(event)
        if self._waiting and self._machine.is_current:
            self._wake()

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def _next_boundary(self) -> bool:
        """True at the next boundary, or when the watch ends."""
        if self._is_current() or self._is_over():
            return True
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
        return True

    def _is_current(self) -> bool:
        return self._health.state is WatchState.CURRENT

    def _is_over(self) -> bool:
        return self._health.state in (WatchState.FAILED, WatchState.STOPPED)

    async def _too_late(self, seconds: float) -> bool:
        await self._clock.sleep(seconds)
        return False
