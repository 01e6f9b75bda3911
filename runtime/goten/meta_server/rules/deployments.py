"""A Deployment is a Service in a region, which the Service enables (REG-15 to REG-18)."""

from __future__ import annotations

import logging
from typing import ClassVar, Final

from goten.meta.v1 import descriptors, names
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.fanout.neighbours import facts_of
from goten.meta_server.rules.endpoints import is_usual, regional_endpoint
from goten.meta_server.rules.formats import check_version
from goten.meta_server.rules.refusing import listed, refused
from goten.meta_server.rules.rule import Rule
from goten.refusals import invalid, not_found
from goten.store_middleware import SaveContext, SaveTransaction

_LOG: Final = logging.getLogger("goten.meta_server")

UPGRADED: Final = (
    "current_version",
    "db_data_version",
    "db_location_tag",
    "available_upgrade",
    "upgrade_state",
    "data_update_statuses",
)
"""Fields that belong to the upgrade methods once there is a Deployment."""
_CREATED: Final = UPGRADED[:3]
"""Those of them that a creation sets."""


async def service_of(transaction: SaveTransaction, name: names.DeploymentName | names.ResourceName) -> Service:
    """The Service that a resource is below. Raises Refused (NOT_FOUND)."""
    parent = f"services/{name.service_id}"
    service = await transaction.get(descriptors.SERVICE, parent)
    if service is None:
        raise not_found(descriptors.SERVICE.type, parent)
    return service


class UpgradedFields(Rule[Deployment]):
    """Only the upgrade methods change the version of a Deployment; what other writes say of it counts for nothing."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def write(self, context: SaveContext, old: Deployment | None, new: Deployment) -> Deployment:
        kept = Deployment()
        kept.CopyFrom(new if old is None else old)
        stay = UPGRADED if old is not None else _CREATED
        for field, _ in kept.ListFields():
            if field.name not in stay:
                kept.ClearField(field.name)
        for name in UPGRADED:
            new.ClearField(name)
        new.MergeFrom(kept)
        return new


class DeploymentPlace(Rule[Deployment]):
    """Fills what follows from the name, and checks that Service and region fit together (REG-15, REG-17)."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def write(self, context: SaveContext, old: Deployment | None, new: Deployment) -> Deployment:
        name = names.DeploymentName.parse(new.name)
        _fill(new, "service_name", f"services/{name.service_id}")
        _fill(new, "region", f"regions/{name.deployment_id}")
        service = await service_of(context.transaction, name)
        if old is None:
            if await context.transaction.get(descriptors.REGION, new.region) is None:
                reason, hint = f"{new.region} does not exist", "name the region in the configuration of Meta"
                raise refused("REGION_MISSING", new.name, reason, hint, region=name.deployment_id)
            _check_creation(service, name, new)
        return new


def _fill(deployment: Deployment, field: str, expected: str) -> None:
    text = getattr(deployment, field)
    if text.removeprefix("//meta.goten.com/") not in ("", expected):
        raise invalid(field, f"{text!r} disagrees with the name {deployment.name}", f"expected {expected}")
    setattr(deployment, field, expected)


def _check_creation(service: Service, name: names.DeploymentName, new: Deployment) -> None:
    region = name.deployment_id
    enabled = service.multi_region_policy.enabled_regions
    if region not in enabled:
        reason = f"{service.name} enables {listed(enabled) or 'no region'}, and not {region}"
        hint = "add the region to the policy of the Service first"
        raise refused("REGION_NOT_ENABLED", new.name, reason, hint, region=region)
    if new.current_version and new.current_version not in service.all_versions:
        check_version("current_version", new.current_version)
        reason = f"{service.name} has {listed(service.all_versions) or 'no version'}, and not {new.current_version}"
        hint = "add the version to the Service first"
        raise refused("VERSION_MISSING", new.name, reason, hint, version=new.current_version)


class DeploymentEndpoint(Rule[Deployment]):
    """`{region}.{global_domain}`, unless something else is said, which is worth a warning (REG-16)."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def write(self, context: SaveContext, old: Deployment | None, new: Deployment) -> Deployment:
        if old is not None and old.public_domain == new.public_domain and new.public_domain:
            return new
        name = names.DeploymentName.parse(new.name)
        service = await service_of(context.transaction, name)
        domain = service.global_domain or name.service_id
        if not new.public_domain:
            new.public_domain = regional_endpoint(name.deployment_id, domain)
        elif not is_usual(new.public_domain, name.deployment_id, domain):
            _warn_later(context.transaction, new, regional_endpoint(name.deployment_id, domain))
        return new


def _warn_later(transaction: SaveTransaction, deployment: Deployment, usual: str) -> None:
    fields = {"event": "unusual-endpoint", "deployment": deployment.name, "endpoint": deployment.public_domain}

    async def warn(revision: int) -> None:
        message = "%s listens at %s, and not at %s, which is recommended"
        _LOG.warning(message, fields["deployment"], fields["endpoint"], usual, extra=fields)

    transaction.on_committed(warn)


class DeploymentDeletion(Rule[Deployment]):
    """Takes the region out of the Service's policy, by the checks of that write (REG-18)."""

    only_for: ClassVar = descriptors.DEPLOYMENT

    async def deletion(self, context: SaveContext, old: Deployment) -> None:
        name = names.DeploymentName.parse(old.name)
        region = name.deployment_id
        service = await context.transaction.get(descriptors.SERVICE, f"services/{name.service_id}")
        if service is None or region not in service.multi_region_policy.enabled_regions:
            return
        if region == service.multi_region_policy.default_control_region:
            hint = "make another region the control region of the Service first, or delete the Service"
            reason = f"{region} is the control region of {service.name}"
            raise refused("CONTROL_REGION", old.name, reason, hint, region=region)
        context.transaction.remove(descriptors.DEPLOYMENT, old.name)
        smaller = Service()
        smaller.CopyFrom(service)
        smaller.multi_region_policy.enabled_regions.remove(region)
        await context.transaction.save(descriptors.SERVICE, smaller)


class DeployedRegions(Rule[Service]):
    """A region stays enabled while the Service's Deployment is in it (REG-15)."""

    only_for: ClassVar = descriptors.SERVICE

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        if old is None:
            return new
        for region in sorted(facts_of(old).regions - facts_of(new).regions):
            name = f"{new.name}/deployments/{region}"
            if await context.transaction.get(descriptors.DEPLOYMENT, name) is not None:
                hint = "delete that Deployment, which takes the region out of the policy"
                raise refused("REGION_DEPLOYED", new.name, f"{name} is in region {region}", hint, region=region)
        return new
