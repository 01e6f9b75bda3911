"""Regions: REG-6 and REG-7."""

from __future__ import annotations

import pytest

from goten.meta.v1.region_pb2 import Region
from tests.meta.refusals import refused
from tests.meta.world import deployment, service, world


async def test_meta_itself_writes_regions() -> None:
    """REG-6."""
    async with world(regions=()) as registry:
        await registry.save(Region(name="regions/r1", title="One"))
        await registry.change("regions/r1", lambda region: setattr(region, "title", "Two"))
        assert registry.get("regions/r1").title == "Two"
        await registry.save(Region(name="regions/r2"))
        assert await registry.delete("regions/r2")


@pytest.mark.parametrize(("caller", "shown"), [("", "not known"), ("devices.example.com", "devices.example.com")])
async def test_nobody_else_writes_regions(caller: str, shown: str) -> None:
    """REG-6; Design Concepts 2: "The region resources can be created/updated by meta.goten.com service only."."""
    async with world(regions=["r1"]) as registry:
        with refused("CALLER_NOT_META", "regions/r2", "only meta.goten.com", shown, code="PERMISSION_DENIED"):
            await registry.save(Region(name="regions/r2"), caller=caller)
        with refused("CALLER_NOT_META", code="PERMISSION_DENIED"):
            await registry.save(Region(name="regions/r1", title="Mine"), caller=caller)
        with refused("CALLER_NOT_META", code="PERMISSION_DENIED"):
            await registry.delete("regions/r1", caller=caller)
        assert (registry.get("regions/r2"), registry.get("regions/r1").title) == (None, "")


async def test_a_region_stays_while_a_service_enables_it() -> None:
    """REG-7."""
    async with world() as registry:
        await registry.save(service("aa", regions=["r1", "r2"]))
        with refused("REGION_ENABLED", "regions/r2", "services/aa", "multi_region_policy"):
            await registry.delete("regions/r2")
        await registry.save(service("aa", regions=["r1"]))
        assert await registry.delete("regions/r2")
        assert await registry.delete("regions/r3")


async def test_a_region_stays_while_a_deployment_of_a_service_that_is_gone_is_in_it() -> None:
    """REG-7."""
    async with world(controller=False) as registry:
        await registry.write_past_the_rules(deployment("aa", "r2"))
        with refused("REGION_DEPLOYED", "regions/r2", "services/aa/deployments/r2"):
            await registry.delete("regions/r2")


async def test_the_region_of_this_meta_stays() -> None:
    """REG-7."""
    async with world() as registry:
        with refused("OWN_REGION", "regions/r1", "it is the region of this meta.goten.com"):
            await registry.delete("regions/r1")
