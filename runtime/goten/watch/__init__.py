"""Watching collections of resources: a view that follows a server (spec/protocol/watch.md)."""

from __future__ import annotations

from goten.watch.backoff import BackoffPolicy, WatchTiming
from goten.watch.clock import Clock, LoopClock
from goten.watch.errors import NotWatchable, WatchFailed, WatchNotCurrent
from goten.watch.keepalive import CHANNEL_OPTIONS, SERVER_OPTIONS
from goten.watch.machine import WatchMachine
from goten.watch.protocol import Anomalies, Applied, Reset, ResetReason, Response, WatchEvent
from goten.watch.query import WatchQuery
from goten.watch.responses import ResponseReader, copy_message
from goten.watch.status import WatchState, WatchStatus
from goten.watch.view import ViewChanges, WatchView
from goten.watch.watcher import Watcher

__all__ = [
    "CHANNEL_OPTIONS",
    "SERVER_OPTIONS",
    "Anomalies",
    "Applied",
    "BackoffPolicy",
    "Clock",
    "LoopClock",
    "NotWatchable",
    "Reset",
    "ResetReason",
    "Response",
    "ResponseReader",
    "ViewChanges",
    "WatchEvent",
    "WatchFailed",
    "WatchMachine",
    "WatchNotCurrent",
    "WatchQuery",
    "WatchState",
    "WatchStatus",
    "WatchTiming",
    "WatchView",
    "Watcher",
    "copy_message",
]
