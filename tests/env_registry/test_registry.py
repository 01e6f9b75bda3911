"""EnvRegistry beside a real Meta: registration, discovery, subscriptions, channels, life."""

from __future__ import annotations

import asyncio

import pytest

from goten.channels import UnknownService
from goten.env_registry import (
    Changes,
    EnvRegistry,
    EnvRegistryOptions,
    NotReady,
    Phase,
    RegistrationRefused,
    Snapshot,
    Starter,
    StartTimeout,
)
from goten.meta.v1.deployment_pb2 import Deployment
from goten.registration import RuntimeKind
from tests.env_registry.leaks import own_tasks
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.samples import registration

DEVICES, IAM, AUDIT = "devices.example.com", "iam.example.com", "audit.example.com"
META = "meta.goten.com"


def seen_by(registry: EnvRegistry) -> set[str]:
    """The services that it sees beside Meta, which everyone sees."""
    services = {*registry.environment.services}
    assert META in services
    return services - {META}


# --- registration ----------------------------------------------------------------------------------------------------


async def test_the_first_deployment_creates_the_service_and_everything_below_it(town: Neighbourhood) -> None:
    """ENV-1, ENV-4, ENV-6, ENV-7; Design Concepts 2: "The service resource is created by the first deployment"."""
    registry = await town.start(DEVICES, "us-west2", "v2", "v1", public_domain="127.0.0.1:9001")
    service = await town.service(DEVICES)
    assert list(service.all_versions) == ["v2", "v1"]
    assert service.multi_region_policy.default_control_region == "us-west2"
    assert registry.service.name == service.name
    assert registry.deployment.public_domain == "127.0.0.1:9001"
    assert registry.deployment.current_version == "v2"
    [resource] = await town.meta.resources(service.name)
    assert list(resource.versions) == ["v2", "v1"]


async def test_the_next_region_updates_the_service(town: Neighbourhood) -> None:
    """ENV-3; Design Concepts 2: "where field-enabled regions contain a new region ID"."""
    first = await town.start(DEVICES)
    await town.start(DEVICES, "eastus2")
    service = await town.service(DEVICES)
    assert list(service.multi_region_policy.enabled_regions) == ["us-west2", "eastus2"]
    await until(lambda: first.environment.deployment(DEVICES, "eastus2") is not None)


async def test_many_processes_of_one_service_start_together(town: Neighbourhood) -> None:
    """ENV-1; seed 2: "they may initially be sending clashing create requests. We are fine with those minor races"."""
    registries = [
        town.registry(registration(*versions, domain=DEVICES), region, deadline=60.0)
        for region in ("us-west2", "eastus2")
        for versions in (("v1",), ("v2", "v1"), ("v2",))
        for _ in range(4)
    ]
    await asyncio.gather(*(registry.start() for registry in registries))
    service = await town.service(DEVICES)
    assert {*service.multi_region_policy.enabled_regions} == {"us-west2", "eastus2"}
    assert list(service.all_versions) == ["v2", "v1"]
    [resource] = await town.meta.resources(service.name)
    assert list(resource.versions) == ["v2", "v1"]
    revision = town.app.store.revision
    await asyncio.sleep(0.2)
    assert town.app.store.revision == revision, "ENV-5: all are at rest"


async def test_waits_for_the_services_that_it_imports(town: Neighbourhood) -> None:
    """ENV-20, ENV-10"""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: "iam.example.com" in registry.status.reason)
    assert not starting.done()
    await town.start(IAM)
    await starting
    assert registry.environment.deployment(IAM, "us-west2") is not None
    assert registry.environment.imported_version(DEVICES, "v1", IAM) == "v1"


async def test_the_deadline_names_step_peer_and_reason(town: Neighbourhood) -> None:
    """ENV-20"""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}), deadline=0.3)
    with pytest.raises(StartTimeout) as caught:
        await registry.start()
    assert (caught.value.step, caught.value.peer) == ("register service", town.address)
    assert "services/iam.example.com, which does not exist" in caught.value.reason
    assert registry.status.phase is Phase.STOPPED
    assert own_tasks() == set()


async def test_every_other_refusal_ends_the_start(town: Neighbourhood) -> None:
    """ENV-20: a region that nobody knows."""
    with pytest.raises(RegistrationRefused, match="westeurope"):
        await town.start(DEVICES, "westeurope")
    assert own_tasks() == set()


