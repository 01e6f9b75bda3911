"""PolicyGuard: nothing is written but by the policy that governs it (spec/protocol/context.md)."""

from __future__ import annotations

from goten.descriptors import Descriptor, MessageT, NameT
from goten.names import ResourceName
from goten.policy import Policy, owning_region
from goten.policy_context import Policies, PolicyRefusalCode, PolicyRefused, policy_among
from goten.store_middleware import SaveContext
from goten.syncing import governor_of


class PolicyGuard:
    """StoreMiddleware that refuses writes, deletions included, which the context's policies do not allow (CONTEXT-6).

    It demands the policy of the very holder that governs the written name, or of its Service where none does, and that
    this policy enables the owning region. It belongs in front of all middlewares that change anything.

    Raises PolicyRefused, and as `Descriptor.name_of` does where the written message has no name.
    """

    async def save(
        self,
        context: SaveContext,
        descriptor: Descriptor[MessageT, NameT],
        old: MessageT | None,
        new: MessageT | None,
    ) -> MessageT | None:
        written = old if new is None else new
        if written is not None:
            check_write(descriptor.name_of(written), context.policies)
        return new


def check_write(name: ResourceName, policies: Policies) -> Policy:
    """The one of `policies` that allows a write of `name` (CONTEXT-6). Raises PolicyRefused where none does."""
    policy = policy_among(policies, name)
    region = owning_region(policy, name.region)
    if region not in policy.enabled_regions:
        code = PolicyRefusalCode.REGION_NOT_ENABLED if region else PolicyRefusalCode.NO_CONTROL_REGION
        holder = governor_of(name)
        raise PolicyRefused(code, name.full_name, holder, region=region, enabled_regions=policy.enabled_regions)
    return policy
