"""Pending records: what a write of a Service leaves for the controller (FANOUT-1)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from goten.store_middleware import SaveTransaction

PENDING: Final = "i/pending/"
"""Each record has a key of its own below this, so that its create revision is that of the write which left it."""


class Pending(NamedTuple):
    """A record: the Services (ids) whose allowed services, or followers, may be behind; when it was left (unix s);
    whether `metadata.syncing` of everything may be behind too."""

    services: frozenset[str]
    time: float
    syncing: bool = False


def leave_record(
    transaction: SaveTransaction,
    services: Iterable[str],
    time: datetime,
    random_bytes: Callable[[int], bytes] = os.urandom,
    *,
    syncing: bool = False,
) -> None:
    """Adds a record to a transaction."""
    value = {"services": sorted(services), "time": time.timestamp()} | ({"syncing": True} if syncing else {})
    transaction.put_record(f"{PENDING}{random_bytes(12).hex()}", json.dumps(value).encode())


def read_record(value: bytes) -> Pending:
    """Raises ValueError for what is no record."""
    try:
        read = json.loads(value)
        return Pending(frozenset(map(str, read["services"])), float(read["time"]), bool(read.get("syncing")))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no pending record: {value[:100]!r}") from error
