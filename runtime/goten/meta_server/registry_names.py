"""Names that a creation leaves out (REG-4). Each function takes the message and the parent of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from goten.meta.v1 import descriptors
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.server.naming import random_id


def deployment_name(deployment: Deployment, parent: str) -> str | None:
    """From its region, below the parent, or below `service_name` where that is left out."""
    region = deployment.region.rpartition("/")[2]
    service = parent if parent not in ("", "services/-") else deployment.service_name
    return f"{_relative(service)}/deployments/{region}" if service and region else None


def service_name(service: Service, parent: str) -> str | None:
    """From `global_domain`, without its port."""
    domain = service.global_domain.partition(":")[0]
    return f"services/{domain}" if domain else None


def resource_name(resource: Resource, parent: str) -> str | None:
    """From `fqn`; it says the service too, so that a parent has to agree with it."""
    domain, slash, singular = resource.fqn.partition("/")
    return f"services/{domain}/resources/{singular}" if slash else None


def region_name(region: Region, parent: str) -> str:
    """At random."""
    return random_id()


def _relative(name: str) -> str:
    return name.removeprefix("//meta.goten.com/")


NAME_FOR: Final[Mapping[str, Callable[[Any, str], str | None]]] = {
    descriptors.DEPLOYMENT.type: deployment_name,
    descriptors.REGION.type: region_name,
    descriptors.RESOURCE.type: resource_name,
    descriptors.SERVICE.type: service_name,
}
"""By resource type."""
