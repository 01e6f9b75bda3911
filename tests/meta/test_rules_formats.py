"""Ids, names that are left out, and other texts: REG-3 to REG-5."""

from __future__ import annotations

import re
from typing import Any

import pytest
from google.protobuf.message import Message

from goten.descriptors import Descriptor
from goten.id_patterns import REGION_ID
from goten.meta.v1.common_pb2 import LabelledDomain
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.descriptors import DEPLOYMENT, REGION, RESOURCE, SERVICE
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.resource_pb2 import Resource
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.registry_names import NAME_FOR
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.meta.refusals import invalid
from tests.meta.world import deployment, resource, service, world

Criterion = MultiRegionPolicy.CriteriaForDisabledSync


@pytest.mark.parametrize("region", ["a1", "us-west2", "a" * 30, "a--b"])
async def test_ids_that_fit(region: str) -> None:
    """REG-3."""
    async with world(regions=[region]) as registry:
        await registry.save(service(f"{region[:20]}.x.com", regions=[region]))
        await registry.save(deployment(f"{region[:20]}.x.com", region))
        await registry.save(resource(f"{region[:20]}.x.com", "Th" * 64))


@pytest.mark.parametrize("region", ["a", "A1", "1a", "a-", "a_b", "a" * 31, "a.b", "é1"])
async def test_ids_that_do_not_fit(region: str) -> None:
    """REG-3."""
    async with world() as registry:
        with invalid("name", region):
            await registry.save(Region(name=f"regions/{region}"))
        await registry.save(service("aa"))
        with invalid("name", region):
            await registry.save(deployment("aa", region))


async def test_what_is_stored_keeps_its_id() -> None:
    """REG-3: import and earlier releases may have left other ids."""
    async with world() as registry:
        await registry.write_past_the_rules(Region(name="regions/Old_One"))
        await registry.save(Region(name="regions/Old_One", title="old"))
        assert registry.get("regions/Old_One").title == "old"
        with invalid("name", "New_One"):
            await registry.save(Region(name="regions/New_One"))


@pytest.mark.parametrize(
    ("descriptor", "message", "parent", "name"),
    [
        (DEPLOYMENT, Deployment(region="regions/r1"), "services/aa", "services/aa/deployments/r1"),
        (DEPLOYMENT, Deployment(region="r1"), "services/aa", "services/aa/deployments/r1"),
        (DEPLOYMENT, Deployment(region="r1", service_name="services/aa"), "", "services/aa/deployments/r1"),
        (DEPLOYMENT, Deployment(region="r1", service_name="services/aa"), "services/-", "services/aa/deployments/r1"),
        (DEPLOYMENT, Deployment(region="r1"), "//meta.goten.com/services/aa", "services/aa/deployments/r1"),
        (DEPLOYMENT, Deployment(region="r1"), "", None),
        (DEPLOYMENT, Deployment(), "services/aa", None),
        (SERVICE, Service(global_domain="aa.com"), "", "services/aa.com"),
        (SERVICE, Service(global_domain="aa.com:8443"), "", "services/aa.com"),
        (SERVICE, Service(display_name="A"), "", None),
        (RESOURCE, Resource(fqn="aa.com/Thing"), "services/aa.com", "services/aa.com/resources/Thing"),
        (RESOURCE, Resource(fqn="Thing"), "services/aa.com", None),
        (RESOURCE, Resource(), "services/aa.com", None),
    ],
)
def test_names_that_are_left_out(
    descriptor: Descriptor[Any, Any], message: Message, parent: str, name: str | None
) -> None:
    """REG-4."""
    assert NAME_FOR[descriptor.type](message, parent) == name


def test_regions_get_names_at_random() -> None:
    """REG-4."""
    made = {NAME_FOR[REGION.type](Region(), "") for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(REGION_ID, name or "") for name in made)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("db_data_version", ["v1", "v1.2.3", "v."], ["1", "v", "v1a", "V1", "v" + "1" * 65]),
        (
            "public_domain",
            ["a.com", "a.com:1", "[::1]:65535", "my_host"],
            ["a.com:", "a:0", "a:65536", "a b", "http://a"],
        ),
        ("private_domain", ["10.0.0.1:80"], ["a/b", "::1:80"]),
    ],
)
async def test_texts_of_a_deployment(field: str, good: list[str], bad: list[str]) -> None:
    """REG-5."""
    async with world() as registry:
        await registry.save(service("aa"))
        for text in good:
            assert getattr(await registry.save(deployment("aa", **{field: text})), field) == text
            await registry.remove_past_the_rules("services/aa/deployments/r1")
        for text in bad:
            with invalid(field, text):
                await registry.save(deployment("aa", **{field: text}))


