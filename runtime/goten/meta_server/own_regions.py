"""The Regions that a start of Meta creates by itself: its own, and those of its configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from goten.meta.v1.descriptors import REGION
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service import SERVICE
from goten.server.saving import Saver
from goten.store import Store
from goten.store_middleware import SaveTransaction

_RECORDS: Final = "i/own_regions/"
"""One key for each Region that was created so; empty."""
_MADE: Final = 1
"""Generation of a resource that nobody has changed since it was created."""


async def create_own_regions(saver: Saver, regions: Iterable[str]) -> list[str]:
    """Creates the Regions of these ids that are not there. Returns the ids of those it created.

    Raises what the rules and the store raise.
    """
    created = []
    for region in dict.fromkeys(regions):

        async def create(transaction: SaveTransaction, region: str = region) -> bool:
            name = f"regions/{region}"
            if await transaction.get(REGION, name) is not None:
                return False
            await transaction.save(REGION, Region(name=name))
            transaction.put_record(f"{_RECORDS}{region}", b"")
            return True

        if await saver.transact(create, guarded=True, caller=SERVICE.domain):
            created.append(region)
    return created


def is_own_record(store: Store, name: str) -> bool:
    """Whether a start made the resource by itself, and nobody has changed it: Meta's own Service and what is below it,
    and Regions that `create_own_regions` created.
    """
    own_service = f"services/{SERVICE.domain}"
    if name == own_service or name.startswith(f"{own_service}/"):
        return True
    collection, _, region = name.partition("/")
    if collection != "regions" or store.record(f"{_RECORDS}{region}") is None:
        return False
    entry = store.get(REGION, name)
    return entry is not None and entry.message.metadata.generation == _MADE  # type: ignore[attr-defined]