async def test_a_second_deployment_in_one_region_is_refused(town: Neighbourhood) -> None:
    """ENV-6"""
    await town.start(DEVICES, public_domain="127.0.0.1:9001")
    with pytest.raises(RegistrationRefused, match=r"127\.0\.0\.1:9001 already, and this process at 127\.0\.0\.1:9002"):
        await town.start(DEVICES, public_domain="127.0.0.1:9002")


async def test_what_is_deleted_or_changed_by_hand_is_made_right_again(town: Neighbourhood) -> None:
    """ENV-21"""
    registry = await town.start(DEVICES, "us-west2", "v2", "v1")
    await town.change_service(DEVICES, "all_versions", all_versions=["v2"])

    async def has_v1() -> bool:
        return "v1" in (await town.service(DEVICES)).all_versions

    await until(has_v1)
    await town.delete_service(DEVICES)

    async def is_back() -> bool:
        found = await town.meta.deployment(f"services/{DEVICES}/deployments/us-west2")
        return found is not None and bool(await town.meta.resources(f"services/{DEVICES}"))

    await until(is_back)
    await until(lambda: registry.environment.deployment(DEVICES, "us-west2") is not None)


# --- surroundings ----------------------------------------------------------------------------------------------------


async def test_sees_what_it_uses_and_what_uses_it_and_no_neighbours(town: Neighbourhood) -> None:
    """ENV-9; Design Concepts 2: "they won't be able to see neighbors"."""
    iam = await town.start(IAM)
    devices = await town.start(DEVICES, imports={IAM: "v1"})
    other = await town.start("other.example.com", imports={IAM: "v1"})
    user = await town.start(AUDIT, used_services=(DEVICES,))
    await until(lambda: seen_by(iam) == {IAM, DEVICES, "other.example.com"})
    await until(lambda: seen_by(devices) == {DEVICES, IAM, AUDIT})
    assert seen_by(other) == {"other.example.com", IAM}
    assert seen_by(user) == {AUDIT, DEVICES}
    assert {*iam.environment.deployments} == {IAM, DEVICES, "other.example.com", META}


async def test_nothing_is_answered_before_it_is_ready_or_after_its_end(town: Neighbourhood) -> None:
    """ENV-10; Design Concepts 2: "it must block till initialization is completed"."""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: registry.status.reason != "")
    for ask in (
        lambda: registry.environment,
        lambda: registry.service,
        lambda: registry.deployment,
        lambda: registry.policy(IAM),
        lambda: registry.channel(IAM, "v1"),
        registry.subscribe,
    ):
        with pytest.raises(NotReady, match="starting"):
            ask()
    with pytest.raises(NotReady):
        await registry.regions()
    await town.start(IAM)
    await starting
    await registry.stop()
    with pytest.raises(NotReady, match="stopped"):
        _ = registry.environment


async def test_knows_itself(town: Neighbourhood) -> None:
    """Design Concepts 2: "it has getters for self Deployment and Service"."""
    registry = await town.start(DEVICES, "eastus2")
    assert registry.service.name == f"services/{DEVICES}"
    assert registry.deployment.name == f"services/{DEVICES}/deployments/eastus2"
    policy = registry.policy(DEVICES)
    assert policy is not None
    assert list(policy.enabled_regions) == ["eastus2"]
    assert registry.policy("nobody.example.com") is None


async def test_regions_and_resources_are_asked_for(town: Neighbourhood) -> None:
    """ENV-12; Design Concepts 2: "We don't need real-time watch updates of regions and resources"."""
    registry = await town.start(DEVICES, lists_max_age=30.0)
    regions = await registry.regions()
    assert [region.name for region in regions.value] == ["regions/eastus2", "regions/us-west2"]
    assert regions.age == 0
    assert (await registry.regions()).age > 0
    assert [resource.fqn for resource in (await registry.resources(DEVICES)).value] == [f"{DEVICES}/Device"]


