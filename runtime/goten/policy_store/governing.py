"""One policy for every name: that of its holder, else that of its Service (STORE-17)."""

from __future__ import annotations

from goten.names import ResourceName
from goten.policy import Policy
from goten.policy_store.errors import HolderNotFound, ServicePolicyUnknown
from goten.policy_store.store import PolicyStore
from goten.service_policies import ServicePolicies


class GoverningPolicies:
    """Takes the step to `services` where the store answers None, since the name is global."""

    def __init__(self, store: PolicyStore, services: ServicePolicies) -> None:
        self._store = store
        self._services = services

    async def policy_for(self, name: str | ResourceName) -> Policy | None:
        """The policy that governs `name`; None where the holder that should does not exist.

        Raises ServicePolicyUnknown, a PolicyUnavailable, where nobody knows the policy of the service, and otherwise as
        `PolicyStore.policy_for` does.
        """
        try:
            policy = await self._store.policy_for(name)
        except HolderNotFound:
            return None
        if policy is not None:
            return policy
        service = self._store.service_of(name)
        message = self._services.policy(service)
        if message is None:
            raise ServicePolicyUnknown(service)
        return Policy.from_message(message)
