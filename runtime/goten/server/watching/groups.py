"""Those who watch the same: they wait together, and are told together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, Protocol

from goten.refusals import Refused

_TURN: Final = 0.005
"""For so many seconds something is done for many groups before others have their turn."""


class Source(Protocol):
    """What is worked out once for all watchers of a group."""

    def hear(self, first: int, last: int) -> None:
        """The store has applied events of the type, from a revision to another one. It only takes note."""
        ...

    def has_news(self) -> bool:
        """Whether something happened, since this was asked last, that its watchers may have to be told."""
        ...

    def tidy(self) -> None:
        """Lets go of what was kept in case that somebody wants it. Called now and then."""
        ...


class Group:
    """Watchers that share a source. The hub makes it for the first of them, and drops it after the last."""

    __slots__ = ("source", "waiting", "watchers")

    def __init__(self, source: Source) -> None:
        self.source: Final = source
        self.watchers = 0
        self.waiting: set[Watcher] = set()


class Watcher:
    """One stream. While it waits, it costs one future."""

    __slots__ = ("_group", "_news")

    def __init__(self, group: Group) -> None:
        self._group = group
        self._news: asyncio.Future[bool] | None = None

    async def wait(self) -> bool:
        """Returns False when there may be something to send, True when a bookmark is due.

        Raises Refused when the hub is closed meanwhile.
        """
        self._news = asyncio.get_running_loop().create_future()
        self._group.waiting.add(self)
        try:
            return await self._news
        finally:
            self._group.waiting.discard(self)
            self._news = None

    def wake(self, *, bookmark: bool = False) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(bookmark)

    def end(self, refusal: Refused) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_exception(refusal)


async def spread_out(work: Callable[[Group], None], groups: Iterable[Group]) -> None:
    """Does the work for all groups, with turns of the event loop in between."""
    time = asyncio.get_running_loop().time
    due = time() + _TURN
    for group in groups:
        work(group)
        if time() > due:
            await asyncio.sleep(0)
            due = time() + _TURN


def remind(group: Group) -> None:
    # Whoever is woken meets what goes wrong here, and ends with it.
    with suppress(Exception):
        group.source.tidy()
    for watcher in group.waiting:
        watcher.wake(bookmark=True)


def tell(group: Group) -> None:
    """Wakes those who wait if there are news for them."""
    try:
        has_news = group.source.has_news()
    except Exception:
        # Whoever is woken meets it too, and ends with it.
        has_news = True
    if has_news:
        for watcher in group.waiting:
            watcher.wake()
