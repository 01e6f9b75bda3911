"""Deployments: REG-15 to REG-18."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from tests.meta.refusals import invalid, not_found, refused
from tests.meta.world import deployment, service, world

NAME = "services/aa/deployments/r1"


async def test_what_follows_from_the_name_is_filled() -> None:
    """REG-15."""
    async with world() as registry:
        await registry.save(service("aa"))
        saved = await registry.save(deployment("aa"))
        assert (saved.service_name, saved.region) == ("services/aa", "regions/r1")
        saved = await registry.save(
            Deployment(name=NAME, service_name="services/aa", region="//meta.goten.com/regions/r1")
        )
        assert (saved.service_name, saved.region) == ("services/aa", "regions/r1")


@pytest.mark.parametrize(
    ("field", "text"), [("region", "regions/r2"), ("region", "r1"), ("service_name", "services/bb")]
)
async def test_what_disagrees_with_the_name(field: str, text: str) -> None:
    """REG-15."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r1", "r2"]))
        with invalid(field, text, NAME):
            message = Deployment(name=NAME)
            setattr(message, field, text)
            await registry.save(message)


async def test_its_service_exists() -> None:
    """REG-15, REG-2."""
    async with world() as registry:
        with not_found("services/aa"):
            await registry.save(deployment("aa"))


async def test_its_region_exists_and_is_enabled() -> None:
    """REG-15."""
    async with world() as registry:
        await registry.save(service("aa"))
        with refused("REGION_MISSING", "services/aa/deployments/r9", "regions/r9", region="r9"):
            await registry.save(deployment("aa", "r9"))
        words = ("services/aa/deployments/r2", "services/aa enables r1, and not r2", "add the region")
        with refused("REGION_NOT_ENABLED", *words, region="r2"):
            await registry.save(deployment("aa", "r2"))
        await registry.save(service("aa", regions=["r1", "r2"]))
        await registry.save(deployment("aa", "r2"))


async def test_a_region_with_a_deployment_stays_enabled() -> None:
    """REG-15."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r1", "r2", "r3"]))
        await registry.save(deployment("aa", "r2"))
        with refused("REGION_DEPLOYED", "services/aa/deployments/r2", "delete that", region="r2"):
            await registry.save(service("aa", regions=["r1", "r3"]))
        await registry.save(service("aa", regions=["r1", "r2"]))


@pytest.mark.parametrize(
    ("global_domain", "expected"),
    [
        ("", "r1.aa"),
        ("aa.example.com", "r1.aa.example.com"),
        ("aa.example.com:8443", "r1.aa.example.com:8443"),
        ("localhost:80", "r1.localhost:80"),
        ("127.0.0.1:8472", "127.0.0.1:8472"),
        ("[::1]:8472", "[::1]:8472"),
        ("[::1]", "[::1]"),
    ],
)
async def test_the_endpoint_where_none_is_given(
    global_domain: str, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    """REG-16."""
    async with world() as registry:
        await registry.save(service("aa", global_domain=global_domain))
        assert (await registry.save(deployment("aa"))).public_domain == expected
    assert caplog.records == []


@pytest.mark.parametrize(
    ("endpoint", "warns"),
    [
        ("r1.aa.com", False),
        ("r1.aa.com:444", True),
        ("aa-r1.com", True),
        ("aa.com", True),
        ("localhost:1", False),
        ("127.0.0.1:9", False),
        ("[::1]:9", False),
    ],
)
async def test_an_unusual_endpoint_draws_one_warning(
    endpoint: str, warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """REG-16."""
    async with world() as registry:
        await registry.save(service("aa", global_domain="aa.com"))
        assert (await registry.save(deployment("aa", public_domain=endpoint))).public_domain == endpoint
        await registry.save(deployment("aa", public_domain=endpoint, private_domain="10.0.0.1"))
    shown = f"{NAME} listens at {endpoint}, and not at r1.aa.com, which is recommended"
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(logging.WARNING, shown)] * warns


async def test_what_is_refused_draws_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """REG-16."""
    async with world(regions=["r1"]) as registry:
        await registry.save(service("aa"))
        with refused("VERSION_MISSING"):
            await registry.save(deployment("aa", public_domain="elsewhere.com", current_version="v9"))
    assert caplog.records == []


async def test_the_version_at_creation() -> None:
    """REG-17."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2"]))
        with refused("VERSION_MISSING", NAME, "services/aa has v1, v2, and not v3", version="v3"):
            await registry.save(deployment("aa", current_version="v3"))
        saved = await registry.save(deployment("aa", current_version="v1", db_data_version="v1.0", db_location_tag="x"))
        assert (saved.current_version, saved.db_data_version, saved.db_location_tag) == ("v1", "v1.0", "x")


@pytest.mark.parametrize(
    "fields",
    [
        {"available_upgrade": Deployment.AvailableUpgrade(api_version="v2")},
        {"upgrade_state": Deployment.UpgradeState(target_version="v2")},
        {"data_update_statuses": [Deployment.DbUpdateTaskStatus(task_tag="x")]},
    ],
)
async def test_a_creation_begins_no_upgrade(fields: dict[str, Any]) -> None:
    """REG-17."""
    async with world() as registry:
        await registry.save(service("aa"))
        saved = await registry.save(deployment("aa", current_version="v1", **fields))
        assert saved == registry.get(NAME)
        assert [field.name for field, _ in saved.ListFields()] == [
            "name",
            "metadata",
            "service_name",
            "region",
            "public_domain",
            "current_version",
        ]


async def test_later_writes_leave_the_version_alone() -> None:
    """REG-17."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2"]))
        kept = deployment("aa", current_version="v1", db_data_version="v1.0", db_location_tag="x")
        await registry.save(kept)
        changed = deployment(
            "aa",
            current_version="v2",
            db_data_version="anything",
            upgrade_state=Deployment.UpgradeState(target_version="v2"),
            available_upgrade=Deployment.AvailableUpgrade(api_version="v2"),
            data_update_statuses=[Deployment.DbUpdateTaskStatus(task_tag="x")],
            is_disabled=True,
        )
        saved = await registry.save(changed)
        assert saved.is_disabled
        assert (saved.current_version, saved.db_data_version, saved.db_location_tag) == ("v1", "v1.0", "x")
        assert not saved.HasField("upgrade_state")
        assert not saved.HasField("available_upgrade")
        assert [*saved.data_update_statuses] == []


async def test_deleting_a_deployment_takes_its_region_out_of_the_policy() -> None:
    """REG-18."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r1", "r2"]))
        await registry.save(deployment("aa", "r1"))
        await registry.save(deployment("aa", "r2"))
        revision = registry.store.revision
        assert await registry.delete("services/aa/deployments/r2")
        assert [*registry.get("services/aa").multi_region_policy.enabled_regions] == ["r1"]
        assert registry.get("services/aa/deployments/r2") is None
        assert registry.store.revision == revision + 1, "both in one transaction"


async def test_the_deployment_of_the_control_region_stays() -> None:
    """REG-18."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r1", "r2"]))
        await registry.save(deployment("aa", "r1"))
        with refused("CONTROL_REGION", NAME, "r1 is the control region of services/aa", region="r1"):
            await registry.delete(NAME)
        await registry.change("services/aa", move_control_to("r2"))
        assert await registry.delete(NAME)
        assert [*registry.get("services/aa").multi_region_policy.enabled_regions] == ["r2"]


def move_control_to(region: str) -> Any:
    def change(stored: Service) -> None:
        stored.multi_region_policy.default_control_region = region

    return change
