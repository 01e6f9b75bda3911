"""The main loop: what happens, in order, to the one state of a registry."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NoReturn

from goten.env_registry.dialler import Dialler
from goten.env_registry.errors import RegistryFailed
from goten.env_registry.reducer import Event, Phase, State, reduce
from goten.env_registry.subscriptions import Subscriptions
from goten.env_registry.watches import WatchOver


class MainLoop:
    """Alone touches the state, and tells subscribers and dialler of it. Owns no task: someone awaits `run`."""

    def __init__(self, dialler: Dialler, subscriptions: Subscriptions) -> None:
        self.state = State()
        self.ready = asyncio.Event()
        """Set when the registry is ready for the first time."""
        self.look_again = asyncio.Event()
        """Set when own records may not be as declared; who acts on it clears it."""
        self._dialler = dialler
        self._subscriptions = subscriptions
        self._events: deque[Event | WatchOver] = deque()
        self._news = asyncio.Event()

    def put(self, event: Event | WatchOver) -> None:
        """Takes an event; it has its effect when the loop gets to it."""
        self._events.append(event)
        self._news.set()

    async def run(self) -> NoReturn:
        """Raises RegistryFailed when a watch has ended for good."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._events:
                self._take(self._events.popleft())

    def _take(self, event: Event | WatchOver) -> None:
        if isinstance(event, WatchOver):
            raise RegistryFailed(event.watch, event.reason)
        before = self.state
        step = reduce(before, event)
        state = self.state = step.state
        if state.environment is not before.environment:
            self._dialler.follow(state.environment, state.own_deployment, step.changes)
        self._subscriptions.publish(step.changes, state.environment)
        if step.look_again:
            self.look_again.set()
        if state.phase is Phase.READY:
            self.ready.set()
