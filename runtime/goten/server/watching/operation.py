"""A Watch method at work: it finds out what to send, sends it, and waits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable
from typing import Any, NamedTuple, Protocol

from goten.server.watching.hub import Topic, WatchHub
from goten.server.watching.pause import Pause


class Feed(Protocol):
    """What one watcher is sent, worked out when it is asked for."""

    def next(self) -> bytes | Pause:
        """The next response, or why there is none."""
        ...

    def work(self) -> None:
        """What `next` asked for, or some of it: a few milliseconds."""
        ...

    def bookmark(self) -> bytes:
        """What to send when nothing else was sent for long; empty: nothing."""
        ...


class Opening(NamedTuple):
    """A watch that is about to begin: the group that it joins, and how."""

    topic: Topic
    key: Hashable
    make_source: Callable[[], Any]
    make_feed: Callable[[Any], Feed]


class WatchOperation:
    """A Watch method: called with a request and its caller, it yields serialized responses until it is closed.

    Closing the iterator (`aclosing`) ends the watch. It raises Refused, QueryError, and StorageUnavailable.
    """

    def __init__(self, hub: WatchHub, prepare: Callable[[Any, str], Opening]) -> None:
        self._hub = hub
        self._prepare = prepare

    async def __call__(self, request: Any, caller: str = "") -> AsyncIterator[bytes]:
        opening = self._prepare(request, caller)
        await self._hub.catch_up()
        watcher, source = self._hub.join(opening.topic, opening.key, opening.make_source)
        try:
            feed = opening.make_feed(source)
            bookmark_is_due = False
            while True:
                self._hub.check()
                response = feed.next()
                if response is Pause.WORK:
                    await self._hub.take_turn()
                    feed.work()
                elif response is not Pause.WAIT:
                    bookmark_is_due = False
                    yield response
                elif not bookmark_is_due:
                    bookmark_is_due = await watcher.wait()
                else:
                    bookmark_is_due = False
                    if bookmark := feed.bookmark():
                        yield bookmark
        finally:
            self._hub.leave(opening.topic, opening.key)
