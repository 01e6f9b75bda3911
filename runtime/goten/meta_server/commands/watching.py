"""`goten-meta watch`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import AsyncIterable
from typing import Any, Final, NoReturn

from goten.meta.v1.service import SERVICE
from goten.meta_server.cli import OK
from goten.meta_server.commands.connection import Connection, failure, talk
from goten.meta_server.commands.targets import Collection, parse_watched
from goten.meta_server.output import note, terminal_width, write
from goten.meta_server.output_changes import JsonChanges, TableChanges
from goten.meta_server.output_columns import COLUMNS
from goten.meta_server.waiting import forever
from goten.watch import (
    BackoffPolicy,
    Watcher,
    WatchFailed,
    WatchQuery,
    WatchState,
    WatchStatus,
    WatchTiming,
    copy_message,
)
from goten.watch.clock import LoopClock, first_of

# Somebody looks at it: silence is noticed, and attempts go on, sooner than a program would care.
_TIMING = WatchTiming(backoff=BackoffPolicy(limit=3.0))
_LOOK: Final = 0.1
"""Seconds between two looks at a watch that has not begun."""


def run_watch(options: argparse.Namespace) -> int:
    collection, selection = parse_watched(options.collection)
    # As it was given, where it is alone: what is wrong with it is told by the character.
    both = f"({options.filter}) AND ({selection})" if options.filter and selection else options.filter or selection

    async def body(connection: Connection) -> int:
        return await _follow(connection, collection, both, options.format)

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
        on_state=lambda state: states.enter(state, watcher.status),
        timing=_TIMING,
    )
    try:
        async with watcher, watcher.view.changes() as changes:
            await first_of(_print(changes, printer), states.tell_of_waiting(watcher))
    except WatchFailed as failed:
        code, _, details = failed.reason.partition(": ")
        raise failure(connection.address, code, details or failed.reason) from None
    return OK


async def _print(changes: AsyncIterable[Any], printer: JsonChanges | TableChanges) -> None:
    async for applied in changes:
        if lines := list(printer.lines(applied)):
            write("\n".join(lines))


class _States:
    """Tells the person when the watch cannot begin or is interrupted, and when it goes on."""

    def __init__(self) -> None:
        self._worked = False
        self._waiting = False
        self._lost = False

    async def tell_of_waiting(self, watcher: Watcher[Any, Any]) -> NoReturn:
        """Says once why the watch has not begun. A first attempt that fails enters no state, so this looks itself."""
        clock = LoopClock()
        while not self._worked and not watcher.status.failures:
            await clock.sleep(_LOOK)
        if not self._worked:
            self._waiting = True
            note(f"the server does not serve yet ({watcher.status.reason}); waiting for it")
        await forever()

    def enter(self, state: WatchState, status: WatchStatus) -> None:
        if state is WatchState.CURRENT:
            if self._lost:
                note("connected again; the watch goes on")
            elif self._waiting:
                note("it serves now; the watch goes on")
            self._worked, self._waiting, self._lost = True, False, False
        elif state is WatchState.CONNECTING and self._worked and not self._lost:
            self._lost = True
            note(f"the connection was lost ({status.reason}); trying again")
