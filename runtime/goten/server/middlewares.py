"""The chain that most services have: the guard, their rules, then what keeps metadata right."""

from __future__ import annotations

from collections.abc import Iterable

from goten.policy_guard import PolicyGuard
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.service_policies import ServicePolicies
from goten.store_middleware import ServicesInfoMiddleware, StoreMiddleware, SyncingMiddleware


def standard_middlewares(
    rules: Iterable[StoreMiddleware] = (), *, service_policies: ServicePolicies | None = None
) -> tuple[StoreMiddleware, ...]:
    """PolicyGuard, `rules`, syncing, services and upkeep, in that order.

    `service_policies` knows the policies of services, for copies to all regions of one. Without it, the service is no
    part of the multi-region design: there is neither guard nor syncing.
    """
    if service_policies is None:
        return (*rules, ServicesInfoMiddleware(), MetadataUpkeep())
    return (
        PolicyGuard(),
        *rules,
        SyncingMiddleware(service_policies),
        ServicesInfoMiddleware(),
        MetadataUpkeep(),
    )
