"""Messages inside messages, by a path of singular message fields. Works on any protobuf class, of any pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.message import Message


def find_message(message: Message, path: Sequence[str]) -> Message | None:
    """The message at `path`, None where a field on the way is not set."""
    for field in path:
        if not message.HasField(field):
            return None
        message = getattr(message, field)
    return message


def ensure_message(message: Message, path: Sequence[str]) -> Message:
    """The message at `path`, made on the way where it is not set."""
    for field in path:
        message = getattr(message, field)
    message.SetInParent()
    return message
