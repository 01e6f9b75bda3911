"""Resume tokens: a place in the history of one store, for one question of one caller (FEED-7)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from typing import Protocol

_FORMAT = "1"
_LONGEST = 512


class Epochs(Protocol):
    """What a store says of its own history."""

    @property
    def id(self) -> str: ...

    @property
    def revision(self) -> int:
        """The last one."""
        ...

    def epoch_at(self, revision: int) -> str:
        """The epoch in force at a revision."""
        ...

    def accepts(self, epoch: str, revision: int) -> bool:
        """Whether that epoch is in force at that revision."""
        ...


def fingerprint(question: Iterable[str]) -> str:
    """The same short text for the same question, and for no other one: its parts, in order."""
    return hashlib.sha256(json.dumps(list(question)).encode()).hexdigest()[:24]


class ResumeTokens:
    """Writes and reads tokens for the histories of one store."""

    def __init__(self, epochs: Epochs) -> None:
        self._epochs = epochs

    def issue(self, revision: int, question: str) -> str:
        """The token for what follows `revision`; `question` is the fingerprint of what is asked."""
        parts = (_FORMAT, self._epochs.id, self._epochs.epoch_at(revision), str(revision), question)
        return base64.urlsafe_b64encode("/".join(parts).encode()).decode().rstrip("=")

    def read(self, token: str, question: str) -> int | None:
        """The revision from which to go on. None for a token that does not fit: it is none, of another store or
        question, or of a history that this store did not have."""
        parts = _decode(token).split("/")
        if len(parts) != 5:
            return None
        form, store, epoch, revision, asked = parts
        if (form, store, asked) != (_FORMAT, self._epochs.id, question) or not _is_number(revision):
            return None
        number = int(revision)
        fits = number <= self._epochs.revision and self._epochs.accepts(epoch, number)
        return number if fits else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _decode(token: str) -> str:
    """What is in a token; empty for what is none."""
    if len(token) > _LONGEST:
        return ""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
