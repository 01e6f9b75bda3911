"""The policy of a service as a whole: it applies to names that no policy holder governs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from goten.types.multi_region_policy_pb2 import MultiRegionPolicy


class ServicePolicies(Protocol):
    """Knows the policies of services. The registry of the environment is the real one."""

    def policy(self, service: str) -> MultiRegionPolicy | None:
        """The policy of a service (its domain); None where the service is not known. Callers must not change it."""
        ...


class StaticServicePolicies:
    """ServicePolicies that never change, by domain. Copies what it is given."""

    def __init__(self, policies: Mapping[str, MultiRegionPolicy]) -> None:
        self._policies = {service: copy.deepcopy(policy) for service, policy in policies.items()}

    def policy(self, service: str) -> MultiRegionPolicy | None:
        return self._policies.get(service)
