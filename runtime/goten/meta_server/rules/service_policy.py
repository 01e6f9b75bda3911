"""The policy of a Service: regions that exist, and one of them in control (REG-8)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.refusing import refused
from goten.meta_server.rules.rule import Rule
from goten.refusals import invalid
from goten.store_middleware import SaveContext
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

_FIELD = "multi_region_policy"


class ServicePolicy(Rule[Service]):
    """Fills the control region where it is left out. `region` is that of this Meta, and so of whoever writes here."""

    only_for: ClassVar = descriptors.SERVICE

    def __init__(self, region: str) -> None:
        self._region = region

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is not None and old.multi_region_policy == new.multi_region_policy:
            return new
        policy = new.multi_region_policy
        fill_policy(policy, None if old is None else old.multi_region_policy, self._region)
        check_policy(policy)
        known = () if old is None else old.multi_region_policy.enabled_regions
        for region in policy.enabled_regions:
            if region not in known and await context.transaction.get(descriptors.REGION, f"regions/{region}") is None:
                reason = f"its policy enables regions/{region}, which does not exist"
                raise refused(
                    "REGION_MISSING", new.name, reason, "name the region in the configuration of Meta", region=region
                )
        return new


def fill_policy(policy: MultiRegionPolicy, old: MultiRegionPolicy | None, own_region: str) -> None:
    """Regions are enabled once each. A control region that is left out stays as it was.

    In a new policy it is the only enabled region, else the region of its creator. Where nothing is enabled in a new
    one, the control region is.
    """
    policy.enabled_regions[:] = dict.fromkeys(policy.enabled_regions)
    if policy.default_control_region:
        pass
    elif old is not None:
        policy.default_control_region = old.default_control_region
    elif len(policy.enabled_regions) == 1:
        policy.default_control_region = policy.enabled_regions[0]
    elif not policy.enabled_regions or own_region in policy.enabled_regions:
        policy.default_control_region = own_region
    if old is None and not policy.enabled_regions:
        policy.enabled_regions.append(policy.default_control_region)


def check_policy(policy: MultiRegionPolicy) -> None:
    """Raises Refused (INVALID_ARGUMENT) unless the control region is an enabled one."""
    control = policy.default_control_region
    enabled = ", ".join(policy.enabled_regions) or "no region"
    if not control:
        reason = f"there is none, and several regions are enabled: {enabled}"
        raise invalid(f"{_FIELD}.default_control_region", reason, "choose one of them")
    if control not in policy.enabled_regions:
        reason = f"{control} is not among the enabled regions: {enabled}"
        raise invalid(f"{_FIELD}.default_control_region", reason, "enable it, or choose an enabled one")
