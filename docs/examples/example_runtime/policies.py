"""One PolicyStore for each API version, asked as one."""

from __future__ import annotations

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_store import GoverningPolicies, PolicyStore
from goten.service_policies import ServicePolicies


class PoliciesByVersion:
    """A PolicyResolver for writes: a name is asked for in the version that it is stored in."""

    def __init__(self, services: ServicePolicies, **stores: PolicyStore) -> None:
        """`stores` are by version: `v1=..., v2=...`."""
        self._by_version = {version: GoverningPolicies(store, services) for version, store in stores.items()}

    async def policy_for(self, name: ResourceName) -> Policy | None:
        return await self._by_version[name.VERSION].policy_for(name)
