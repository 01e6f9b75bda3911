"""`metadata.shards`: how the work on a collection is divided (spec/protocol/metadata.md)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from goten.types.meta_pb2 import Meta

BY_NAME: Final = "byName"
"""The label of shards that follow from the relative name alone."""

_KEY: Final = re.compile(r"([a-z][a-zA-Z0-9]*)Mod([1-9][0-9]{0,18})")
_MOST_SHARDS: Final = 2**63 - 1


class InvalidShardKey(ValueError):
    """A text, or label and number of shards, that make no key of `metadata.shards` (META-7)."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"invalid shard key {self.key!r}: expected <label>Mod<n>, such as byNameMod16, with n from 1 to 2^63 - 1"


def shard_key(label: str, count: int) -> str:
    """The key of the shards by `label`, `count` of them: `byNameMod16` (META-7). Raises InvalidShardKey."""
    key = f"{label}Mod{count}"
    parse_shard_key(key)
    return key


def parse_shard_key(key: str) -> tuple[str, int]:
    """The label and the number of shards (META-7). Raises InvalidShardKey."""
    parts = _KEY.fullmatch(key)
    if parts is None or int(parts[2]) > _MOST_SHARDS:
        raise InvalidShardKey(key)
    return parts[1], int(parts[2])


def shard_of(text: str, count: int) -> int:
    """Which of `count` shards `text` falls into, counted from 0 (META-8). Raises ValueError for a count below 1."""
    if count < 1:
        raise ValueError(f"there cannot be {count} shards")
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % count


def set_shard(meta: Meta, label: str, count: int, text: str) -> int:
    """Sets the shard by `label`, of `count`, to the one that `text` falls into, and returns it (META-7, META-8).

    For BY_NAME, `text` is the relative name. Raises InvalidShardKey.
    """
    key = shard_key(label, count)
    shard = meta.shards[key] = shard_of(text, count)
    return shard
