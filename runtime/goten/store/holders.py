"""Policy holders of a service's own store, for its PolicyStore (STORE-7)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Final, Generic, Protocol, cast

from goten.descriptors import Descriptor, MessageT, NameT
from goten.names import InvalidName
from goten.policy_sources import HolderChange, HolderChanges
from goten.storage import Compacted
from goten.store.model import Applied
from goten.store.store import Store
from goten.watch.clock import first_of

_NEVER: Final = sys.maxsize
"""No store gets to this revision."""


class HolderVersion(Protocol):
    """How a type that is stored as `stored` is served as `served`; a ServedVersion of goten.server is one."""

    @property
    def served(self) -> Descriptor[Any, Any]: ...

    @property
    def stored(self) -> Descriptor[Any, Any]: ...

    @property
    def down(self) -> Callable[[Any], Any]:
        """Makes the served message of a stored one."""
        ...


class StoreHolders:
    """HolderStore over a Store: `register_policy_sources(policies, StoreHolders(store))`.

    `versions` are those of the types that are asked for in another version than the one in which they are stored.
    """

    def __init__(self, store: Store, versions: Iterable[HolderVersion] = ()) -> None:
        self._store = store
        self._versions = {version.served: version for version in versions}

    async def get(self, descriptor: Descriptor[MessageT, NameT], name: NameT) -> MessageT | None:
        """What memory holds, which is never behind what was acknowledged. Raises StorageUnavailable, NotStored."""
        holders = _Holders(self._store, descriptor, self._versions.get(descriptor))
        return holders.get(str(name))

    async def watch(
        self, descriptor: Descriptor[MessageT, NameT], resume_point: str | None = None
    ) -> AsyncIterator[HolderChanges[MessageT, NameT]]:
        """As HolderStore says. Raises StorageUnavailable, also when the store fails or is stopped, and NotStored."""
        holders = _Holders(self._store, descriptor, self._versions.get(descriptor))
        news = asyncio.Event()
        sent = self._revision_of(resume_point)

        def hear(applied: Applied) -> None:
            nonlocal sent
            if applied.events.get(descriptor.type):
                news.set()
            elif sent is not None and not news.is_set():
                # Nothing to tell: what happens to other types makes no resume point old.
                sent = applied.revision

        detach = self._store.attach(hear)
        try:
            while True:
                news.clear()
                revision = self._store.revision
                batch = holders.snapshot(revision) if sent is None else holders.changes(sent, revision)
                sent = revision
                yield batch
                await first_of(_heard(news), self._store.reached(_NEVER))
        finally:
            detach()

    def _revision_of(self, point: str | None) -> int | None:
        """The revision to go on from; None for a point of another history, and for one that is compacted."""
        epoch, _, number = (point or "").partition("/")
        if not number.isdecimal():
            return None
        revision = int(number)
        return revision if self._store.accepts(epoch, revision) else None


class _Holders(Generic[MessageT, NameT]):
    """The holders of one type, as of now, in the version that is asked for."""

    def __init__(self, store: Store, descriptor: Descriptor[MessageT, NameT], version: HolderVersion | None) -> None:
        self._store = store
        self._parse = descriptor.name.parse
        self._stored: Descriptor[Any, Any] = descriptor if version is None else version.stored
        self._down = None if version is None else version.down

    def get(self, name: str) -> MessageT | None:
        entry = self._store.get(self._stored, name)
        return None if entry is None else self._as_asked(entry.message)

    def snapshot(self, revision: int) -> HolderChanges[MessageT, NameT]:
        """All of them; `revision` is that of the store."""
        entries = self._store.entries(self._stored)
        changes = self._visible((entry.name, entry.message) for entry in entries)
        return HolderChanges(changes=tuple(changes), reset=True, is_current=True, resume_point=self._point(revision))

    def changes(self, sent: int, revision: int) -> HolderChanges[MessageT, NameT]:
        """What happened after the revision `sent`; all of them where that is not known any more."""
        try:
            events = self._store.events_after(self._stored, sent)
        except Compacted:
            return self.snapshot(revision)
        changes = self._visible((event.name, event.after) for event in events)
        return HolderChanges(changes=tuple(changes), is_current=True, resume_point=self._point(revision))

    def _visible(self, found: Iterable[tuple[str, Any]]) -> Iterator[HolderChange[MessageT, NameT]]:
        """Without those whose names the version does not have (METHOD-13)."""
        for text, message in found:
            try:
                name = self._parse(text)
            except InvalidName:
                continue
            yield HolderChange(name, None if message is None else self._as_asked(message))

    def _as_asked(self, stored: Any) -> MessageT:
        return cast("MessageT", stored if self._down is None else self._down(stored))

    def _point(self, revision: int) -> str:
        return f"{self._store.epoch_at(revision)}/{revision}"


async def _heard(news: asyncio.Event) -> None:
    await news.wait()
