"""`metadata.services` and the owner of what Meta stores: REG-21 and REG-22."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from goten.descriptors import Descriptor, MessageT, NameT
from goten.meta.v1.descriptors import SERVICE
from goten.meta.v1.region_pb2 import Region
from goten.policy_context import PolicyRefused, use_policy
from goten.refusals import Refused
from goten.storage import MemoryStorage
from goten.store_middleware import SaveContext, SaveTransaction
from goten.types.meta_pb2 import Meta, ServicesInfo
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy
from tests.meta.world import META, World, deployment, resource, service, world, wrong_services

FOREIGN = Meta(services=ServicesInfo(owning_service="zz", allowed_services=["yy", "zz"]))


def allowed(registry: World, name: str) -> list[str]:
    return [*registry.get(name).metadata.services.allowed_services]


async def test_everyone_whom_a_service_concerns() -> None:
    """REG-21."""
    async with world() as registry:
        await registry.save(service("cc"))
        await registry.save(service("bb", imports=["cc"], uses=["xx", META]))
        assert allowed(registry, "services/bb") == ["bb", "cc", META, "xx"]
        await registry.save(service("aa", imports=["bb"], uses=["cc"]))
        assert allowed(registry, "services/aa") == ["aa", "bb", "cc"]
        assert allowed(registry, "services/bb") == ["aa", "bb", "cc", META, "xx"]
        assert allowed(registry, "services/cc") == ["aa", "bb", "cc"]


async def test_a_used_service_that_comes_later_knows_its_users() -> None:
    """REG-21."""
    async with world() as registry:
        await registry.save(service("aa", uses=["bb"]))
        await registry.save(service("bb"))
        assert allowed(registry, "services/bb") == ["aa", "bb"]
        assert registry.get("services/bb").metadata.services.owning_service == "bb"


async def test_who_goes_is_forgotten() -> None:
    """REG-21: by those that it knew; who still uses it keeps it."""
    async with world() as registry:
        await registry.save(service("cc"))
        await registry.save(service("bb", uses=["cc"]))
        await registry.save(service("aa", uses=["bb"]))
        await registry.save(service("aa", uses=["cc"]))
        assert allowed(registry, "services/bb") == ["bb", "cc"]
        await registry.save(service("aa", uses=["bb"]))
        await registry.delete("services/bb")
        assert allowed(registry, "services/aa") == ["aa", "bb"]
        assert allowed(registry, "services/cc") == ["cc"]


async def test_deployments_and_resources_follow() -> None:
    """REG-21, FANOUT-5."""
    async with world() as registry:
        await registry.save(service("bb"))
        await registry.save(deployment("bb"))
        await registry.save(resource("bb"))
        await registry.save(service("aa", imports=["bb"]))
        await registry.save(resource("bb", "Other"))
        for name in ("deployments/r1", "resources/Thing", "resources/Other"):
            assert allowed(registry, f"services/bb/{name}") == ["aa", "bb"]
            assert registry.get(f"services/bb/{name}").metadata.services.owning_service == "bb"


async def test_what_writes_say_of_it_counts_for_nothing() -> None:
    """REG-21."""
    async with world() as registry:
        await registry.save(service("aa", metadata=FOREIGN))
        await registry.save(deployment("aa", metadata=FOREIGN))
        await registry.save(resource("aa", metadata=FOREIGN))
        assert wrong_services(registry) == {}
        await registry.save(service("aa", metadata=FOREIGN, display_name="A"))
        await registry.save(deployment("aa", metadata=FOREIGN, is_disabled=True))
        await registry.save(resource("aa", metadata=FOREIGN, plural_name="Things"))
        assert wrong_services(registry) == {}


async def test_regions_have_none() -> None:
    """REG-21."""
    async with world(regions=()) as registry:
        saved = await registry.save(Region(name="regions/r1", metadata=FOREIGN))
        assert saved.metadata.HasField("syncing")
        assert not saved.metadata.HasField("services")


async def test_many_services_that_use_one() -> None:
    """REG-21; Design Concepts 2: "unless we reach the scale of thousands of Services"."""
    async with world() as registry:
        await registry.save(service(META))
        await registry.save(deployment(META))
        for letter in "stuvwxyz":
            await registry.write_past_the_rules(*(service(f"{letter}{n}", uses=[META]) for n in range(120)))
        await registry.save(service("aa", uses=[META]))
        assert len(allowed(registry, f"services/{META}/deployments/r1")) == 962


async def test_a_transaction_writes_one_service() -> None:
    """REG-21: what others need to know of a Service is looked up in memory, which does not have it yet."""

    async def body(transaction: SaveTransaction) -> None:
        await transaction.save(SERVICE, service("aa"))
        await transaction.save(SERVICE, service("aa", display_name="A"))
        await transaction.save(SERVICE, service("bb"))

    async with world() as registry:
        with pytest.raises(RuntimeError, match="it wrote aa before bb"):
            await registry.saver.transact(body, guarded=True)


async def test_all_belongs_to_the_control_region_of_meta() -> None:
    """REG-22."""
    async with world() as registry:
        await registry.save(service(META, regions=["r2", "r1"]))
        for message in (
            service("aa", regions=["r3"]),
            deployment("aa", "r3"),
            resource("aa"),
            Region(name="regions/r4"),
        ):
            saved: Any = await registry.save(message)
            assert saved.metadata.syncing.owning_region == "r2"
            assert [*saved.metadata.syncing.regions] == ["r1", "r2"]


async def test_before_meta_is_registered_the_server_s_region_owns_all() -> None:
    """REG-22."""
    async with world() as registry:
        saved = await registry.save(service("aa", regions=["r3"]))
        assert saved.metadata.syncing.owning_region == "r1"
        assert [*saved.metadata.syncing.regions] == ["r1"]


async def test_the_policy_in_context_decides() -> None:
    """REG-22, CONTEXT-6: PolicyGuard comes before the rules."""
    async with world() as registry:
        await registry.save(service("aa"))
        nowhere = MultiRegionPolicy(enabled_regions=["r2"], default_control_region="r1")
        with use_policy(f"//meta.goten.com/services/{META}", nowhere), pytest.raises(PolicyRefused):
            await registry.save(Region(name="regions/BAD"))


class Refusing:
    """A middleware that refuses everything."""

    async def save(
        self, context: SaveContext, descriptor: Descriptor[MessageT, NameT], old: MessageT | None, new: MessageT | None
    ) -> MessageT | None:
        raise Refused(grpc.StatusCode.UNAUTHENTICATED, "who are you")


async def test_the_chain_can_be_extended_in_front() -> None:
    storage = MemoryStorage()
    async with world(storage):
        pass
    async with world(storage, front=[Refusing()]) as registry:
        with pytest.raises(Refused, match="who are you"):
            await registry.save(Region(name="regions/BAD"), caller="")