async def test_plural_names() -> None:
    """REG-5."""
    async with world() as registry:
        await registry.save(service("aa"))
        for text in ("", "Th", "Things", "T" + "h" * 132):
            await registry.save(resource("aa", plural_name=text))
        for text in ("T", "things", "Th1", "T" + "h" * 133):
            with invalid("plural_name", text):
                await registry.save(resource("aa", plural_name=text))


@pytest.mark.parametrize("version", ["v1", "v2alpha1", "v1p2beta", "v10", "v" + "1" * 63, ""])
async def test_versions_that_fit(version: str) -> None:
    """REG-5: the empty one is that of protos whose package names none."""
    async with world() as registry:
        saved = await registry.save(service("aa", versions=[version]))
        assert [*saved.all_versions] == [version]
        await registry.save(deployment("aa", current_version=version))
        await registry.save(Resource(name="services/aa/resources/Thing", versions=[version]))


@pytest.mark.parametrize(
    "version", ["banana", "V1", "1", "v", "v1.2", "v1gamma1", "v1 ", "v\u0661", "v1" * 5, "v" + "1" * 64]
)
async def test_versions_that_do_not_fit(version: str) -> None:
    """REG-5."""
    async with world() as registry:
        with invalid("all_versions[1]", "expected one such as v1"):
            await registry.save(service("aa", versions=["v2", version]))
        await registry.save(service("aa"))
        with invalid("all_versions[0]", version):
            await registry.save(service("aa", versions=[version, "v1"]))
        with invalid("current_version", version):
            await registry.save(deployment("aa", current_version=version))
        with invalid("versions[0]", version):
            await registry.save(Resource(name="services/aa/resources/Thing", versions=[version]))


async def test_stored_versions_are_not_looked_at_again() -> None:
    """REG-5: what an earlier release took can be changed, and deployed."""
    async with world() as registry:
        await registry.write_past_the_rules(service("aa", versions=["banana"]))
        await registry.save(service("aa", versions=["v1", "banana"]))
        assert (await registry.save(deployment("aa", current_version="banana"))).current_version == "banana"


async def test_a_service_may_have_no_version() -> None:
    """REG-5."""
    async with world() as registry:
        assert not (await registry.save(service("aa", versions=[]))).all_versions


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (MultiRegionPolicy(enabled_regions=["r1", "R2"]), "multi_region_policy.enabled_regions[1]"),
        (MultiRegionPolicy(enabled_regions=["regions/r1"]), "multi_region_policy.enabled_regions[0]"),
        (
            MultiRegionPolicy(enabled_regions=["r1"], criteria_for_disabled_sync=[Criterion(source_region="-")]),
            "multi_region_policy.criteria_for_disabled_sync[0].source_region",
        ),
        (
            MultiRegionPolicy(
                enabled_regions=["r1"],
                criteria_for_disabled_sync=[Criterion(source_region="r1"), Criterion(dest_region="R1")],
            ),
            "multi_region_policy.criteria_for_disabled_sync[1].dest_region",
        ),
    ],
)
async def test_regions_in_a_policy(policy: MultiRegionPolicy, field: str) -> None:
    """REG-5."""
    async with world() as registry:
        with invalid(field, "expected [a-z]"):
            await registry.save(Service(name="services/aa", multi_region_policy=policy))


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("imported_services", ["aa.com"], "imported_services[0]"),
        ("imported_services", ["services/bb", "services/-"], "imported_services[1]"),
        ("imported_services", ["//devices.example.com/services/bb"], "imported_services[0]"),
        ("used_services", ["services/B"], "used_services[0]"),
        ("leading_service", "bb", "leading_service"),
        ("global_domain", "https://aa.com", "global_domain"),
        ("imported_versions", [Service.ImportedVersions()], "imported_versions[0].target_service"),
        ("labelled_domains", [LabelledDomain(label="x", domain="a b")], "labelled_domains[0].domain"),
        ("labelled_domains", [LabelledDomain(label="x"), LabelledDomain(label="x")], "labelled_domains[1].label"),
    ],
)
async def test_texts_of_a_service(field: str, value: Any, where: str) -> None:
    """REG-5."""
    async with world() as registry:
        with invalid(where):
            await registry.save(Service(**{"name": "services/aa", field: value}))


async def test_names_of_services_are_tidied() -> None:
    """REG-5."""
    async with world() as registry:
        await registry.save(service("bb"))
        names = ["//meta.goten.com/services/bb", "services/bb"]
        saved = await registry.save(Service(name="services/aa", imported_services=names, used_services=names[:1]))
        assert [*saved.imported_services] == [*saved.used_services] == ["services/bb"]
