"""docs/meta-rules.md shows every refusal with the text that it really has."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.meta_server.upgrade import Target, begin, notify, set_available
from goten.meta_server.upgrade_tasks import get_or_register, report
from goten.refusals import Refused
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.meta.world import World, deployment, service, world

REPO = Path(__file__).parents[2]
PAGE = (REPO / "docs/meta-rules.md").read_text()
RULES = [(REPO / "spec/protocol" / page).read_text() for page in ("registry.md", "upgrades.md")]

DEVICES, IDENTITY = "devices.example.com", "identity.example.com"
REGIONS = ("eu", "us")


async def prepare(registry: World) -> None:
    """Devices imports identity; both are in eu and us, and deployed in eu; devices in us too."""
    await registry.save(service(IDENTITY, regions=REGIONS, versions=["v2", "v1"]))
    await registry.save(service(DEVICES, regions=REGIONS, imports=[IDENTITY], versions=["v1", "v2"]))
    await registry.save(deployment(IDENTITY, "eu", current_version="v2"))
    await registry.save(deployment(DEVICES, "eu", current_version="v1"))
    await registry.save(deployment(DEVICES, "us", current_version="v1"))


def imports_of_version(version: str) -> Service:
    importer = service("aa.example.com", regions=["eu"], imports=[IDENTITY])
    importer.imported_versions[0].target_service_version = version
    return importer


def without_control_region() -> Service:
    policy = MultiRegionPolicy(enabled_regions=["eu", "us"])
    return Service(name="services/aa.example.com", multi_region_policy=policy)


def upgraded(act: Callable[[Any, Service], object], *, begun: bool = False) -> Callable[[World], Awaitable[object]]:
    async def provoke(registry: World) -> None:
        stored = deployment(DEVICES, "eu", current_version="v1")
        offered = service(DEVICES, versions=["v1alpha1", "v1", "v2"])
        if begun:
            set_available(stored, offered, Target("v2", "", "", 4))
            begin(stored)
        get_or_register(stored, "reindex", 4, "v2.0")
        act(stored, offered)

    return provoke


CASES: dict[str, Callable[[World], Awaitable[object]]] = {
    "CALLER_NOT_META": lambda registry: registry.save(Region(name="regions/mars"), caller=DEVICES),
    "REGION_ENABLED": lambda registry: registry.delete("regions/us"),
    "OWN_REGION": lambda registry: registry.delete("regions/r1"),
    "REGION_MISSING": lambda registry: registry.save(service(DEVICES, regions=["eu", "us", "mars"], versions=["v1"])),
    "VERSION_DEPLOYED": lambda registry: registry.save(service(DEVICES, regions=REGIONS, versions=["v2"])),
    "IMPORT_VERSION_MISSING": lambda registry: registry.save(imports_of_version("v3")),
    "IMPORT_CYCLE": lambda registry: registry.save(
        service(IDENTITY, regions=REGIONS, imports=[DEVICES], versions=["v1", "v2"])
    ),
    "IMPORT_NOT_AVAILABLE": lambda registry: registry.save(
        service("aa.example.com", regions=["eu", "asia"], imports=[IDENTITY])
    ),
    "IMPORT_NOT_AVAILABLE (no such service)": lambda registry: registry.save(
        service("aa.example.com", regions=["eu"], imports=["audit.example.com"])
    ),
    "REGION_IMPORTED": lambda registry: registry.save(service(IDENTITY, regions=["eu"], versions=["v2", "v1"])),
    "VERSION_IMPORTED": lambda registry: registry.save(service(IDENTITY, regions=REGIONS, versions=["v2"])),
    "SERVICE_IMPORTED": lambda registry: registry.delete(f"services/{IDENTITY}"),
    "REGION_NOT_ENABLED": lambda registry: registry.save(deployment(DEVICES, "asia")),
    "REGION_DEPLOYED": lambda registry: registry.save(service(DEVICES, regions=["eu"], versions=["v2", "v1"])),
    "VERSION_MISSING": lambda registry: registry.save(deployment(IDENTITY, "us", current_version="v3")),
    "CONTROL_REGION": lambda registry: registry.delete(f"services/{DEVICES}/deployments/eu"),
    "INVALID_ARGUMENT (id)": lambda registry: registry.save(Region(name="regions/US_West")),
    "INVALID_ARGUMENT (version)": lambda registry: registry.save(service("aa.example.com", versions=["stable"])),
    "INVALID_ARGUMENT (control region)": lambda registry: registry.save(without_control_region()),
    "INVALID_ARGUMENT (endpoint)": lambda registry: registry.save(
        deployment(IDENTITY, "us", public_domain="https://identity.example.com")
    ),
    "VERSION_OLDER": upgraded(lambda stored, known: set_available(stored, known, Target("v1alpha1", "", "", 4))),
    "UPGRADE_IN_PROGRESS": upgraded(
        lambda stored, known: set_available(stored, known, Target("v2", "v2.0", "", 8)), begun=True
    ),
    "NO_AVAILABLE_UPGRADE": upgraded(lambda stored, known: begin(stored)),
    "OTHER_SHARDS": upgraded(lambda stored, known: notify(stored, 0, 8, True, 8), begun=True),
    "OTHER_TASK": upgraded(lambda stored, known: get_or_register(stored, "reindex", 4, "v3.0")),
    "NO_TASK": upgraded(lambda stored, known: report(stored, "compress", 0, False, None, "v2.0")),
}
SEEN_ELSEWHERE = {"SERVICE_BEING_DELETED", "STORE_OF_OTHER_REGION"}
"""The moment at which it is refused has to be made; it is refused at start."""


def reason_of(error: Refused) -> str:
    reasons = [detail.reason for detail in error.details if hasattr(detail, "reason")]
    return reasons[0] if reasons else error.code.name


@pytest.mark.parametrize("case", CASES)
async def test_the_page_has_the_text(case: str) -> None:
    """REG-2."""
    async with world(regions=["r1", "eu", "us", "asia"]) as registry:
        await prepare(registry)
        with pytest.raises(Refused) as caught:
            await CASES[case](registry)
    assert reason_of(caught.value) == case.partition(" ")[0]
    assert f"    {caught.value.message}\n" in PAGE, caught.value.message


def test_the_page_has_every_reason() -> None:
    """REG-2: those of the rules' pages, and no other."""
    reasons = {reason for page in RULES for reason in re.findall(r"`([A-Z]+_[A-Z_]+)`", page)}
    shown = {*re.findall(r"^\*\*`?([A-Z_]+)", PAGE, re.MULTILINE)}
    assert reasons == shown - {"INVALID_ARGUMENT"}
    assert reasons == {case.partition(" ")[0] for case in CASES} - {"INVALID_ARGUMENT"} | SEEN_ELSEWHERE
