"""The connection that reads, on the event loop: a read takes less time there than the way to another thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from goten.storage.errors import Compacted
from goten.storage.interface import Batch, Event, KeyValue, Range, Status
from goten.storage.keys import end_of_prefix, first_of_range
from goten.storage.sqlite.failures import speaking_of
from goten.storage.sqlite.files import Limits, connect_reader
from goten.storage.sqlite.schema import LOG_STRIDE
from goten.storage.transactions import ABSENT

_CHUNK_EVENTS: Final = 500
_CHUNK_BYTES: Final = 1 << 20
_KEPT: Final = 4_096
_KEPT_BYTES: Final = 4_096
"""Of a value; larger ones are not kept."""

_GET: Final = "SELECT key, value, create_revision, mod_revision FROM kv WHERE key = ?"
_REVISIONS: Final = "SELECT create_revision, mod_revision FROM kv WHERE key = ?"
_RANGE: Final = """
    SELECT key, value, create_revision, mod_revision FROM kv WHERE key >= ? AND key < ? ORDER BY key LIMIT ?
"""
_STATUS: Final = "SELECT compacted, (SELECT max(position) FROM log) FROM state"
_LOG: Final = """
    SELECT position, key, value, create_revision FROM log WHERE position >= ? AND position < ? ORDER BY position
"""
ValueT = TypeVar("ValueT")

# Any blob comes after any text.
_BEYOND_TEXT: Final = b""


class Reader:
    """Reads what is durable. Raises StorageUnavailable where the file cannot be read.

    What it got lately it has in memory: the writer of the same process is the only one to change the file, and says
    so, by `begin_change` and `end_change`. Meanwhile what may be changing is read from the file.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        with speaking_of(self._path):
            self._connection = connect_reader(path, limits)
        self._kept: dict[str, KeyValue | None] = {}
        self._kept_revisions: dict[str, tuple[int, int]] = {}
        self._changing: frozenset[str] = frozenset()

    def close(self) -> None:
        self._connection.close()

    def status(self) -> Status:
        with speaking_of(self._path):
            return self._status()

    def begin_change(self, keys: Iterable[str]) -> None:
        """From now on these may change, one change at a time."""
        self._changing = frozenset(keys)
        for key in self._changing:
            self._kept.pop(key, None)
            self._kept_revisions.pop(key, None)

    def end_change(self) -> None:
        self._changing = frozenset()

    def get(self, key: str) -> KeyValue | None:
        if key in self._kept:
            return self._kept[key]
        with speaking_of(self._path):
            row = self._connection.execute(_GET, (key,)).fetchone()
        item = KeyValue(*row) if row else None
        if key not in self._changing and (item is None or len(item.value) <= _KEPT_BYTES):
            _keep(self._kept, key, item)
        return item

    def revisions(self, key: str) -> tuple[int, int]:
        if key in self._kept:
            item = self._kept[key]
            return ABSENT if item is None else (item.create_revision, item.mod_revision)
        if key in self._kept_revisions:
            return self._kept_revisions[key]
        with speaking_of(self._path):
            row: tuple[int, int] | None = self._connection.execute(_REVISIONS, (key,)).fetchone()
        found = row or ABSENT
        if key not in self._changing:
            _keep(self._kept_revisions, key, found)
        return found

    def range(self, prefix: str, after: str, limit: int) -> Range:
        end = end_of_prefix(prefix)
        bounds = (first_of_range(prefix, after), _BEYOND_TEXT if end is None else end)
        with self._one_state():
            revision = self._status().revision
            rows = self._connection.execute(_RANGE, (*bounds, limit + 1 if limit else -1)).fetchall()
        more = 0 < limit < len(rows)
        return Range(revision, [KeyValue(*row) for row in (rows[:limit] if more else rows)], more)

    def log(self, after: int, last: int) -> Batch:
        """Some of the transactions after a revision, whole ones, at most up to `last`, which comes later than it."""
        events: list[Event] = []
        size = 0
        with self._one_state():
            compacted = self._status().compacted
            if after < compacted:
                raise Compacted(after, compacted)
            rows = self._connection.execute(_LOG, ((after + 1) * LOG_STRIDE, (last + 1) * LOG_STRIDE))
            for position, key, value, create_revision in rows:
                revision = position // LOG_STRIDE
                full = len(events) >= _CHUNK_EVENTS or size >= _CHUNK_BYTES
                if full and revision != events[-1].revision:
                    break
                events.append(Event(revision, key, value, create_revision))
                size += len(value or b"")
            rows.close()
        return Batch(events[-1].revision, events)

    def _status(self) -> Status:
        compacted, position = self._connection.execute(_STATUS).fetchone()
        return Status(max(compacted, (position or 0) // LOG_STRIDE), compacted)

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """What is read inside is of one moment."""
        with speaking_of(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _keep(kept: dict[str, ValueT], key: str, value: ValueT) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]
