"""Which endpoint of a service to dial; a plain function over the environment (ENV-15, ENV-16)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from goten.channels import UnknownService
from goten.env_registry.environment import Environment
from goten.meta.v1.deployment_pb2 import Deployment
from goten.versions import newest_first

_TLS_PORT: Final = 443


class Wanted(NamedTuple):
    """What is dialled. `region` empty: the nearest. `other_region`: another will do where that one is down."""

    service: str
    version: str
    region: str = ""
    label: str = ""
    other_region: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to dial, and whose endpoint it is. The address has a port."""

    address: str
    region: str


def choose_endpoint(
    environment: Environment, own: Deployment | None, wanted: Wanted, down: Collection[str] = ()
) -> Endpoint:
    """The endpoint for `wanted`, as seen from the deployment `own`; `down` are addresses that do not answer.

    Raises UnknownService, which says what is known.
    """
    usable = {
        region: deployment
        for region, deployment in environment.deployments_of(wanted.service).items()
        if not deployment.is_disabled and serves(deployment, wanted.version)
    }
    endpoints = [
        Endpoint(address, region)
        for region, deployment in usable.items()
        if (address := address_of(deployment, own, wanted.label)) is not None
    ]
    order = near_first(usable.values(), own, wanted.region)
    endpoints.sort(key=lambda endpoint: order.index(endpoint.region))
    if wanted.region and not wanted.other_region:
        endpoints = [endpoint for endpoint in endpoints if endpoint.region == wanted.region]
    if not endpoints:
        raise UnknownService(wanted.service, wanted.version, wanted.region or None, _known(environment, wanted))
    # Where all are down, the first one is as good as any: it may come back first.
    return next((endpoint for endpoint in endpoints if endpoint.address not in down), endpoints[0])


def serves(deployment: Deployment, version: str) -> bool:
    """Whether a deployment serves an API version: its current one, or an older one."""
    current = deployment.current_version
    return not version or not current or newest_first([current, version])[0] == current


def address_of(deployment: Deployment, own: Deployment | None, label: str = "") -> str | None:
    """The address of a deployment: private inside of one local network, else public; None where it has none."""
    near = own is not None and bool(own.local_network_id) and own.local_network_id == deployment.local_network_id
    if label:
        labelled = [domain for domain in deployment.labelled_domains if domain.label == label]
        usable = [domain.domain for domain in labelled if domain.domain and (near or not domain.is_private)]
        return with_port(usable[0]) if usable else None
    domain = (deployment.private_domain if near else "") or deployment.public_domain
    return with_port(domain) if domain else None


def with_port(domain: str) -> str:
    host, _, port = domain.rpartition(":")
    return domain if host and port.isdigit() else f"{domain}:{_TLS_PORT}"


def near_first(deployments: Iterable[Deployment], own: Deployment | None, region: str) -> list[str]:
    """Region ids: the wanted one, else the own one, first; then by what their locations have in common with it."""
    known = {region_of(deployment): deployment for deployment in deployments}
    center = region or (region_of(own) if own is not None else "")
    base = known.get(center) or (own if not region else None)

    def distance(candidate: str) -> tuple[bool, int, str]:
        return candidate != center, -_shared(known[candidate], base), candidate

    return sorted(known, key=distance)


def region_of(deployment: Deployment) -> str:
    return deployment.name.rpartition("/")[2]


def _shared(one: Deployment, other: Deployment | None) -> int:
    """How many steps of the location, from the continent on, two deployments share."""
    if other is None:
        return 0
    shared = 0
    for step in ("continent", "country", "agglomeration", "city", "cloud"):
        here, there = getattr(one.location, step), getattr(other.location, step)
        if not here or here != there:
            break
        shared += 1
    return shared


def _known(environment: Environment, wanted: Wanted) -> str:
    deployments = environment.deployments_of(wanted.service)
    if not deployments:
        known = ", ".join(sorted(environment.services)) or "none"
        return f"services in sight are {known}"
    listed = [
        f"{region} ({deployment.current_version}{', disabled' if deployment.is_disabled else ''})"
        for region, deployment in sorted(deployments.items())
    ]
    labelled = f"; {wanted.label!r} is no label of theirs that can be dialled from here" if wanted.label else ""
    return f"its deployments are {', '.join(listed)}{labelled}"
