"""Resources: REG-19."""

from __future__ import annotations

import pytest

from goten.meta.v1.resource_pb2 import Resource
from tests.meta.refusals import invalid, not_found
from tests.meta.world import resource, service, world

NAME = "services/aa/resources/Thing"
Info = Resource.VersionedInfo


async def test_the_type_is_filled_or_agrees() -> None:
    """REG-19."""
    async with world() as registry:
        await registry.save(service("aa"))
        assert (await registry.save(resource("aa"))).fqn == "aa/Thing"
        assert (await registry.save(resource("aa", fqn="aa/Thing", plural_name="Things"))).fqn == "aa/Thing"
        for other in ("bb/Thing", "aa/thing", "Thing"):
            with invalid("fqn", other, NAME, "aa/Thing"):
                await registry.save(resource("aa", fqn=other))


async def test_its_service_exists() -> None:
    """REG-2: NOT_FOUND."""
    async with world() as registry:
        with not_found("services/aa"):
            await registry.save(resource("aa"))


async def test_versions_and_infos_are_in_order() -> None:
    """REG-19."""
    given = Resource(
        name=NAME,
        versions=["v1alpha2", "v2", "v1", "v2"],
        versioned_infos=[Info(version="v1", is_regional=True), Info(version="v1alpha2"), Info(version="v2")],
    )
    async with world() as registry:
        await registry.save(service("aa"))
        saved = await registry.save(given)
        assert [*saved.versions] == ["v2", "v1", "v1alpha2"]
        assert [*saved.versioned_infos] == [
            Info(version="v2"),
            Info(version="v1", is_regional=True),
            Info(version="v1alpha2"),
        ]
        given.versioned_infos.pop(0)
        assert [info.version for info in (await registry.save(given)).versioned_infos] == ["v2", "v1alpha2"]


@pytest.mark.parametrize(
    ("versions", "infos", "place"), [(["v1"], ["v1", "v2"], 1), (["v1", "v2"], ["v2", "v1", "v2"], 2), ([], ["v1"], 0)]
)
async def test_infos_of_versions_that_are_not_there_once(versions: list[str], infos: list[str], place: int) -> None:
    """REG-19."""
    given = Resource(name=NAME, versions=versions, versioned_infos=[Info(version=version) for version in infos])
    async with world() as registry:
        await registry.save(service("aa"))
        with invalid(f"versioned_infos[{place}].version", infos[place]):
            await registry.save(given)
