"""The API versions of a Service: in order, and there as long as a Deployment is at them (REG-9)."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from goten.meta.v1 import descriptors
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.refusing import listed, refused
from goten.meta_server.rules.rule import Rule
from goten.store_middleware import SaveContext
from goten.versions import newest_first


class ServiceVersions(Rule[Service]):
    """Puts them in order, and checks the Service's Deployments where some are taken away."""

    only_for: ClassVar = descriptors.SERVICE

    async def write(self, context: SaveContext, old: Service | None, new: Service) -> Service:
        ordered = newest_first({*new.all_versions})
        if ordered != new.all_versions:
            new.all_versions[:] = ordered
        gone = set() if old is None else {*old.all_versions} - {*new.all_versions, ""}
        if gone:
            for deployment in await context.transaction.list(descriptors.DEPLOYMENT, f"{new.name}/deployments/"):
                _check_deployment(deployment, gone)
        return new


def _check_deployment(deployment: Deployment, gone: Collection[str]) -> None:
    needed = {
        deployment.current_version,
        deployment.available_upgrade.api_version,
        deployment.upgrade_state.target_version,
    }.intersection(gone)
    if needed:
        reason = f"it is at, or about to go to, {listed(needed)}, which its Service would no longer have"
        raise refused("VERSION_DEPLOYED", deployment.name, reason, "upgrade it first", version=min(needed))
