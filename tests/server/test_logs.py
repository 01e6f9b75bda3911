"""Structured logs."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from goten.server.logs import EventFormatter, set_up_logging


@pytest.fixture
def root() -> Iterator[None]:
    """Leaves the root logger as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "goten.server", "levelno": 20, "levelname": "INFO", "msg": message, **extra})
    made.created = 1714564800.25
    return made


def test_a_line_of_pairs() -> None:
    line = EventFormatter().format(record("ready", address="127.0.0.1:8472", count=3, note='a "b"\nc', empty=""))
    assert line == (
        "time=2024-05-01T12:00:00.250+00:00 level=info logger=goten.server message=ready "
        'address=127.0.0.1:8472 count=3 note="a \\"b\\"\\nc" empty=""'
    )


def test_a_line_of_json() -> None:
    line = EventFormatter(as_json=True).format(record("it is ready", count=3, path=io.StringIO))
    assert json.loads(line) == {
        "time": "2024-05-01T12:00:00.250+00:00",
        "level": "info",
        "logger": "goten.server",
        "message": "it is ready",
        "count": 3,
        "path": str(io.StringIO),
    }


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("as_json", [False, True])
def test_a_traceback_stays_on_the_line(as_json: bool) -> None:
    stream = io.StringIO()
    set_up_logging(as_json=as_json, stream=stream)
    try:
        raise ValueError("bad\nvalue")
    except ValueError:
        logging.getLogger("goten.server").exception("failed %s", "twice")
    logging.getLogger("goten.server").debug("not shown")
    [line] = stream.getvalue().splitlines()
    assert "failed twice" in line
    assert "ValueError: bad\\nvalue" in line