async def test_a_subscriber_gets_the_past_and_then_every_change(town: Neighbourhood) -> None:
    """ENV-13; Design Concepts 2: "When they attach, they must get a snapshot of past events"."""
    registry = await town.start(IAM)
    async with registry.subscribe() as subscription:
        snapshot = await anext(subscription)
        assert isinstance(snapshot, Snapshot)
        assert {*snapshot.services} == {IAM, META}
        await town.start(DEVICES, imports={IAM: "v1"})
        seen: set[str] = set()
        while len(seen) < 2:
            changes = await anext(subscription)
            assert isinstance(changes, Changes)
            seen |= {change.name for change in changes.changes if change.before is None}
        assert seen == {f"services/{DEVICES}", f"services/{DEVICES}/deployments/us-west2"}
        assert registry.status.subscribers == 1
    assert registry.status.subscribers == 0


# --- channels --------------------------------------------------------------------------------------------------------


async def test_channels_follow_their_endpoints(town: Neighbourhood) -> None:
    """ENV-15, ENV-17"""
    await town.start(IAM, public_domain="127.0.0.1:9001")
    registry = await town.start(DEVICES, imports={IAM: "v1"})
    channel = registry.channel(IAM, "v1")
    assert registry.channel(IAM, "v1", "us-west2") is channel
    with pytest.raises(UnknownService, match="eastus2"):
        registry.channel(IAM, "v1", "eastus2")
    assert registry.dial(IAM, "v1", "eastus2", other_region=True) is channel
    await town.start(IAM, public_domain="127.0.0.1:9002", replace_endpoint=True)
    await until(lambda: registry.channel(IAM, "v1") is not channel)


# --- life ------------------------------------------------------------------------------------------------------------


async def test_a_stop_leaves_nothing_behind_and_ends_readers(town: Neighbourhood) -> None:
    """ENV-22"""
    registry = await town.start(DEVICES)
    assert own_tasks() != set()
    subscription = registry.subscribe()
    await registry.stop()
    await registry.stop()
    assert own_tasks() == set()
    assert [item async for item in subscription][1:] == []
    assert registry.status.phase is Phase.STOPPED
    with pytest.raises(RuntimeError, match="started before"):
        await registry.start()


async def test_takes_its_deployment_out_of_service_when_asked(town: Neighbourhood) -> None:
    """ENV-22; the next start puts it back."""
    iam = await town.start(IAM)
    devices = await town.start(DEVICES, imports={IAM: "v1"})

    def seen() -> Deployment | None:
        return iam.environment.deployment(DEVICES, "us-west2")

    await devices.stop(disable=True)
    await until(lambda: (found := seen()) is not None and found.is_disabled)
    await town.start(DEVICES, imports={IAM: "v1"})
    await until(lambda: (found := seen()) is not None and not found.is_disabled)


@pytest.mark.parametrize("runtime", list(RuntimeKind))
async def test_wrong_combinations_are_refused_with_an_explanation(runtime: RuntimeKind) -> None:
    """ENV-19; Design Concepts 2: "Server instance of meta.goten.com must use local-mode EnvRegistry"."""
    from goten.meta.v1.env_registry import REGISTRATION

    options = EnvRegistryOptions(region="us-west2", meta="127.0.0.1:1", deadline=0.1, jitter=0)
    if runtime is RuntimeKind.SERVER:
        with pytest.raises(RegistrationRefused, match="local mode"):
            await Starter(options).start((REGISTRATION,), runtime)
    else:
        with pytest.raises(RegistrationRefused, match="local mode is for the server of meta"):
            await Starter(options, meta_channel=object()).start((REGISTRATION,), runtime)


def test_options_come_from_the_environment() -> None:
    options = EnvRegistryOptions.from_environment({"GOTEN_REGION": "eastus2", "GOTEN_META": "127.0.0.1:1"})
    assert (options.region, options.meta_address) == ("eastus2", "127.0.0.1:1")
    said = EnvRegistryOptions.from_environment({"GOTEN_REGION": "eastus2", "GOTEN_DISABLE_AT_STOP": "1"})
    assert (said.disable_at_stop, options.disable_at_stop) == (True, False)
    with pytest.raises(ValueError, match="GOTEN_REGION"):
        EnvRegistryOptions.from_environment({})


async def test_a_process_that_left_may_come_back_at_another_endpoint(town: Neighbourhood) -> None:
    """ENV-6, ENV-22"""
    first = await town.start(DEVICES, public_domain="127.0.0.1:9001")
    await first.stop(disable=True)
    second = await town.start(DEVICES, public_domain="127.0.0.1:9002")
    assert second.deployment.public_domain == "127.0.0.1:9002"
    assert not second.deployment.is_disabled
