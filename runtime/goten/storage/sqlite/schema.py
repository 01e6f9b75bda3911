"""The tables, and how a file of an older version gets them (STORAGE-11)."""

from __future__ import annotations

import sqlite3
from typing import Final

APPLICATION_ID: Final = 0x676F7465
"""In the header of the file: `gote`."""
LOG_STRIDE: Final = 128
"""A change is at `position` revision * 128 + its number in the transaction: 128 is the limit of a transaction."""

_VERSION_1: Final = (
    """
    CREATE TABLE kv (
        key TEXT NOT NULL PRIMARY KEY,
        value BLOB NOT NULL,
        create_revision INTEGER NOT NULL,
        mod_revision INTEGER NOT NULL
    )
    """,
    "CREATE TABLE state (revision INTEGER NOT NULL)",
    "INSERT INTO state VALUES (0)",
)
# What is written goes to the log, and from there into kv: the two cannot disagree. The last revision is that of the
# last row of the log; where all of it was forgotten, the one up to which it was.
_VERSION_2: Final = (
    """
    CREATE TABLE log (
        position INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        value BLOB,
        create_revision INTEGER NOT NULL
    )
    """,
    """
    CREATE TRIGGER log_put AFTER INSERT ON log WHEN new.value IS NOT NULL BEGIN
        INSERT INTO kv VALUES (new.key, new.value, new.create_revision, new.position / 128)
        ON CONFLICT (key) DO UPDATE SET
            value = excluded.value, create_revision = excluded.create_revision, mod_revision = excluded.mod_revision;
    END
    """,
    """
    CREATE TRIGGER log_delete AFTER INSERT ON log WHEN new.value IS NULL BEGIN
        DELETE FROM kv WHERE key = new.key;
    END
    """,
    "ALTER TABLE state RENAME COLUMN revision TO compacted",
)
MIGRATIONS: Final = (_VERSION_1, _VERSION_2)
"""Item n takes a file of version n to version n + 1; version 0 is an empty file."""
VERSION: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings an open file to VERSION, one transaction for each version."""
    for version in range(version_of(connection), VERSION):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
