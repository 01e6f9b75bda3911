"""Two processes that write at the same time break no rule together: REG-1.

The first write is interrupted in front of each of its operations on the storage, and the second one runs to its end
there: all schedules in which the first is interrupted once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from goten.meta.v1.deployment_custom_pb2 import SetAvailableUpgradeRequest
from goten.meta.v1.region_pb2 import Region
from goten.meta.v1.service_pb2 import Service
from goten.refusals import Refused
from goten.storage import MemoryStorage
from goten.types.meta_pb2 import Meta, ServicesInfo
from tests.meta.broken import broken_rules
from tests.meta.storages import Preempted
from tests.meta.world import World, deployment, resource, service, world

Act = Callable[[World], Awaitable[Any]]


class Race(NamedTuple):
    before: list[Act]
    first: Act
    second: Act
    both_may: bool = False
    """Whether there is an order in which both succeed."""


def save(message: Any) -> Act:
    return lambda registry: registry.save(message)


def delete(name: str) -> Act:
    return lambda registry: registry.delete(name)


def offer(name: str, version: str) -> Act:
    request = SetAvailableUpgradeRequest(name=name, target_api_version=version, total_shards_count=2)
    return lambda registry: registry.upgrades.set_available_upgrade(request)


def take_control(name: str, region: str) -> Act:
    def change(stored: Service) -> None:
        stored.multi_region_policy.default_control_region = region

    return lambda registry: registry.change(name, change)


MANY = [f"m{number}" for number in range(70)]
"""So many regions that a transaction cannot compare all Deployments in them."""


async def deploy_in_many(registry: World) -> None:
    own = Meta(services=ServicesInfo(owning_service="aa", allowed_services=["aa"]))
    there = service("aa", regions=MANY, versions=["v2", "v1"], metadata=own)
    await registry.write_past_the_rules(*(Region(name=f"regions/{region}") for region in MANY), there)
    deployments = [deployment("aa", region, current_version="v1", metadata=own) for region in MANY]
    await registry.write_past_the_rules(*deployments)


BOTH = ["r1", "r2"]
BB = save(service("bb", regions=BOTH))
RACES = {
    "REG-7 a region goes while a service enables it": Race([], delete("regions/r2"), save(service("aa", regions=BOTH))),
    "REG-14 an import goes while it is imported": Race(
        [BB], delete("services/bb"), save(service("aa", imports=["bb"]))
    ),
    "REG-13 an import leaves a region while it is imported": Race(
        [BB], save(service("bb")), save(service("aa", regions=BOTH, imports=["bb"]))
    ),
    "REG-12 an import leaves a region while its importer enters it": Race(
        [BB, save(service("aa", imports=["bb"]))],
        save(service("bb")),
        save(service("aa", regions=BOTH, imports=["bb"])),
    ),
    "REG-13 an import drops a version while it is imported": Race(
        [save(service("bb", versions=["v1", "v2"]))],
        save(service("bb", versions=["v2"])),
        save(service("aa", imports=["bb"])),
    ),
    "REG-11 two services import each other": Race(
        [BB, save(service("aa"))], save(service("aa", imports=["bb"])), save(service("bb", imports=["aa"]))
    ),
    "REG-11 a cycle of three": Race(
        [save(service("aa")), save(service("cc", imports=["aa"])), BB],
        save(service("aa", imports=["bb"])),
        save(service("bb", imports=["cc"])),
    ),
    "REG-15 a service leaves a region while it is deployed there": Race(
        [save(service("aa", regions=BOTH))], save(service("aa")), save(deployment("aa", "r2"))
    ),
    "REG-9 a version goes while a deployment at it comes": Race(
        [save(service("aa", versions=["v1", "v2"]))],
        save(service("aa", versions=["v2"])),
        save(deployment("aa", current_version="v1")),
    ),
    "REG-9 a version goes while an upgrade to it is offered": Race(
        [save(service("aa", versions=["v1", "v2"])), save(deployment("aa", current_version="v1"))],
        save(service("aa")),
        offer("services/aa/deployments/r1", "v2"),
    ),
    "REG-9 a version goes while an upgrade to it is offered in one of many regions": Race(
        [deploy_in_many],
        save(service("aa", regions=MANY)),
        offer("services/aa/deployments/m69", "v2"),
    ),
    "REG-18 a deployment goes while its service is imported there": Race(
        [BB, save(deployment("bb", "r2"))],
        delete("services/bb/deployments/r2"),
        save(service("aa", regions=BOTH, imports=["bb"])),
    ),
    "REG-18 a deployment goes while its region takes control": Race(
        [BB, save(deployment("bb", "r2"))],
        delete("services/bb/deployments/r2"),
        take_control("services/bb", "r2"),
    ),
    "REG-14 a service goes while a resource comes": Race(
        [BB], delete("services/bb"), save(resource("bb")), both_may=True
    ),
    "REG-14 a service goes while a deployment comes": Race(
        [BB], delete("services/bb"), save(deployment("bb")), both_may=True
    ),
    "REG-21 two services begin to use a third": Race(
        [BB, save(resource("bb"))], save(service("aa", uses=["bb"])), save(service("cc", uses=["bb"])), both_may=True
    ),
    "REG-21 a used service comes with its user": Race([], save(service("aa", uses=["bb"])), BB, both_may=True),
    "REG-21 a used service goes as its user changes": Race(
        [BB, save(service("aa", uses=["bb"]))], delete("services/bb"), save(service("aa")), both_may=True
    ),
    "REG-21 a resource comes while its service gets a user": Race(
        [BB, save(resource("bb"))], save(service("aa", uses=["bb"])), save(resource("bb", "Other")), both_may=True
    ),
    "REG-21 a deployment changes while its service gets a user": Race(
        [BB, save(deployment("bb"))],
        save(deployment("bb", is_disabled=True)),
        save(service("aa", uses=["bb"])),
        both_may=True,
    ),
    "REG-20 a newer and an older binary register": Race(
        [save(service("aa"))],
        save(service("aa", display_name="new", versions=["v2"], env_registry_generation=2)),
        save(service("aa", display_name="old", versions=["v1"], env_registry_generation=1)),
        both_may=True,
    ),
}


async def interrupted(race: Race, number: int, lag: int, strict: bool) -> bool:
    """Runs the race with the first write interrupted at an operation; False where it has fewer."""
    shared = MemoryStorage()
    storage = Preempted(shared, lag=lag, strict=strict)
    async with world(shared) as calm, world(storage) as hasty:
        for act in race.before:
            await act(calm)
        await hasty.store.reached(calm.store.revision)
        refusals: list[Refused] = []

        async def attempt(act: Act, registry: World) -> None:
            try:
                await act(registry)
            except Refused as refusal:
                refusals.append(refusal)

        storage.arm(number, lambda: attempt(race.second, calm))
        await attempt(race.first, hasty)
        over = await storage.disarm()
        await calm.store.reached(hasty.store.revision)
        assert broken_rules(calm) == []
        assert race.both_may or refusals != []
        assert len(refusals) < 2
        if (stored := calm.get("services/aa")) is not None and stored.env_registry_generation:
            assert stored.display_name == "new"
        return not over


@pytest.mark.parametrize("lag", [0, 7])
@pytest.mark.parametrize("strict", [False, True], ids=["memory", "storage"])
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
async def test_no_interruption_breaks_a_rule(race: Race, turned: bool, strict: bool, lag: int) -> None:
    """REG-1: for REG-7 to REG-21; REG-20: whichever comes last, what the newer one wrote stays.

    Both where what is read comes from memory, so that only the commit can be interrupted, and where each read goes to
    the storage.
    """
    if turned:
        race = race._replace(first=race.second, second=race.first)
    number = 0
    while await interrupted(race, number, lag, strict):
        number += 1
    assert number > (2 if strict else 0)
