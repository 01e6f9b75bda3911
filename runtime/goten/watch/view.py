"""What a watch knows: a mapping that follows, and changes of it for any number of readers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple

from goten.watch.errors import WatchFailed
from goten.watch.protocol import Applied, ItemT


class WatchView(Mapping[str, ItemT]):
    """Resources by name, as of the last boundary. Live: copy it (`dict(view)`) where it must not move.

    It changes at boundaries only, between two turns of the event loop, so whoever does not await sees one state.
    """

    def __init__(self, resources: Mapping[str, ItemT]) -> None:
        self._resources = resources
        self._readers: set[ViewChanges[ItemT]] = set()
        self._filled = False
        self._over = False
        self._failure: WatchFailed | None = None

    def __getitem__(self, name: str) -> ItemT:
        return self._resources[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    def changes(self) -> ViewChanges[ItemT]:
        """What is there, as a snapshot, then what changes, with nothing lost or twice between; an async iterator.

        The snapshot comes with the first boundary. Close the iterator (`async with`) to stop following.
        """
        reader = ViewChanges[ItemT](self._readers)
        if self._filled:
            reader.put(Applied(added=self._resources), snapshot=True)
        if self._over:
            reader.end(self._failure)
        else:
            self._readers.add(reader)
        return reader

    def show(self, applied: Applied[ItemT]) -> None:
        """For the watch alone: `applied` has just been applied to the resources."""
        first, self._filled = not self._filled, True
        for reader in self._readers:
            reader.put(applied, snapshot=first)

    def end(self, failure: WatchFailed | None) -> None:
        """For the watch alone: nothing more will come."""
        self._over = True
        self._failure = failure
        for reader in self._readers:
            reader.end(failure)
        self._readers.clear()


class _Unread(NamedTuple, Generic[ItemT]):
    """How a resource was when its reader saw it last, and how it is now; None: not there."""

    before: ItemT | None
    after: ItemT | None


class ViewChanges(Generic[ItemT]):
    """Changes of a view for one reader, as `async for applied in changes`.

    What a slow reader has not read yet is merged, so it holds one entry per resource at most, and a reader skips states
    rather than falls behind. Boundaries that leave it nothing to see are left out. Ends when the watch is stopped, and
    raises WatchFailed when it fails, after all changes are read.
    """

    def __init__(self, readers: set[ViewChanges[ItemT]]) -> None:
        self._readers = readers
        self._unread: dict[str, _Unread[ItemT]] = {}
        self._snapshot = False
        self._over = False
        self._failure: WatchFailed | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> ViewChanges[ItemT]:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def __aiter__(self) -> ViewChanges[ItemT]:
        return self

    async def __anext__(self) -> Applied[ItemT]:
        while not (self._unread or self._snapshot):
            if self._failure:
                raise self._failure
            if self._over:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._hand_over()

    def close(self) -> None:
        """Stops following; what is unread is dropped, and the iteration ends."""
        self._readers.discard(self)
        self._unread = {}
        self._snapshot = False
        self.end(None)

    def put(self, applied: Applied[ItemT], *, snapshot: bool = False) -> None:
        """For the view alone: `snapshot` for the first, which comes even if it is empty."""
        self._snapshot |= snapshot
        for name, item in applied.added.items():
            self._merge(name, None, item)
        for name, item in applied.changed.items():
            self._merge(name, applied.before[name], item)
        for name, item in applied.removed.items():
            self._merge(name, item, None)
        self._news.set()

    def end(self, failure: WatchFailed | None) -> None:
        """For the view alone: nothing more will come."""
        self._over = True
        self._failure = failure
        self._news.set()

    def _merge(self, name: str, before: ItemT | None, after: ItemT | None) -> None:
        unread = self._unread.pop(name, None)
        if unread is not None:
            before = unread.before
        if before != after:
            self._unread[name] = _Unread(before, after)

    def _hand_over(self) -> Applied[ItemT]:
        unread, self._unread = self._unread, {}
        snapshot, self._snapshot = self._snapshot, False
        added: dict[str, ItemT] = {}
        changed: dict[str, ItemT] = {}
        removed: dict[str, ItemT] = {}
        before: dict[str, ItemT] = {}
        for name, (old, new) in unread.items():
            if old is None:
                if new is not None:
                    added[name] = new
            elif new is None:
                removed[name] = old
            else:
                changed[name] = new
                before[name] = old
        return Applied(added, changed, removed, before, snapshot)
