"""Registrations and records to test with."""

from __future__ import annotations

from typing import Any

from goten.env_registry.declaration import Declaration, declare
from goten.env_registry.options import EnvRegistryOptions
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.registration import ImportedVersion, RegisteredResource, RuntimeKind, ServiceRegistration
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

DOMAIN = "devices.example.com"


def registration(
    *versions: str, domain: str = DOMAIN, generation: int = 1, imports: dict[str, str] | None = None
) -> ServiceRegistration:
    """`imports` maps a domain to its version, for every own version."""
    versions = versions or ("v1",)
    return ServiceRegistration(
        domain=domain,
        generation=generation,
        versions=versions,
        imports=tuple(ImportedVersion(own, to, at) for own in versions for to, at in (imports or {}).items()),
        resources=(
            RegisteredResource(f"{domain}/Device", "Device", "Devices", versions, tuple(True for _ in versions)),
        ),
    )


def declaration(
    *versions: str,
    region: str = "us-west2",
    generation: int = 1,
    imports: dict[str, str] | None = None,
    runtime: RuntimeKind = RuntimeKind.SERVER,
    **options: Any,
) -> Declaration:
    registered = registration(*versions, generation=generation, imports=imports)
    return declare(registered, EnvRegistryOptions(region=region, **options), runtime)


def service(domain: str, *regions: str, versions: tuple[str, ...] = ("v1",), **fields: Any) -> Service:
    policy = MultiRegionPolicy(enabled_regions=regions, default_control_region=regions[0] if regions else "")
    return Service(name=f"services/{domain}", multi_region_policy=policy, all_versions=versions, **fields)


def deployment(domain: str, region: str, **fields: Any) -> Deployment:
    fields.setdefault("public_domain", f"{region}.{domain}")
    fields.setdefault("current_version", "v1")
    return Deployment(name=f"services/{domain}/deployments/{region}", region=f"regions/{region}", **fields)
