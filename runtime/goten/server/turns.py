"""Streams take turns at writing, so that whatever else a server is asked gets through.

gRPC tells of finished writes and of new requests in one queue. Where a thousand streams always have something to say,
a request waits behind a thousand writes, at each step until it is answered; and where that request is a write itself,
what it changes is sent to the thousand before the next one comes. With few writes under way at a time, requests come
in between, and what they change is sent together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from goten.server.adaptor import Context

AT_ONCE: Final = 32
PATIENCE: Final = 0.02
QUIET: Final = 0.1


class WritingTurns:
    """Lets so many responses be written `at_once`, in the order in which they came.

    A stream that said nothing for `quiet` seconds need not wait: a single event goes to all in one go. Where no write
    ends for `patience` seconds, their readers are slow: those writes go on, and count no more.
    """

    def __init__(self, at_once: int = AT_ONCE, *, patience: float = PATIENCE, quiet: float = QUIET) -> None:
        self.quiet: Final = quiet
        self._at_once = at_once
        self._patience = patience
        self._writing = 0
        self._ended = 0
        self._lap = 0
        self._waiting: deque[asyncio.Future[int]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def paced(self, context: Context) -> Any:
        """The context of a stream, with a `write` that waits for its turn."""
        return _PacedContext(context, self)

    @property
    def is_free(self) -> bool:
        """Whether nobody has to wait."""
        return self._writing < self._at_once

    def begin(self) -> int:
        """Begins a turn without waiting; `end` is to be given what this returns."""
        self._writing += 1
        return self._lap

    async def begin_in_order(self) -> int:
        """Waits for a turn; `end` is to be given what this returns."""
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if self._timer is None:
            self._wait_for_slow_ones()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.end(turn.result())
            raise

    def end(self, lap: int) -> None:
        self._ended += 1
        if lap == self._lap:
            self._writing -= 1
            if self._waiting:
                self._give_turns()

    def _give_turns(self) -> None:
        while self._waiting and self.is_free:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(self.begin())

    def _wait_for_slow_ones(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._patience, self._pass_by_slow_ones, self._ended)

    def _pass_by_slow_ones(self, ended: int) -> None:
        self._timer = None
        if self._ended == ended:
            self._lap += 1
            self._writing = 0
        self._give_turns()
        if self._waiting:
            self._wait_for_slow_ones()


class _PacedContext:
    """All the rest is that of the context."""

    def __init__(self, context: Context, turns: WritingTurns) -> None:
        self._context = context
        self._write = context.write
        self._turns = turns
        self._time = asyncio.get_running_loop().time
        self._quiet_from = 0.0

    async def write(self, response: Any) -> None:
        turns, time = self._turns, self._time
        lap = turns.begin() if turns.is_free or time() >= self._quiet_from else await turns.begin_in_order()
        try:
            await self._write(response)
        finally:
            turns.end(lap)
            self._quiet_from = time() + turns.quiet

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)
