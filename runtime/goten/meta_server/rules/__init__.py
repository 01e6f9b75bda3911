"""The rules of the registry as middlewares (spec/protocol/registry.md)."""

from __future__ import annotations

from collections.abc import Iterable

from goten.meta_server.fanout.neighbours import Neighbours
from goten.meta_server.rules.deployments import (
    DeployedRegions,
    DeploymentDeletion,
    DeploymentEndpoint,
    DeploymentPlace,
    UpgradedFields,
)
from goten.meta_server.rules.formats import DeploymentFormat, RegionFormat, ResourceFormat, ServiceFormat
from goten.meta_server.rules.generation import DeploymentGeneration, ServiceGeneration
from goten.meta_server.rules.importers import Importers
from goten.meta_server.rules.imports import Imports
from goten.meta_server.rules.own_policy import OwnPolicy
from goten.meta_server.rules.regions import RegionDeletion, RegionWriters
from goten.meta_server.rules.resources import Resources
from goten.meta_server.rules.service_lifetime import ServiceCreation
from goten.meta_server.rules.service_policy import ServicePolicy
from goten.meta_server.rules.services_info import FollowingServices, RegionServices, ServiceServices, Settling
from goten.meta_server.rules.versions import ServiceVersions
from goten.policy_guard import PolicyGuard
from goten.server.metadata_upkeep import MetadataUpkeep
from goten.service_policies import ServicePolicies
from goten.store import Store
from goten.store_middleware import StoreMiddleware, SyncingMiddleware

__all__ = ["meta_middlewares", "upgrade_middlewares"]


def meta_middlewares(
    store: Store,
    *,
    region: str,
    service_policies: ServicePolicies,
    neighbours: Neighbours,
    settling: Settling,
    front: Iterable[StoreMiddleware] = (),
) -> tuple[StoreMiddleware, ...]:
    """The chain of all writes but those of the upgrade methods.

    `region` is that of this Meta. `front` are further middlewares, which come before Meta's own. Regions, Services and
    Deployments have to be written in guarded transactions (REG-1), Regions on behalf of meta.goten.com (REG-6).
    """
    return (
        *front,
        PolicyGuard(),
        RegionWriters(),
        ServiceGeneration(),
        DeploymentGeneration(),
        UpgradedFields(),
        RegionFormat(),
        ServiceFormat(),
        DeploymentFormat(),
        ResourceFormat(),
        ServiceCreation(store, neighbours),
        ServicePolicy(region),
        ServiceVersions(),
        Imports(neighbours),
        Importers(neighbours),
        DeployedRegions(),
        RegionDeletion(store, neighbours, region),
        DeploymentPlace(),
        DeploymentEndpoint(),
        DeploymentDeletion(),
        Resources(),
        SyncingMiddleware(service_policies),
        OwnPolicy(store, service_policies, settling),
        ServiceServices(neighbours, settling),
        FollowingServices(),
        RegionServices(),
        MetadataUpkeep(),
    )


def upgrade_middlewares(middlewares: Iterable[StoreMiddleware]) -> tuple[StoreMiddleware, ...]:
    """The chain of the upgrade methods: they alone change the fields that other writes leave as they are (REG-17)."""
    return tuple(middleware for middleware in middlewares if not isinstance(middleware, UpgradedFields))
