"""The little of protobuf's encoding that is needed to put serialized messages into others without parsing them."""

from __future__ import annotations

from typing import Final

_LENGTH_DELIMITED: Final = 2


def varint(number: int) -> bytes:
    """A number from 0 on, as protobuf writes it."""
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    low = []
    while number >= 0x80:
        low.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*low, number))


def tag(number: int) -> bytes:
    """What stands in front of a message in the field `number`; the length follows, then the message."""
    return varint(number << 3 | _LENGTH_DELIMITED)


def embed(tag: bytes, message: bytes) -> bytes:
    """A serialized message as a field of another one."""
    return tag + varint(len(message)) + message
