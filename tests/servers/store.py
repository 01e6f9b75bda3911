"""Resources with revisions and a history of changes, in memory; with a journal, they survive the process."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from tests.servers.journal import Journal, Record


class Event(NamedTuple):
    """One write; each has a revision of its own. None: the resource is not there."""

    revision: int
    time: float
    type: str
    name: str
    before: Message | None
    after: Message | None


class Epoch(NamedTuple):
    """From revision `first` on, the store was in one process, or restored from one copy."""

    id: str
    first: int


class Compacted(LookupError):
    """The history does not reach back to the revision that was asked for."""


class Store:
    """Resources of some types, by type and name. Messages that it hands out must not be changed."""

    def __init__(self, types: Mapping[str, type[Message]], journal: Journal | None = None, history: int = 10_000):
        self.id = secrets.token_hex(4)
        self.revision = 0
        self.compacted = 0
        """Changes up to this revision are forgotten."""
        self._types = types
        self._resources: dict[str, dict[str, Message]] = {type_: {} for type_ in types}
        self._history: deque[Event] = deque()
        self._longest_history = history
        self._epochs: list[Epoch] = []
        self._changed = asyncio.Event()
        self._journal = journal
        self._start(journal.read() if journal else [])

    def epoch_at(self, revision: int) -> str:
        """The epoch in force at a revision."""
        return next(epoch.id for epoch in reversed(self._epochs) if epoch.first <= revision)

    def get(self, type_: str, name: str) -> Message | None:
        return self._resources[type_].get(name)

    def all(self, type_: str, at: int | None = None) -> dict[str, Message]:
        """Resources by name, in order; those that were there at a revision. Raises Compacted."""
        resources = dict(self._resources[type_])
        for event in reversed(self.events(type_, self.revision if at is None else at)):
            if event.before is None:
                del resources[event.name]
            else:
                resources[event.name] = event.before
        return dict(sorted(resources.items()))

    def write(self, type_: str, name: str, resource: Message | None) -> None:
        """Creates, replaces or, with None, deletes. It is durable before anybody sees it."""
        before = self._resources[type_].get(name)
        event = Event(self.revision + 1, time.time(), type_, name, before, resource)
        self._log(_to_record(event))
        self._apply(event)
        self._wake()

    def wipe(self) -> None:
        """Deletes everything."""
        for type_, resources in self._resources.items():
            for name in list(resources):
                self.write(type_, name, None)

    def events(self, type_: str, after: int) -> list[Event]:
        """The changes of a type after a revision, in order. Raises Compacted."""
        if after < self.compacted:
            raise Compacted(after)
        return [event for event in self._history if event.revision > after and event.type == type_]

    def revision_before(self, moment: float) -> int:
        """The last revision that was written before a time. Raises Compacted where that is not known any more."""
        if self.compacted and (not self._history or self._history[0].time >= moment):
            raise Compacted(moment)
        older = [event.revision for event in self._history if event.time < moment]
        return older[-1] if older else self.compacted

    def compact(self) -> None:
        """Forgets the history."""
        self._log({"compacted": self.revision})
        self._forget(self.revision)

    async def wait_beyond(self, revision: int) -> None:
        """Returns once something was written after `revision`."""
        while self.revision <= revision:
            await self._changed.wait()

    def close(self) -> None:
        if self._journal:
            self._journal.close()

    def _start(self, records: Iterable[Record]) -> None:
        for record in records:
            self._replay(record)
        if not self._epochs:
            self._log({"store": self.id})
        epoch = Epoch(secrets.token_hex(4), self.revision + 1 if self._epochs else 0)
        self._log({"epoch": epoch.id, "first": epoch.first})
        self._epochs.append(epoch)

    def _replay(self, record: Record) -> None:
        if "store" in record:
            self.id = record["store"]
        elif "epoch" in record:
            self._epochs.append(Epoch(record["epoch"], record["first"]))
        elif "compacted" in record:
            self._forget(record["compacted"])
        else:
            self._apply(self._to_event(record))

    def _apply(self, event: Event) -> None:
        resources = self._resources[event.type]
        if event.after is None:
            resources.pop(event.name, None)
        else:
            resources[event.name] = event.after
        self.revision = event.revision
        self._history.append(event)
        if len(self._history) > self._longest_history:
            self._forget(self._history[0].revision)

    def _forget(self, revision: int) -> None:
        self.compacted = revision
        while self._history and self._history[0].revision <= revision:
            self._history.popleft()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _log(self, record: Record) -> None:
        if self._journal:
            self._journal.append(record)

    def _to_event(self, record: Record) -> Event:
        type_, name, stored = record["type"], record["name"], record["resource"]
        after = None if stored is None else ParseDict(stored, self._types[type_]())
        return Event(record["revision"], record["time"], type_, name, self.get(type_, name), after)


def _to_record(event: Event) -> dict[str, Any]:
    stored = None if event.after is None else MessageToDict(event.after, preserving_proto_field_name=True)
    return {
        "revision": event.revision,
        "time": event.time,
        "type": event.type,
        "name": event.name,
        "resource": stored,
    }
