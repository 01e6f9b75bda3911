"""Keys: what can be one, and the bounds of those that begin alike."""

from __future__ import annotations

_LAST_BEFORE_SURROGATES = "\ud7ff"
_LAST = "\U0010ffff"


def key_size(key: str) -> int:
    """How many bytes a key has. Raises ValueError for what cannot be one (STORAGE-1)."""
    if not key or "\0" in key:
        raise ValueError(f"{key!r} is no key: a key has at least one character, and no NUL")
    # UnicodeEncodeError, for half a surrogate pair, is a ValueError too.
    return len(key) if key.isascii() else len(key.encode())


def first_of_range(prefix: str, after: str) -> str:
    """No key of the range (STORAGE-2) comes before this text, and every key of its prefix from there on is in it."""
    # No key has a NUL, so nothing that could be a key lies between.
    return max(prefix, after + "\0") if after else prefix


def end_of_prefix(prefix: str) -> str | None:
    """The least text that comes after all texts that begin with `prefix`; None if there is none."""
    stem = prefix.rstrip(_LAST)
    if not stem:
        return None
    last = "\ue000" if stem[-1] == _LAST_BEFORE_SURROGATES else chr(ord(stem[-1]) + 1)
    return stem[:-1] + last
