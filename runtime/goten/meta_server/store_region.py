"""The region of a storage: a Meta server of another region does not start on it (REG-23)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from goten.admin.importing import MARKER
from goten.meta.v1.descriptors import DEPLOYMENT
from goten.meta.v1.service import SERVICE
from goten.meta_server.rules.refusing import listed, refused
from goten.refusals import Refused
from goten.storage import Compare, Put, Storage

_RECORD: Final = "i/region"
"""The id of the region, in UTF-8."""
_OWN_DEPLOYMENTS: Final = f"r/{DEPLOYMENT.type}/services/{SERVICE.domain}/deployments/"


async def claim_region(storage: Storage, region: str, *, place: str, primary: bool) -> None:
    """Returns when the storage at `place` is that of `region`; to be called before anything else is written there.

    A storage without a record is that of the region where its Meta is deployed, by what it holds, else of whoever
    starts first. In a secondary region what it holds is copied, and tells nothing. Raises Refused
    (FAILED_PRECONDITION, STORE_OF_OTHER_REGION) where it is another region's.
    """
    record = await storage.get(_RECORD)
    if record is None:
        known = await _deployed(storage) if primary else ()
        if known and region not in known:
            raise _of_others(place, known, region)
        await storage.commit([Compare(_RECORD, 0)], [Put(_RECORD, region.encode())])
        # Whoever came first has it, and that may be another process.
        record = await storage.get(_RECORD)
    owner = region if record is None else record.value.decode(errors="replace")
    if owner != region:
        raise _of_others(place, [owner], region)


async def _deployed(storage: Storage) -> Collection[str]:
    """The regions of Meta's own Deployments. An import that was interrupted leaves none: it is taken away."""
    if await storage.get(MARKER) is not None:
        return ()
    found = await storage.range(_OWN_DEPLOYMENTS)
    return [item.key.removeprefix(_OWN_DEPLOYMENTS) for item in found.items]


def _of_others(place: str, owners: Collection[str], region: str) -> Refused:
    whose = listed(owners)
    reason = f"it is the store of region {whose}, and not of {region}"
    hint = f"serve {whose} with it, or give {region} a storage of its own"
    return refused("STORE_OF_OTHER_REGION", place, reason, hint, region=whose)
