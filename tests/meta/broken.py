"""The rules of the registry, checked on all that is stored."""

from __future__ import annotations

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.service_pb2 import Service
from goten.versions import newest_first
from tests.meta.world import World, wrong_services


def broken_rules(world: World) -> list[str]:
    """What is not as REG-7 to REG-15 and REG-21 say; each begins with the rule."""
    services = {each.name: each for each in world.all(SERVICE)}
    regions = {each.name for each in world.all(REGION)}
    broken = [f"REG-21 {name} has {found}" for name, found in wrong_services(world).items()]
    for each in services.values():
        broken += _of_service(each, services, regions)
    for deployment in world.all(DEPLOYMENT):
        broken += _of_deployment(deployment, services, regions)
    for resource in world.all(RESOURCE):
        if _parent(resource.name) not in services:
            broken.append(f"REG-14 {resource.name} has no Service")
    return broken


def _of_service(service: Service, services: dict[str, Service], regions: set[str]) -> list[str]:
    policy, name = service.multi_region_policy, service.name
    broken = [
        f"REG-8 {name} enables {region}" for region in policy.enabled_regions if f"regions/{region}" not in regions
    ]
    if policy.default_control_region not in policy.enabled_regions:
        broken.append(f"REG-8 {name} is controlled in {policy.default_control_region}")
    if [*service.all_versions] != newest_first(service.all_versions):
        broken.append(f"REG-9 {name} has {service.all_versions}")
    for imported in service.imported_services:
        other = services.get(imported)
        if other is None:
            broken.append(f"REG-10 {name} imports {imported}")
        elif {*policy.enabled_regions} - {*other.multi_region_policy.enabled_regions}:
            broken.append(f"REG-12 {name} imports {imported}")
    for entry in service.imported_versions:
        if entry.target_service in services:
            known = services[entry.target_service].all_versions
            if entry.target_service_version not in known:
                broken.append(f"REG-10 {name} imports {entry.target_service} in {entry.target_service_version}")
    if name in _below(name, services):
        broken.append(f"REG-11 {name} imports itself")
    return broken


def _of_deployment(deployment: Deployment, services: dict[str, Service], regions: set[str]) -> list[str]:
    service = services.get(_parent(deployment.name))
    if service is None:
        return [f"REG-14 {deployment.name} has no Service"]
    region = deployment.name.rpartition("/")[2]
    broken = []
    if region not in service.multi_region_policy.enabled_regions or f"regions/{region}" not in regions:
        broken.append(f"REG-15 {deployment.name} is in {region}")
    versions = {
        deployment.current_version,
        deployment.available_upgrade.api_version,
        deployment.upgrade_state.target_version,
    }
    if versions - {"", *service.all_versions}:
        broken.append(f"REG-9 {deployment.name} needs {versions}")
    return broken


def _parent(name: str) -> str:
    return "/".join(name.split("/")[:2])


def _below(name: str, services: dict[str, Service]) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in services[todo.pop()].imported_services:
            if other not in found and other in services:
                found.add(other)
                todo.append(other)
    return found
