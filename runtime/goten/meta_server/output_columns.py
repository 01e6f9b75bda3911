"""Which columns the table of a type has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from goten.meta.v1 import descriptors
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.output import printable

_NOTHING: Final = "-"
_MANY: Final = 4


class Columns:
    """Headers of a type's table, and the row of a resource."""

    def __init__(self, headers: Sequence[str], cells: Callable[[Any], Sequence[str]]) -> None:
        self.headers: Final = (*headers, "AGE")
        self._cells = cells

    def row(self, message: Any, now: float) -> tuple[str, ...]:
        """`now` in Unix seconds."""
        return (*(printable(cell) or _NOTHING for cell in self._cells(message)), age(message, now))


def age(message: Any, now: float) -> str:
    """How long ago a resource was created, in its largest whole unit: 5s, 3m, 4h, 12d."""
    if not message.metadata.HasField("create_time"):
        return _NOTHING
    seconds = max(0, int(now - message.metadata.create_time.seconds))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _region(region: Region) -> Sequence[str]:
    return region.name, region.title


def _service(service: Service) -> Sequence[str]:
    policy = service.multi_region_policy
    return (
        service.name,
        _several(service.all_versions),
        _several(policy.enabled_regions),
        policy.default_control_region,
        _several(map(_id, service.imported_services)),
        _several(map(_id, service.used_services)),
        service.global_domain,
    )


def _deployment(deployment: Deployment) -> Sequence[str]:
    return deployment.name, deployment.current_version, deployment.public_domain, state(deployment)


def state(deployment: Deployment) -> str:
    """What a deployment is up to: DISABLED, READY, or where its upgrade stands."""
    upgrade = deployment.upgrade_state
    if deployment.is_disabled:
        return "DISABLED"
    if upgrade.stage:
        shards = len(upgrade.ready_shards) + len(upgrade.pending_shards)
        return f"{upgrade.Stage.Name(upgrade.stage)} to {upgrade.target_version} {len(upgrade.ready_shards)}/{shards}"
    if deployment.HasField("available_upgrade"):
        return f"READY for {deployment.available_upgrade.api_version}"
    return "READY"


def _resource(resource: Resource) -> Sequence[str]:
    regional = [info.version for info in resource.versioned_infos if info.is_regional]
    return resource.name, resource.plural_name, _several(resource.versions), _several(regional)


def _several(values: Any) -> str:
    texts = list(values)
    more = [f"+{len(texts) - _MANY + 1}"] if len(texts) > _MANY else []
    return ",".join(texts[: _MANY - 1] + more if more else texts)


def _id(name: str) -> str:
    return name.rpartition("/")[2]


COLUMNS: Final[Mapping[str, Columns]] = {
    descriptors.REGION.type: Columns(("NAME", "TITLE"), _region),
    descriptors.SERVICE.type: Columns(
        ("NAME", "VERSIONS", "REGIONS", "CONTROL", "IMPORTS", "USED", "ENDPOINT"), _service
    ),
    descriptors.DEPLOYMENT.type: Columns(("NAME", "VERSION", "ENDPOINT", "STATE"), _deployment),
    descriptors.RESOURCE.type: Columns(("NAME", "PLURAL", "VERSIONS", "REGIONAL"), _resource),
}
