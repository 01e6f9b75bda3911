"""The policies of Services, from Meta's own store (REG-22)."""

from __future__ import annotations

from typing import Final

from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.service import SERVICE as META
from goten.meta.v1.service_pb2 import Service
from goten.names import ResourceName
from goten.policy import Policy, as_policy
from goten.store import Store
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy


class StoreServicePolicies:
    """ServicePolicies that reads Services in a store's memory.

    As long as Meta's own Service is not there, Meta's policy is that of a service in the region of this server.
    """

    def __init__(self, store: Store, region: str) -> None:
        self._store = store
        self._first: Final = MultiRegionPolicy(enabled_regions=[region], default_control_region=region)

    def policy(self, service: str) -> MultiRegionPolicy | None:
        entry = self._store.get(SERVICE, f"services/{service}")
        if entry is not None and isinstance(entry.message, Service):
            return entry.message.multi_region_policy
        return self._first if service == META.domain else None


class MetaPolicies:
    """PolicyResolver for the names of Meta: no holder governs them, so Meta's own policy does."""

    def __init__(self, policies: StoreServicePolicies) -> None:
        self._policies = policies

    async def policy_for(self, name: ResourceName) -> Policy | None:
        policy = self._policies.policy(META.domain)
        return None if policy is None else as_policy(policy)
