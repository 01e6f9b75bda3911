"""Forgetting past changes."""

from __future__ import annotations

from goten.refusals import invalid
from goten.store import Store


async def compact(store: Store, revision: int) -> int:
    """Forgets changes up to a revision (0: the last one). Returns up to which all are forgotten.

    Raises Refused (INVALID_ARGUMENT) for a revision that is still to come, and StorageUnavailable.
    """
    if not 0 <= revision <= store.revision:
        raise invalid("revision", f"{revision} is no revision of this store yet", f"the last one is {store.revision}")
    await store.compact(revision or store.revision)
    return (await store.storage.status()).compacted
