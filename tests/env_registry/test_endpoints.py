"""Which endpoint is dialled (ENV-15, ENV-16)."""

from __future__ import annotations

import pytest

from goten.channels import UnknownService
from goten.env_registry.endpoints import Endpoint, Wanted, address_of, choose_endpoint, near_first, serves, with_port
from goten.env_registry.environment import Environment, with_deployments, with_services
from goten.meta.v1.common_pb2 import LabelledDomain
from goten.meta.v1.deployment_pb2 import Deployment
from tests.env_registry.samples import deployment, service

IAM = "iam.example.com"
OWN = deployment("devices.example.com", "us-west2", local_network_id="net-1")


def around(*deployments: Deployment) -> Environment:
    return with_services(with_deployments(Environment(), deployments, []), [service(IAM)], [])


def choose(
    environment: Environment, *, own: Deployment | None = OWN, down: tuple[str, ...] = (), **wanted: object
) -> Endpoint:
    return choose_endpoint(environment, own, Wanted(IAM, "v1", **wanted), down)  # type: ignore[arg-type]


def at(continent: str = "", country: str = "", city: str = "") -> Deployment.Location:
    return Deployment.Location(continent=continent, country=country, agglomeration=country, city=city)


def test_private_domains_are_for_the_same_local_network() -> None:
    """ENV-15"""
    near = deployment(IAM, "us-west2", private_domain="10.0.0.1:80", local_network_id="net-1")
    assert address_of(near, OWN) == "10.0.0.1:80"
    assert address_of(near, None) == f"us-west2.{IAM}:443"
    far = deployment(IAM, "us-west2", private_domain="10.0.0.1:80", local_network_id="net-2")
    assert address_of(far, OWN) == f"us-west2.{IAM}:443"
    nameless = deployment(IAM, "us-west2", private_domain="10.0.0.1:80")
    assert address_of(nameless, deployment("x", "us-west2")) == f"us-west2.{IAM}:443"
    assert address_of(deployment(IAM, "us-west2", public_domain=""), OWN) is None


def test_labelled_domains_are_dialled_on_request() -> None:
    """ENV-15"""
    labelled = deployment(
        IAM,
        "us-west2",
        local_network_id="net-2",
        labelled_domains=[
            LabelledDomain(label="inner", domain="inner.example.com:80", is_private=True),
            LabelledDomain(label="edge", domain="edge.example.com"),
        ],
    )
    assert address_of(labelled, OWN, "edge") == "edge.example.com:443"
    assert address_of(labelled, OWN, "inner") is None
    assert address_of(labelled, OWN, "unknown") is None
    with pytest.raises(UnknownService, match="'unknown' is no label of theirs"):
        choose(around(labelled), label="unknown")
    labelled.local_network_id = "net-1"
    assert address_of(labelled, OWN, "inner") == "inner.example.com:80"


@pytest.mark.parametrize(
    ("domain", "address"),
    [
        ("iam.example.com", "iam.example.com:443"),
        ("iam.example.com:8080", "iam.example.com:8080"),
        ("127.0.0.1:9001", "127.0.0.1:9001"),
        ("localhost", "localhost:443"),
    ],
)
def test_a_domain_without_a_port_has_443(domain: str, address: str) -> None:
    """ENV-15"""
    assert with_port(domain) == address


def test_a_deployment_serves_its_version_and_older_ones() -> None:
    """ENV-15"""
    new = deployment(IAM, "us-west2", current_version="v2")
    assert serves(new, "v2")
    assert serves(new, "v1")
    assert serves(new, "v1beta1")
    assert not serves(new, "v3")
    with pytest.raises(UnknownService, match=r"its deployments are us-west2 \(v1\)"):
        choose_endpoint(around(deployment(IAM, "us-west2")), OWN, Wanted(IAM, "v2"))


def test_the_own_region_comes_first() -> None:
    """ENV-16"""
    environment = around(deployment(IAM, "eastus2"), deployment(IAM, "us-west2"))
    assert choose(environment).region == "us-west2"
    assert choose(environment, region="eastus2").region == "eastus2"


def test_the_nearest_other_region_follows() -> None:
    """ENV-16: by what locations have in common."""
    own = deployment("devices.example.com", "us-west2", location=at("NA", "US", "Los Angeles"))
    environment = around(
        deployment(IAM, "japaneast", location=at("AS", "JP", "Tokyo")),
        deployment(IAM, "eastus2", location=at("NA", "US", "Richmond")),
        deployment(IAM, "canada", location=at("NA", "CA", "Toronto")),
    )
    assert near_first(environment.deployments_of(IAM).values(), own, "") == ["eastus2", "canada", "japaneast"]
    assert choose(environment, own=own).region == "eastus2"


def test_another_region_serves_only_where_the_caller_allows_it() -> None:
    """ENV-16"""
    environment = around(deployment(IAM, "eastus2"), deployment(IAM, "us-west2"))
    down = (f"us-west2.{IAM}:443",)
    assert choose(environment, region="us-west2", down=down).region == "us-west2"
    assert choose(environment, region="us-west2", other_region=True, down=down).region == "eastus2"
    with pytest.raises(UnknownService):
        choose(environment, region="westeurope")
    assert choose(environment, region="westeurope", other_region=True).region == "eastus2"
    both = (*down, f"eastus2.{IAM}:443")
    assert choose(environment, region="us-west2", other_region=True, down=both).region == "us-west2"


def test_disabled_deployments_are_left_out() -> None:
    """ENV-15"""
    with pytest.raises(UnknownService, match=r"us-west2 \(v1, disabled\)"):
        choose(around(deployment(IAM, "us-west2", is_disabled=True)))


def test_an_unknown_service_says_what_is_in_sight() -> None:
    with pytest.raises(UnknownService, match=f"services in sight are {IAM}"):
        choose_endpoint(around(), OWN, Wanted("nobody.example.com", "v1"))
