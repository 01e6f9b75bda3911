"""Serialized messages in a file, one after the other, each behind its length."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from struct import Struct
from typing import Final

_LENGTH: Final = Struct("!I")


def write_messages(path: Path, messages: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(_LENGTH.pack(len(message)) + message for message in messages))
    return path


def read_messages(path: Path) -> list[bytes]:
    data = path.read_bytes()
    messages = []
    place = 0
    while place < len(data):
        [length] = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        messages.append(data[place : place + length])
        place += length
    return messages
