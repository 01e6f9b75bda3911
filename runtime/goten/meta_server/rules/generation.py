"""What an older binary may still register (REG-20)."""

from __future__ import annotations

from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.rule import Rule
from goten.store_middleware import SaveContext


def is_older(old: Service | Deployment, new: Service | Deployment) -> bool:
    """Whether `new` carries a generation, and `old` was written by a newer one."""
    return 0 < new.env_registry_generation < old.env_registry_generation


def merge_older_service(old: Service, new: Service) -> Service:
    """`old` with the regions and versions that only `new` has, and with what those versions import."""
    merged = Service()
    merged.CopyFrom(old)
    regions = merged.multi_region_policy.enabled_regions
    regions.extend(region for region in new.multi_region_policy.enabled_regions if region not in regions)
    added = {version for version in new.all_versions if version not in old.all_versions}
    merged.all_versions.extend(sorted(added))
    for entry in new.imported_versions:
        if entry.current_service_version in added:
            merged.imported_versions.append(entry)
            if entry.target_service not in merged.imported_services:
                merged.imported_services.append(entry.target_service)
    return merged


class ServiceGeneration(Rule[Service]):
    """A registration of an older generation adds its region and its versions, and nothing else."""

    only_for: ClassVar = descriptors.SERVICE

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is None:
            return new
        if is_older(old, new):
            return merge_older_service(old, new)
        new.env_registry_generation = new.env_registry_generation or old.env_registry_generation
        return new


class DeploymentGeneration(Rule[Deployment]):
    """A registration of an older generation leaves a Deployment as it is."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def write(self, context: SaveContext, old: Deployment | None, new: Deployment) -> Deployment:
        if old is None:
            return new
        if is_older(old, new):
            kept = Deployment()
            kept.CopyFrom(old)
            return kept
        new.env_registry_generation = new.env_registry_generation or old.env_registry_generation
        return new
