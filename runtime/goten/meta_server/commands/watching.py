"""`goten-meta watch`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable

from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import OK
from goten.meta_server.commands.connection import Connection, failure, talk
from goten.meta_server.commands.targets import Collection, parse_watched
from goten.meta_server.output import note, terminal_width, write
from goten.meta_server.output_changes import JsonChanges, TableChanges
from goten.meta_server.output_columns import COLUMNS
from goten.watch import BackoffPolicy, Watcher, WatchFailed, WatchQuery, WatchState, WatchTiming, copy_message

# Somebody looks at it: silence is noticed, and attempts go on, sooner than a program would care.
_TIMING = WatchTiming(backoff=BackoffPolicy(limit=3.0))


def run_watch(options: argparse.Namespace) -> int:
    collection, selection = parse_watched(options.collection)
    filters = [f"({text})" for text in (selection, options.filter) if text]

    async def body(connection: Connection) -> int:
        return await _follow(connection, collection, " AND ".join(filters), options.format)

    logging.getLogger("goten").addHandler(logging.NullHandler())
    return talk(options.address, body)


async def _follow(connection: Connection, collection: Collection, text: str, form: str) -> int:
    states = _States()
    printer = JsonChanges() if form == "json" else TableChanges(COLUMNS[collection.descriptor.type], terminal_width())
    watcher = Watcher(
        connection.channels,
        SERVICE.access[collection.descriptor.type]["watch"],
        collection.descriptor,
        keep=copy_message,
        query=WatchQuery(parent=collection.parent, filter=text),
        on_state=lambda state: states.enter(state, lambda: watcher.status.reason),
        timing=_TIMING,
    )
    try:
        async with watcher, watcher.view.changes() as changes:
            async for applied in changes:
                if lines := list(printer.lines(applied)):
                    write("\n".join(lines))
    except WatchFailed as failed:
        code, _, details = failed.reason.partition(": ")
        raise failure(connection.address, code, details or failed.reason) from None
    return OK


class _States:
    """Tells the person when the watch is interrupted, and when it goes on."""

    def __init__(self) -> None:
        self._worked = False
        self._lost = False

    def enter(self, state: WatchState, reason: Callable[[], str]) -> None:
        if state is WatchState.CURRENT:
            if self._lost:
                note("connected again; the watch goes on")
            self._worked, self._lost = True, False
        elif state is WatchState.CONNECTING and self._worked and not self._lost:
            self._lost = True
            note(f"the connection was lost ({reason()}); trying again")
