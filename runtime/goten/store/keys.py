"""Keys in the storage: where resources are, and what the store keeps for itself."""

from __future__ import annotations

from typing import Final

RESOURCES: Final = "r/"
"""Resources are at `r/{type}/{name}`, and a type has one slash: `r/meta.goten.com/Region/regions/eu`."""
INTERNAL: Final = "i/"
GUARD: Final = "i/guard"
STORE_ID: Final = "i/store"
EPOCHS: Final = "i/epochs/"
"""One key for every start of a store, in order."""


def type_prefix(resource_type: str) -> str:
    """What the keys of all resources of a type begin with."""
    return f"{RESOURCES}{resource_type}/"


def split_key(key: str) -> tuple[str, str]:
    """Type and name in the key of a resource; both empty for a key that is none of a resource."""
    slash = key.find("/", len(RESOURCES))
    end = key.find("/", slash + 1)
    if slash < 0 or end < 0:
        return "", ""
    return key[len(RESOURCES) : end], key[end + 1 :]
