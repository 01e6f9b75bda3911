"""What a process wants to stand in Meta: its Service, its Deployment and the Resources of its service, as messages."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import asdict, dataclass
from typing import Final
from uuid import uuid4

from goten.env_registry.options import EnvRegistryOptions
from goten.meta.v1.common_pb2 import LabelledDomain
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.registration import RuntimeKind, ServiceRegistration
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

META: Final = "meta.goten.com"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The messages are shared and never changed. What they leave empty, a binary says nothing of (ENV-6)."""

    domain: str
    region: str
    versions: tuple[str, ...]
    """Those that this binary serves, newest first."""
    generation: int
    runtime: RuntimeKind
    service: Service
    deployment: Deployment
    resources: tuple[Resource, ...]
    replace_endpoint: bool
    out_of_service: bool
    process: str
    """Tells this process from others that disable the deployment at their end; empty: it does not do that."""

    def default_endpoint(self, global_domain: str) -> str:
        """What Meta takes for the endpoint of a deployment that names none (REG-16)."""
        domain = global_domain or self.domain
        try:
            ipaddress.ip_address(re.sub(r":\d+$", "", domain).strip("[]"))
        except ValueError:
            return f"{self.region}.{domain}"
        return domain


def declare(
    registration: ServiceRegistration, options: EnvRegistryOptions, runtime: RuntimeKind = RuntimeKind.SERVER
) -> Declaration:
    """What a binary declares. Whoever does not import Meta uses it, which is why Meta sees everyone (ENV-2)."""
    imported = sorted({service_name(imported.target) for imported in registration.imports})
    used = {service_name(domain) for domain in (*options.used_services, META)} - {*imported}
    used.discard(service_name(registration.domain))
    service = Service(
        name=service_name(registration.domain),
        multi_region_policy=MultiRegionPolicy(
            enabled_regions=[options.region], default_control_region=options.control_region or options.region
        ),
        all_versions=registration.versions,
        global_domain=options.global_domain,
        imported_services=imported,
        used_services=sorted(used),
        imported_versions=[
            Service.ImportedVersions(
                target_service=service_name(imported.target),
                target_service_version=imported.target_version,
                current_service_version=imported.version,
            )
            for imported in registration.imports
        ],
        env_registry_generation=registration.generation,
    )
    return Declaration(
        domain=registration.domain,
        region=options.region,
        versions=registration.versions,
        generation=registration.generation,
        runtime=runtime,
        service=service,
        deployment=_deployment(registration, options),
        resources=_resources(registration),
        replace_endpoint=options.replace_endpoint,
        out_of_service=options.out_of_service,
        process=uuid4().hex if options.disable_at_stop else "",
    )


def service_name(domain: str) -> str:
    return f"services/{domain}"


def _deployment(registration: ServiceRegistration, options: EnvRegistryOptions) -> Deployment:
    location = Deployment.Location(**asdict(options.location))
    return Deployment(
        name=f"services/{registration.domain}/deployments/{options.region}",
        service_name=service_name(registration.domain),
        region=f"regions/{options.region}",
        public_domain=options.public_domain,
        private_domain=options.private_domain,
        labelled_domains=[LabelledDomain(**asdict(domain)) for domain in options.labelled_domains],
        local_network_id=options.local_network_id,
        location=location if location.ByteSize() else None,
        env_registry_generation=registration.generation,
        current_version=registration.versions[0],
    )


def _resources(registration: ServiceRegistration) -> tuple[Resource, ...]:
    return tuple(
        Resource(
            name=f"services/{registration.domain}/resources/{resource.singular}",
            plural_name=resource.plural,
            fqn=resource.type,
            versions=resource.versions,
            versioned_infos=[
                Resource.VersionedInfo(version=version, is_regional=regional)
                for version, regional in zip(resource.versions, resource.regional, strict=True)
            ],
        )
        for resource in registration.resources
    )
