"""Structured logs: one line per event, of `key=value` pairs or as JSON."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TextIO

_STANDARD: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
_BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+[]")


def set_up_logging(*, as_json: bool = False, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Writes what is logged in this process to `stream`, by default standard error."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(EventFormatter(as_json=as_json))
    logging.basicConfig(level=level, handlers=[handler], force=True)


class EventFormatter(logging.Formatter):
    """Time, level, logger and message first, then what the event gave as `extra`, then the traceback."""

    def __init__(self, *, as_json: bool = False) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        pairs = dict(self._pairs(record))
        if self._as_json:
            return json.dumps(pairs, default=str)
        return " ".join(f"{key}={_quoted(str(value))}" for key, value in pairs.items())

    def _pairs(self, record: logging.LogRecord) -> Iterable[tuple[str, Any]]:
        yield "time", datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        yield "level", record.levelname.lower()
        yield "logger", record.name
        yield "message", record.getMessage()
        yield from ((key, value) for key, value in vars(record).items() if key not in _STANDARD)
        if record.exc_info:
            yield "traceback", self.formatException(record.exc_info)


def _quoted(text: str) -> str:
    """In quotes, with what would break the line escaped, unless it is plain."""
    return text if text and _BARE.issuperset(text) else json.dumps(text, ensure_ascii=False)
