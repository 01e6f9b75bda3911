"""What a storage is, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from goten.storage import Change, Compare, Event, KeyValue, Put


class Model:
    """Keys and the whole history."""

    def __init__(self, revision: int = 0) -> None:
        self.revision = revision
        self.items: dict[str, KeyValue] = {}
        self.history: list[Event] = []

    def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if any(self.mod_revision(compare.key) != compare.mod_revision for compare in compares):
            return None
        revision = self.revision + 1
        for change in changes:
            if isinstance(change, Put):
                old = self.items.get(change.key)
                created = old.create_revision if old else revision
                self.apply(Event(revision, change.key, change.value, created))
            elif change.key in self.items:
                self.apply(Event(revision, change.key, None, 0))
        return self.revision

    def apply(self, event: Event) -> None:
        self.revision = event.revision
        self.history.append(event)
        if event.value is None:
            del self.items[event.key]
        else:
            self.items[event.key] = KeyValue(event.key, event.value, event.create_revision, event.revision)

    def mod_revision(self, key: str) -> int:
        return self.items[key].mod_revision if key in self.items else 0

    def range(self, prefix: str = "", after: str = "") -> list[KeyValue]:
        return [item for key, item in sorted(self.items.items()) if key.startswith(prefix) and key > after]
