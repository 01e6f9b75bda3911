"""Registrations of older and newer binaries: REG-20."""

from __future__ import annotations

import pytest

from goten.meta.v1.service_pb2 import Service
from tests.meta.refusals import refused
from tests.meta.world import deployment, service, world

Imported = Service.ImportedVersions


async def test_an_older_registration_adds_its_region_and_its_versions() -> None:
    """REG-20."""
    async with world() as registry:
        for domain in ("bb", "cc", "dd"):
            await registry.save(service(domain, regions=["r1", "r2"]))
        newer = service("aa", imports=["bb"], versions=["v2"], display_name="New", uses=["x1"])
        newer.env_registry_generation = 2
        newer.metadata.labels["by"] = "newer"
        await registry.save(newer)
        older = service("aa", regions=["r2"], imports=["cc"], versions=["v1"], display_name="Old", uses=["x2"])
        older.imported_services.append("services/dd")
        older.env_registry_generation = 1
        older.metadata.labels["by"] = "older"
        saved = await registry.save(older)
        assert [*saved.multi_region_policy.enabled_regions] == ["r1", "r2"]
        assert saved.multi_region_policy.default_control_region == "r1"
        assert [*saved.all_versions] == ["v2", "v1"]
        assert [*saved.imported_services] == ["services/bb", "services/cc"]
        assert [(entry.current_service_version, entry.target_service) for entry in saved.imported_versions] == [
            ("v2", "services/bb"),
            ("v1", "services/cc"),
        ]
        assert ([*saved.used_services], saved.display_name) == (["services/x1"], "New")
        assert (saved.env_registry_generation, dict(saved.metadata.labels)) == (2, {"by": "newer"})


async def test_an_older_registration_does_not_replace_the_imports_of_a_version() -> None:
    """REG-20."""
    async with world() as registry:
        for domain in ("bb", "cc"):
            await registry.save(service(domain))
        await registry.save(service("aa", imports=["bb"], env_registry_generation=2))
        before = registry.get("services/aa")
        assert await registry.save(service("aa", imports=["cc"], env_registry_generation=1)) == before


async def test_what_an_older_registration_adds_is_checked() -> None:
    """REG-20, REG-12."""
    async with world() as registry:
        await registry.save(service("bb"))
        await registry.save(service("aa", imports=["bb"], env_registry_generation=2))
        with refused("IMPORT_NOT_AVAILABLE", service="bb", region="r2"):
            await registry.save(service("aa", regions=["r2"], env_registry_generation=1))


async def test_an_older_registration_leaves_a_deployment_as_it_is() -> None:
    """REG-20."""
    async with world() as registry:
        await registry.save(service("aa"))
        await registry.save(deployment("aa", public_domain="127.0.0.1:2", env_registry_generation=2))
        before = registry.get("services/aa/deployments/r1")
        saved = await registry.save(deployment("aa", public_domain="127.0.0.1:1", env_registry_generation=1))
        assert saved == registry.get("services/aa/deployments/r1") == before


@pytest.mark.parametrize(("generation", "stored"), [(0, 2), (2, 2), (3, 3)])
async def test_other_registrations_overwrite(generation: int, stored: int) -> None:
    """REG-20: the last of equal ones wins, and what carries none is no registration."""
    async with world() as registry:
        await registry.save(service("aa", display_name="A", versions=["v1", "v2"], env_registry_generation=2))
        await registry.save(deployment("aa", public_domain="127.0.0.1:2", env_registry_generation=2))
        saved = await registry.save(service("aa", display_name="B", env_registry_generation=generation))
        assert (saved.display_name, [*saved.all_versions], saved.env_registry_generation) == ("B", ["v1"], stored)
        new = deployment("aa", public_domain="127.0.0.1:1", env_registry_generation=generation)
        written = await registry.save(new)
        assert (written.public_domain, written.env_registry_generation) == ("127.0.0.1:1", stored)


async def test_a_first_generation_comes_after_none() -> None:
    """REG-20."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2"]))
        saved = await registry.save(service("aa", env_registry_generation=1))
        assert ([*saved.all_versions], saved.env_registry_generation) == (["v1"], 1)
