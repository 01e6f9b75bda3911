"""The policy, the versions and the deletion of a Service: REG-8, REG-9 and REG-14."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from goten.meta.v1.deployment_custom_pb2 import SetAvailableUpgradeRequest
from goten.meta.v1.service_pb2 import Service
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from goten.versions import newest_first
from tests.meta.refusals import invalid, refused
from tests.meta.world import TYPES, deployment, resource, service, world

ORDERS = json.loads((Path(__file__).parents[2] / "spec/vectors/version_order.json").read_text())


def policy(*enabled: str, control: str = "") -> MultiRegionPolicy:
    return MultiRegionPolicy(enabled_regions=enabled, default_control_region=control)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (policy("r1", "r2", control="r2"), policy("r1", "r2", control="r2")),
        (policy("r3"), policy("r3", control="r3")),
        (policy("r3", "r1"), policy("r3", "r1", control="r1")),
        (policy("r2", "r2", "r3", control="r3"), policy("r2", "r3", control="r3")),
        (policy(control="r2"), policy("r2", control="r2")),
        (policy(), policy("r1", control="r1")),
    ],
)
async def test_a_new_policy_is_completed(given: MultiRegionPolicy, stored: MultiRegionPolicy) -> None:
    """REG-8: this Meta is in r1."""
    async with world() as registry:
        saved = await registry.save(Service(name="services/aa", multi_region_policy=given))
        assert saved.multi_region_policy == stored


@pytest.mark.parametrize(
    ("given", "words"),
    [(policy("r2", "r3"), ("none", "r2, r3")), (policy("r2", control="r1"), ("r1", "not among", "r2"))],
)
async def test_a_control_region_that_cannot_be(given: MultiRegionPolicy, words: tuple[str, ...]) -> None:
    """REG-8."""
    async with world() as registry:
        with invalid("multi_region_policy.default_control_region", *words):
            await registry.save(Service(name="services/aa", multi_region_policy=given))


async def test_enabled_regions_exist() -> None:
    """REG-8."""
    async with world() as registry:
        with refused("REGION_MISSING", "services/aa", "regions/r9", region="r9"):
            await registry.save(service("aa", regions=["r1", "r9"]))
        await registry.save(service("aa", regions=["r1"]))
        with refused("REGION_MISSING", "services/aa", "regions/r9", region="r9"):
            await registry.save(service("aa", regions=["r1", "r9"]))


async def test_a_changed_policy_keeps_its_control_region() -> None:
    """REG-8."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r2"]))
        saved = await registry.save(Service(name="services/aa", multi_region_policy=policy("r1", "r2")))
        assert saved.multi_region_policy == policy("r1", "r2", control="r2")
        with invalid("multi_region_policy.default_control_region", "r2", "no region"):
            await registry.save(Service(name="services/aa"))
        saved = await registry.save(Service(name="services/aa", multi_region_policy=policy("r1", control="r1")))
        assert saved.multi_region_policy == policy("r1", control="r1")


@pytest.mark.parametrize("case", ORDERS, ids=lambda case: case["note"])
async def test_versions_are_in_order(case: dict[str, Any]) -> None:
    """REG-9: spec/vectors/version_order.json."""
    assert newest_first({*case["versions"]}) == case["expect"]
    async with world() as registry:
        # What is no version is not taken any more; earlier releases took it.
        await registry.write_past_the_rules(service("aa", versions=case["versions"]))
        saved = await registry.save(service("aa", versions=case["versions"]))
        assert [*saved.all_versions] == case["expect"]


async def test_a_version_stays_while_a_deployment_is_at_it() -> None:
    """REG-9."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2", "v3"]))
        await registry.save(deployment("aa", current_version="v1"))
        with refused("VERSION_DEPLOYED", "services/aa/deployments/r1", "v1", version="v1"):
            await registry.save(service("aa", versions=["v2", "v3"]))
        await registry.save(service("aa", versions=["v1", "v2"]))
        request = SetAvailableUpgradeRequest(
            name="services/aa/deployments/r1", target_api_version="v2", total_shards_count=1
        )
        await registry.upgrades.set_available_upgrade(request)
        with refused("VERSION_DEPLOYED", "services/aa/deployments/r1", "v2", version="v2"):
            await registry.save(service("aa", versions=["v1"]))
        await registry.remove_past_the_rules("services/aa/deployments/r1")
        await registry.save(service("aa", versions=["v3"]))


async def test_a_service_that_is_imported_stays() -> None:
    """REG-14."""
    async with world() as registry:
        await registry.save(service("bb"))
        await registry.save(service("aa", imports=["bb"]))
        await registry.save(service("cc", uses=["bb"]))
        with refused("SERVICE_IMPORTED", "services/bb", "imported by services/aa", service="aa"):
            await registry.delete("services/bb")
        await registry.save(service("aa", uses=["bb"]))
        assert await registry.delete("services/bb")


@pytest.mark.parametrize("count", [0, 1, 99, 100, 250])
async def test_a_service_takes_along_what_is_below_it(count: int) -> None:
    """REG-14, FANOUT-6: the control region's Deployment goes too."""
    async with world() as registry:
        for domain in ("aa", "aab"):
            await registry.save(service(domain, regions=["r1", "r2"]))
            await registry.save(deployment(domain, "r1"))
            await registry.save(deployment(domain, "r2"))
        for number in range(count):
            await registry.save(resource("aa", f"Thing{chr(97 + number // 26)}{chr(97 + number % 26)}"))
        await registry.delete("services/aa")
        left = {each.name for descriptor in TYPES for each in registry.all(descriptor)}
        below = {f"services/aab{rest}" for rest in ("", "/deployments/r1", "/deployments/r2")}
        assert {name for name in left if name.startswith("services/")} == below


async def test_a_service_comes_back_when_its_predecessor_is_gone() -> None:
    """REG-14."""
    async with world(controller=False) as registry:
        await registry.write_past_the_rules(deployment("aa"), resource("aa"))
        with refused("SERVICE_BEING_DELETED", "services/aa", "2 of its", "try again", code="UNAVAILABLE"):
            await registry.save(service("aa"))
