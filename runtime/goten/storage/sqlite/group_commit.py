"""Everything that waits to be written becomes durable together: one write to the disk for many transactions."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from goten.storage.interface import Batch, Change, Compare, Event
from goten.storage.transactions import ABSENT, Revisions, evaluate
from goten.storage.watchers import Watchers

_GROUP_EVENTS: Final = 500
_GROUP_BYTES: Final = 4 << 20

# A write costs as much as ten small transactions. So those who were just answered get a moment to come back with their
# next ones, if they are several, and further moments as long as more come; one client that writes alone never waits.
_MOMENT: Final = 0.002
_MOMENTS: Final = 5
_SEVERAL: Final = 2
_MANY: Final = 64


class _Transaction(NamedTuple):
    compares: Sequence[Compare]
    changes: Sequence[Change]
    answer: asyncio.Future[int | None]


class _Group(NamedTuple):
    """Transactions with their answers, and all that they do together."""

    answers: list[tuple[asyncio.Future[int | None], int | None]]
    events: list[Event]

    def succeed(self) -> None:
        for future, answer in self.answers:
            if not future.done():
                future.set_result(answer)

    def fail(self, error: BaseException) -> None:
        for future, _ in self.answers:
            if not future.done():
                future.set_exception(error)


class GroupCommit:
    """Takes transactions on the event loop and writes them in groups, one group at a time (STORAGE-6).

    Transactions are evaluated when their group begins, each against what those before it in the group do, so a failed
    comparison fails alone, and nothing in memory has to be taken back when a write fails. `revisions` reads what is
    durable; `append` makes events durable elsewhere, all or none.
    """

    def __init__(
        self, revisions: Revisions, append: Callable[[Sequence[Event]], asyncio.Future[None]], watchers: Watchers
    ) -> None:
        self._revisions = revisions
        self._append = append
        self._watchers = watchers
        self._waiting: deque[_Transaction] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._moment: asyncio.TimerHandle | None = None
        self._expected = 0

    def submit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> Awaitable[int | None]:
        """The answer of `Storage.commit`. Whoever stops waiting for it does not stop the transaction."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[int | None] = loop.create_future()
        self._waiting.append(_Transaction(compares, changes, answer))
        if self._idle.is_set():
            self._idle.clear()
            # What else arrives in this turn of the loop goes along.
            loop.call_soon(self._go_on)
        elif self._moment is not None and len(self._waiting) >= self._expected:
            self._end_moment()
        return answer

    async def drain(self) -> None:
        """Returns when nothing is waiting any more."""
        await self._idle.wait()

    def _go_on(self) -> None:
        while self._waiting:
            group = self._next_group()
            if group.events:
                self._append(group.events).add_done_callback(partial(self._settle, group))
                return
            group.succeed()
        self._idle.set()

    def _settle(self, group: _Group, written: asyncio.Future[None]) -> None:
        error = written.exception()
        if error is None:
            self._watchers.deliver(Batch(group.events[-1].revision, group.events))
            group.succeed()
        else:
            group.fail(error)
        self._expected = min(len(group.answers) + len(self._waiting), _MANY)
        if self._expected < _SEVERAL or len(self._waiting) >= self._expected:
            self._go_on()
        else:
            self._wait_a_moment(1)

    def _wait_a_moment(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        self._moment = loop.call_later(_MOMENT, self._look_again, number, len(self._waiting))

    def _look_again(self, number: int, waiting: int) -> None:
        if number < _MOMENTS and len(self._waiting) > waiting:
            self._wait_a_moment(number + 1)
        else:
            self._end_moment()

    def _end_moment(self) -> None:
        if self._moment is not None:
            self._moment.cancel()
            self._moment = None
        self._go_on()

    def _next_group(self) -> _Group:
        group = _Group([], [])
        revision = self._watchers.revision
        known: dict[str, tuple[int, int]] = {}
        size = 0

        def revisions(key: str) -> tuple[int, int]:
            if (found := known.get(key)) is None:
                found = known[key] = self._revisions(key)
            return found

        while self._waiting and len(group.events) < _GROUP_EVENTS and size < _GROUP_BYTES:
            compares, changes, future = self._waiting.popleft()
            try:
                events = evaluate(compares, changes, revisions, revision + 1)
            except Exception as error:
                # A read that failed is this transaction's matter alone.
                if not future.done():
                    future.set_exception(error)
                continue
            if events:
                revision += 1
                group.events.extend(events)
                for event in events:
                    known[event.key] = ABSENT if event.value is None else (event.create_revision, revision)
                    size += len(event.value or b"")
            group.answers.append((future, None if events is None else revision))
        return group
