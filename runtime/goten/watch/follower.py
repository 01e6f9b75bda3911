"""The loop of a watch: stream after stream, each followed until it ends or a deadline ends it. Owns no task."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Generic, NoReturn

from goten.watch.backoff import Backoff
from goten.watch.clock import Clock, first_of
from goten.watch.errors import StreamEnded
from goten.watch.health import WatchHealth
from goten.watch.machine import WatchMachine
from goten.watch.protocol import Fail, ItemT, Reopen, Response, WatchEvent
from goten.watch.stream import WatchStream
from goten.watch.target import WatchTarget

_log = logging.getLogger("goten.watch")


class GivenUp(Exception):
    """No further stream is worth opening; says why."""


class _Deadline(Enum):
    SILENCE = auto()
    SYNC = auto()


class WatchFollower(Generic[ItemT]):
    """Drives a machine, and hands its events to `deliver` as they come."""

    def __init__(
        self,
        target: WatchTarget,
        read: Callable[[Any], Response[ItemT]],
        machine: WatchMachine[ItemT],
        health: WatchHealth,
        deliver: Callable[[tuple[WatchEvent[ItemT], ...]], None],
        backoff: Backoff,
        clock: Clock,
    ) -> None:
        self._target = target
        self._read = read
        self._machine = machine
        self._health = health
        self._deliver = deliver
        self._backoff = backoff
        self._clock = clock

    async def run(self) -> NoReturn:
        """Follows until it is cancelled. Raises GivenUp; whatever `read` or `deliver` raise ends it too."""
        while True:
            self._health.open()
            outcome = await self._follow_stream()
            action = self._act_on(outcome)
            if isinstance(action, Fail):
                raise GivenUp(action.reason)
            if self._health.lose(action.reason, silent=outcome is _Deadline.SILENCE):
                self._backoff.reset()
                self._target.ask_for_all()
            pause = self._backoff.next()
            _log.info("watch of %s: %s; next attempt in %.2f s", self._target, action.reason, pause)
            await self._clock.sleep(pause)

    async def _follow_stream(self) -> Reopen | Fail | StreamEnded | _Deadline:
        if self._clock.now() >= self._health.sync_due:
            self._lose_sync()
        try:
            stream = self._target.open(self._machine.token)
        except StreamEnded as ended:
            return ended
        try:
            return await first_of(self._read_all(stream), self._await_deadline())
        finally:
            stream.cancel()

    async def _read_all(self, stream: WatchStream) -> Reopen | Fail | StreamEnded:
        while True:
            try:
                response = self._read(await stream.read())
            except StreamEnded as ended:
                return ended
            step = self._machine.receive(response)
            self._health.hear(is_current=self._machine.is_current, confirmed=response.is_current)
            self._deliver(step.events)
            if step.action is not None:
                return step.action

    async def _await_deadline(self) -> _Deadline:
        """Sleeps until a deadline is due. Both move while it sleeps, but not to before it wakes: sync that is lost
        meanwhile is due later than silence is now (WatchTiming)."""
        while True:
            now = self._clock.now()
            if now >= self._health.silence_due:
                return _Deadline.SILENCE
            if now >= self._health.sync_due:
                return _Deadline.SYNC
            await self._clock.sleep(min(self._health.silence_due, self._health.sync_due) - now)

    def _act_on(self, outcome: Reopen | Fail | StreamEnded | _Deadline) -> Reopen | Fail:
        if isinstance(outcome, Reopen | Fail):
            return outcome
        if outcome is _Deadline.SYNC:
            return self._lose_sync()
        if outcome is _Deadline.SILENCE:
            outcome = StreamEnded("DEADLINE_EXCEEDED", "nothing arrived on the open stream for too long")
        if outcome.code == "RESOURCE_EXHAUSTED":
            self._target.ask_for_less()
        ending = self._machine.closed(outcome.code, outcome.details)
        self._deliver(ending.events)
        return ending.action

    def _lose_sync(self) -> Reopen | Fail:
        ending = self._machine.sync_lost()
        self._health.lose_sync()
        self._deliver(ending.events)
        return ending.action
