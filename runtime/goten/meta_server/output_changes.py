"""What `goten-meta watch` prints: a line for a change, for people or as JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from google.protobuf.message import Message

from goten.meta_server.output import Table, as_json, json_line
from goten.meta_server.output_columns import Columns
from goten.watch import Applied

_UPKEEP: Final = frozenset({"metadata.update_time", "metadata.resource_version", "metadata.generation"})
"""Differ after every change, and say nothing about it."""
_WHAT_WIDTH: Final = len("changed")


class JsonChanges:
    """One JSON object a line; `event` says what it is."""

    def lines(self, applied: Applied[Any]) -> Iterator[str]:
        for what, name, message in _changes(applied):
            resource = {} if message is None else {"resource": as_json(message)}
            yield json_line({"event": what, "name": name, **resource})
        if applied.snapshot:
            yield json_line({"event": "current"})


class TableChanges:
    """A table that goes on: what is there at first, then every change with its time, and which fields changed."""

    def __init__(self, columns: Columns, width: int | None, clock: Callable[[], float] = time.time) -> None:
        self._columns = columns
        self._width = width
        self._clock = clock
        self._table: Table | None = None

    def lines(self, applied: Applied[Any]) -> Iterator[str]:
        now = self._clock()
        clock = time.strftime("%H:%M:%S", time.localtime(now))
        prefix = " " * (len(clock) + _WHAT_WIDTH + 4)
        if self._table is None:
            rows = [self._columns.row(message, now) for message in applied.added.values()]
            self._table = Table(self._columns.headers, rows, self._width and max(self._width - len(prefix), 1))
            yield f"{'TIME':<{len(clock)}}  {'EVENT':<{_WHAT_WIDTH}}  {self._table.header()}"
        for what, name, message in _changes(applied):
            row = self._columns.row(applied.removed[name] if message is None else message, now)
            yield f"{clock}  {what:<{_WHAT_WIDTH}}  {self._table.line(row)}"
            if message is not None and name in applied.before:
                paths = changed_paths(applied.before[name], message)
                if paths:
                    yield f"{prefix}{', '.join(paths)}"


def changed_paths(before: Message, after: Message) -> list[str]:
    """Paths of the fields that differ between two messages of a type, but for those that every write changes."""
    return [path for path in _differing(before, after, "") if path not in _UPKEEP]


def _differing(before: Any, after: Any, prefix: str) -> Iterator[str]:
    for field in before.DESCRIPTOR.fields:
        path = f"{prefix}{field.name}"
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.message_type is None or field.is_repeated:
            if old != new:
                yield path
        elif before.HasField(field.name) != after.HasField(field.name):
            yield path
        elif field.message_type.full_name.startswith("google."):
            if old != new:
                yield path
        else:
            yield from _differing(old, new, f"{path}.")


def _changes(applied: Applied[Any]) -> Iterator[tuple[str, str, Message | None]]:
    groups: Mapping[str, Mapping[str, Any]] = {
        "is" if applied.snapshot else "added": applied.added,
        "changed": applied.changed,
        "removed": applied.removed,
    }
    for what, found in groups.items():
        for name in sorted(found):
            yield what, name, None if what == "removed" else found[name]
