"""What a Service imports, and what others import of it: REG-10 to REG-13."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goten.meta.v1.service_pb2 import Service
from goten.meta_server.rules.cycles import find_cycle
from tests.meta.refusals import invalid, refused
from tests.meta.world import deployment, service, world

Imported = Service.ImportedVersions


async def test_an_import_that_exists() -> None:
    """REG-10, REG-12."""
    async with world() as registry:
        await registry.save(service("bb", regions=["r1", "r2"]))
        await registry.save(service("cc", regions=["r1", "r2", "r3"]))
        await registry.save(service("aa", regions=["r2"], imports=["bb", "cc"]))
        await registry.save(service("aa", regions=["r2", "r1"], imports=["bb", "cc"]))


async def test_used_services_need_not_exist() -> None:
    """REG-10."""
    async with world() as registry:
        await registry.save(service("aa", uses=["bb", "cc"]))


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        (("services/cc", "v1", "v1"), "imported_versions[0].target_service", ("services/cc", "imported_services")),
        (("services/bb", "v1", "v2"), "imported_versions[0].current_service_version", ("'v2'", "all_versions")),
    ],
)
async def test_imported_versions_agree_with_the_rest(
    entry: tuple[str, str, str], field: str, words: tuple[str, ...]
) -> None:
    """REG-10."""
    target, version, own = entry
    importer = service("aa")
    importer.imported_services.append("services/bb")
    importer.imported_versions.append(
        Imported(target_service=target, target_service_version=version, current_service_version=own)
    )
    async with world() as registry:
        await registry.save(service("bb"))
        with invalid(field, *words):
            await registry.save(importer)


async def test_an_imported_version_exists() -> None:
    """REG-10: its reason is not the one that is waited for."""
    async with world() as registry:
        await registry.save(service("bb", versions=["v2"]))
        words = ("services/bb in v1", "services/bb has v2")
        with refused("IMPORT_VERSION_MISSING", *words, service="bb", version="v1"):
            await registry.save(service("aa", imports=["bb"]))
        await registry.save(service("bb", versions=["v1", "v2"]))
        await registry.save(service("aa", imports=["bb"]))


async def test_an_imported_service_that_does_not_exist() -> None:
    """REG-12."""
    async with world() as registry:
        with refused("IMPORT_NOT_AVAILABLE", "services/bb", "does not exist", service="bb", region=""):
            await registry.save(service("aa", imports=["bb"]))
        await registry.save(service("aa"))
        with refused("IMPORT_NOT_AVAILABLE", "services/bb", "deploy bb first", service="bb", region=""):
            await registry.save(service("aa", imports=["bb"]))


async def test_importing_a_service_that_is_not_in_a_region() -> None:
    """REG-12: when a Service imports another."""
    async with world() as registry:
        await registry.save(service("bb", regions=["r1"]))
        words = ("services/aa", "services/bb", "not available in r2, r3")
        with refused("IMPORT_NOT_AVAILABLE", *words, service="bb", region="r2"):
            await registry.save(service("aa", regions=["r1", "r3", "r2"], imports=["bb"]))
        await registry.save(service("aa", regions=["r1", "r2"]))
        with refused("IMPORT_NOT_AVAILABLE", service="bb", region="r2"):
            await registry.save(service("aa", regions=["r1", "r2"], imports=["bb"]))


async def test_entering_a_region_where_an_import_is_not() -> None:
    """REG-12: when a Service enters a region."""
    async with world() as registry:
        await registry.save(service("bb", regions=["r1"]))
        await registry.save(service("aa", regions=["r1"], imports=["bb"]))
        with refused("IMPORT_NOT_AVAILABLE", "services/bb", "r2", service="bb", region="r2"):
            await registry.save(service("aa", regions=["r1", "r2"], imports=["bb"]))
        await registry.save(service("bb", regions=["r1", "r2"]))
        await registry.save(service("aa", regions=["r1", "r2"], imports=["bb"]))


async def test_leaving_a_region_where_an_importer_is() -> None:
    """REG-13: by a change of the policy, and by deleting the Deployment (REG-18)."""
    async with world() as registry:
        await registry.save(service("bb", regions=["r1", "r2", "r3"]))
        await registry.save(deployment("bb", "r2"))
        await registry.save(service("aa", regions=["r1", "r2"], imports=["bb"]))
        await registry.save(service("cc", regions=["r3"], uses=["bb"]))
        await registry.save(service("bb", regions=["r1", "r2"]))
        with refused("REGION_IMPORTED", "services/bb", "services/aa", "r2", service="aa", region="r2"):
            await registry.delete("services/bb/deployments/r2")
        assert registry.get("services/bb/deployments/r2") is not None
        await registry.remove_past_the_rules("services/bb/deployments/r2")
        with refused("REGION_IMPORTED", service="aa", region="r2"):
            await registry.save(service("bb", regions=["r1"]))
        await registry.save(service("aa", regions=["r1"], imports=["bb"]))
        await registry.save(service("bb", regions=["r1"]))


async def test_dropping_a_version_that_is_imported() -> None:
    """REG-13."""
    async with world() as registry:
        await registry.save(service("bb", versions=["v1", "v2"]))
        await registry.save(service("aa", imports=["bb"]))
        with refused("VERSION_IMPORTED", "services/aa", "v1", service="aa", version="v1"):
            await registry.save(service("bb", versions=["v2"]))
        await registry.save(service("bb", versions=["v1"]))
        await registry.save(service("aa"))
        await registry.save(service("bb", versions=["v2"]))


async def test_a_cycle_is_refused_and_shown() -> None:
    """REG-11."""
    async with world() as registry:
        await registry.save(service("dd"))
        await registry.save(service("cc"))
        await registry.save(service("bb", imports=["cc", "dd"]))
        await registry.save(service("aa", imports=["bb"]))
        way = "services/cc -> services/aa -> services/bb -> services/cc"
        with refused("IMPORT_CYCLE", "services/cc", way, cycle=way):
            await registry.save(service("cc", imports=["aa"]))
        await registry.save(service("cc", uses=["aa"]))


async def test_a_service_does_not_import_itself() -> None:
    """REG-11: there is nothing to wait for, though it does not exist yet."""
    async with world() as registry:
        with refused("IMPORT_CYCLE", "services/aa -> services/aa"):
            await registry.save(service("aa", imports=["aa"]))


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = [*graph.get(start, ())]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += graph.get(one, ())
    return found


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdefg")), max_size=6))
def test_cycles_are_found_where_there_are_some(graph: dict[str, set[str]]) -> None:
    """REG-11."""
    cycle = find_cycle("a", lambda node: graph.get(node, ()))
    assert (cycle is not None) == ("a" in reachable(graph, "a"))
    if cycle is not None:
        assert cycle[0] == cycle[-1] == "a"
        assert len({*cycle}) == len(cycle) - 1
        assert all(after in graph[before] for before, after in pairwise(cycle))


def test_a_long_chain_is_no_cycle() -> None:
    """REG-11: depth is no limit."""
    assert find_cycle("0", lambda node: [str(int(node) + 1)] if int(node) < 100_000 else []) is None
