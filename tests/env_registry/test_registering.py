"""Registration among other processes, hands and restarts (ENV-1 to ENV-8, ENV-20, ENV-21)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from grpc import StatusCode

from goten.channels import UnknownService
from goten.env_registry import (
    CallFailed,
    Change,
    EnvRegistry,
    NotInMeta,
    Phase,
    RegistrationRefused,
    Snapshot,
    Subscription,
)
from goten.env_registry.plans import Update
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.service_pb2 import Service
from goten.registration import RuntimeKind
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.proxy import Answer, Proxy, failed
from tests.env_registry.samples import registration

DEVICES, IAM, AUDIT = "devices.example.com", "iam.example.com", "audit.example.com"
REGIONS = ("us-west2", "eastus2")


async def at_rest(town: Neighbourhood, seconds: float = 0.3) -> int:
    """The revision of Meta, once nobody has written for so long."""
    async with asyncio.timeout(15):
        while True:
            revision = town.app.store.revision
            await asyncio.sleep(seconds)
            if town.app.store.revision == revision:
                return revision


# --- many processes --------------------------------------------------------------------------------------------------


async def start_together(town: Neighbourhood, count: int) -> list[EnvRegistry]:
    """Processes of one service in both regions, of three binaries and two generations."""
    binaries: tuple[tuple[tuple[str, ...], int, dict[str, str]], ...]
    binaries = ((("v1",), 1, {}), (("v2", "v1"), 2, {IAM: "v1"}), (("v2",), 2, {IAM: "v1"}))
    registries = []
    for number in range(count):
        versions, generation, imports = binaries[number % 3]
        registered = registration(*versions, domain=DEVICES, generation=generation, imports=imports)
        registries.append(town.registry(registered, REGIONS[number // 3 % 2], deadline=90.0, jitter=0.2))
    await asyncio.gather(*(registry.start() for registry in registries))
    return registries


@pytest.mark.parametrize("count", [24, pytest.param(100, marks=pytest.mark.full)])
async def test_many_processes_of_one_service_start_at_once(town: Neighbourhood, count: int) -> None:
    """ENV-1, ENV-3, ENV-5; Design Concepts 2: "transactions in Meta service, coupled with CAS requests made by
    EnvRegistry, ensure eventual consistency"."""
    for region in REGIONS:
        await town.start(IAM, region)
    registries = await start_together(town, count)
    service = await town.service(DEVICES)
    assert {*service.multi_region_policy.enabled_regions} == {*REGIONS}
    assert list(service.all_versions) == ["v2", "v1"]
    assert {(entry.current_service_version, entry.target_service) for entry in service.imported_versions} == {
        ("v1", f"services/{IAM}"),
        ("v2", f"services/{IAM}"),
    }
    assert service.env_registry_generation == 2
    [resource] = await town.meta.resources(service.name)
    assert list(resource.versions) == ["v2", "v1"]
    for registry in registries:
        assert registry.status.phase is Phase.READY
        assert registry.environment.deployments_of(DEVICES).keys() <= {*REGIONS}
    revision = await at_rest(town)
    assert revision == await at_rest(town), "nobody writes any more"


async def test_clashing_creates_end_well(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-1, ENV-7; Design Concepts 2: "initially be sending clashing create requests. We are fine with those minor
    races"."""
    together = asyncio.Barrier(3)

    async def side_by_side(name: str) -> None:
        if name.startswith("Create") and proxy.calls.count(name) <= together.parties:
            await together.wait()

    proxy.before = side_by_side
    kinds = (RuntimeKind.SERVER, RuntimeKind.CONTROLLER, RuntimeKind.DB_CONTROLLER)
    pods = [town.registry(registration(domain=DEVICES), meta=proxy.address, runtime=kind) for kind in kinds]
    await asyncio.gather(*(pod.start() for pod in pods))
    for create in ("CreateService", "CreateDeployment", "CreateResource"):
        assert proxy.calls.count(create) >= 3
    assert len(await town.meta.resources(f"services/{DEVICES}")) == 1


# --- upgrades --------------------------------------------------------------------------------------------------------


async def test_a_rolling_upgrade_and_its_rollback(town: Neighbourhood) -> None:
    """ENV-3, ENV-5, ENV-6, ENV-10: versions and imports change while others run, and start again in between."""
    for domain in (IAM, AUDIT):
        for region in REGIONS:
            await town.start(domain, region)
    old = {"imports": {AUDIT: "v1"}, "generation": 1}
    new = {"imports": {IAM: "v1"}, "generation": 2}
    first = [await town.start(DEVICES, region, "v1", **old) for region in REGIONS]
    upgraded = await town.start(DEVICES, "us-west2", "v2", "v1", **new)
    assert upgraded.environment.imported_version(DEVICES, "v1", IAM) == "v1"
    again = await town.start(DEVICES, "eastus2", "v1", **old)
    await until(lambda: first[0].environment.imported_version(DEVICES, "v2", IAM) == "v1")
    for process in (*first, again):
        assert process.environment.deployments_of(AUDIT).keys() == {*REGIONS}, (
            "what was built with it goes on seeing it"
        )
        assert process.environment.imported_version(DEVICES, "v1", AUDIT) is None
    await first[0].stop()
    await town.start(DEVICES, "eastus2", "v2", "v1", **new)
    back = [await town.start(DEVICES, region, "v1", **old) for region in REGIONS]
    revision = await at_rest(town)
    service = await town.service(DEVICES)
    assert (list(service.all_versions), service.env_registry_generation) == (["v2", "v1"], 2)
    assert list(service.imported_services) == [f"services/{IAM}"]
    for process in back:
        assert process.deployment.current_version == "v1"
        assert process.environment.deployments_of(AUDIT).keys() == {*REGIONS}
    assert revision == await at_rest(town)


async def test_equal_generations_with_other_imports_do_not_fight(town: Neighbourhood) -> None:
    """ENV-5: someone forgot to raise the generation."""
    for domain in (IAM, AUDIT):
        await town.start(domain)
    one = await town.start(DEVICES, imports={IAM: "v1"})
    other = await town.start(DEVICES, imports={AUDIT: "v1"})
    revision = await at_rest(town)
    for process in (one, other):
        assert {IAM, AUDIT} <= {*process.environment.deployments}
    assert revision == await at_rest(town)


# --- hands -----------------------------------------------------------------------------------------------------------


async def test_a_deleted_service_is_back_with_all_its_processes(town: Neighbourhood) -> None:
    """ENV-21"""
    processes = [await town.start(DEVICES, region, *versions) for region in REGIONS for versions in (("v1",), ("v2",))]
    for _ in range(3):
        await town.delete_service(DEVICES)

        async def whole() -> bool:
            service = await town.meta.service(f"services/{DEVICES}")
            return (
                service is not None
                and {*service.multi_region_policy.enabled_regions} == {*REGIONS}
                and list(service.all_versions) == ["v2", "v1"]
                and len(await town.meta.resources(service.name)) == 1
            )

        await until(whole)
        for process in processes:
            await until(lambda process=process: len(process.environment.deployments_of(DEVICES)) == 2)
            assert process.status.phase is Phase.READY
    await at_rest(town)


async def test_a_service_that_is_deleted_while_a_process_starts_is_created_again(
    town: Neighbourhood, proxy: Proxy
) -> None:
    """ENV-10, ENV-21: between any two steps; what is imported is in sight all the same."""
    for region in REGIONS:
        await town.start(IAM, region)
    await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address)
    for step in range(1, len(proxy.calls) + 1):
        domain = f"s{step}.example.com"
        await _start_among_deletions(town, proxy, domain, step)


async def _start_among_deletions(town: Neighbourhood, proxy: Proxy, domain: str, step: int) -> None:
    proxy.calls.clear()

    async def delete_first(name: str) -> None:
        if len(proxy.calls) == step and await town.meta.service(f"services/{domain}") is not None:
            await town.delete_service(domain)

    proxy.before = delete_first
    registry = await town.start(domain, imports={IAM: "v1"}, meta=proxy.address)
    assert registry.environment.deployments_of(IAM).keys() == {*REGIONS}, step
    assert registry.environment.deployment(domain, "us-west2") is not None, step
    proxy.reset()
    await registry.stop()


async def test_a_deployment_that_is_deleted_is_back(town: Neighbourhood) -> None:
    """ENV-21; Design Concepts 2: "Each deployment is responsible for its deployment resource in Meta"."""
    await town.start(DEVICES)
    registry = await town.start(DEVICES, "eastus2")
    await town.delete_deployment(DEVICES, "eastus2")

    async def is_back() -> bool:
        service = await town.service(DEVICES)
        found = await town.meta.deployment(f"services/{DEVICES}/deployments/eastus2")
        return found is not None and "eastus2" in service.multi_region_policy.enabled_regions

    await until(is_back)
    await until(lambda: "eastus2" in registry.environment.deployments_of(DEVICES))


async def test_whoever_adds_used_services_is_left_alone(town: Neighbourhood) -> None:
    """ENV-3, ENV-5: no ping-pong, also where it adds them as soon as they are missing, as the Edge profile does."""
    wanted = {f"services/{AUDIT}", f"services/{IAM}"}
    added = 0

    async def keep_adding() -> None:
        nonlocal added
        while True:
            stored = await town.meta.service(f"services/{DEVICES}")
            if stored is not None and not wanted <= {*stored.used_services}:
                changed = Service()
                changed.CopyFrom(stored)
                changed.used_services.extend(wanted - {*stored.used_services})
                # Where another was faster, it looks again.
                with suppress(CallFailed):
                    await town.meta.write_service(Update(changed, stored, ("used_services",)))
                    added += 1
            await asyncio.sleep(0.005)

    adding = asyncio.create_task(keep_adding())
    for number in range(6):
        await town.start(
            DEVICES, REGIONS[number % 2], generation=1 + number % 3, used_services=(f"u{number}.example.com",)
        )
    revision = await at_rest(town)
    adding.cancel()
    await asyncio.gather(adding, return_exceptions=True)
    used = {*(await town.service(DEVICES)).used_services}
    assert wanted <= used
    assert {f"services/u{number}.example.com" for number in (0, 1, 2, 5)} <= used
    assert added == 1
    assert revision == await at_rest(town)


async def test_what_is_taken_away_again_and_again_is_not_brought_back_in_a_hurry(town: Neighbourhood) -> None:
    """ENV-21: the pauses grow."""
    registry = await town.start(DEVICES, "us-west2", "v2", "v1", jitter=0.0)
    attempts = 0
    async with registry.subscribe(services=[DEVICES]) as news, asyncio.timeout(10):
        await anext(news)
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < 1.5:
            if "v1" in (await town.service(DEVICES)).all_versions:
                await town.change_service(DEVICES, "all_versions", all_versions=["v2"])
                attempts += 1
            await asyncio.sleep(0.001)
    # QUICK: pauses of 10 ms that grow to 100 ms, each shortened by a half at most; each round writes twice at most.
    assert 5 < attempts < 90
    assert registry.status.phase is Phase.READY


async def test_a_refusal_after_the_start_is_visible_and_heals(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-18, ENV-20, ENV-21"""
    registry = await town.start(DEVICES, "us-west2", "v2", "v1", meta=proxy.address)

    async def refuse(name: str, request: bytes, meta: Answer) -> bytes:
        if name == "UpdateService":
            raise failed(StatusCode.PERMISSION_DENIED, "not you")
        return await meta(request)

    proxy.unary = refuse
    await town.change_service(DEVICES, "all_versions", all_versions=["v2"])
    await until(lambda: "not you" in registry.status.reason)
    assert registry.status.phase is Phase.READY
    assert list(registry.service.all_versions) == ["v2"]
    proxy.reset()
    await town.change_service(DEVICES, "display_name", display_name="something else changes")
    await until(lambda: list(registry.service.all_versions) == ["v2", "v1"])
    await until(lambda: registry.status.reason == "")


# --- restarts --------------------------------------------------------------------------------------------------------


async def calls_of_a_start(town: Neighbourhood, proxy: Proxy) -> int:
    """How many RPCs a first start makes, watches included."""
    await (await town.start("first.example.com", imports={IAM: "v1"}, meta=proxy.address)).stop()
    count = len(proxy.calls)
    assert count >= 10
    return count


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
async def test_meta_restarts_between_any_two_steps(lasting_town: Neighbourhood, answered: bool) -> None:
    """ENV-20: `after`: what it answered is lost with it."""
    town = lasting_town
    async with Proxy(town.address) as proxy:
        await town.start(IAM)
        for step in range(1, await calls_of_a_start(town, proxy) + 1):
            await _restart_at(town, proxy, step, answered)


async def _restart_at(town: Neighbourhood, proxy: Proxy, step: int, answered: bool) -> None:
    proxy.calls.clear()
    restarted = False

    async def restart_first(name: str) -> None:
        nonlocal restarted
        if len(proxy.calls) >= step and not restarted and (not answered or name.startswith("Watch")):
            restarted = True
            await town.restart()

    async def restart_then(name: str, request: bytes, meta: Answer) -> bytes:
        nonlocal restarted
        if len(proxy.calls) < step or restarted:
            return await meta(request)
        restarted = True
        await meta(request)
        await town.restart()
        raise failed(StatusCode.UNAVAILABLE, "the connection is lost")

    proxy.before, proxy.unary = restart_first, restart_then
    domain = f"s{step}.example.com"
    registry = await town.start(domain, imports={IAM: "v1"}, meta=proxy.address, public_domain="127.0.0.1:9001")
    assert restarted
    assert registry.environment.deployments_of(IAM).keys() == {"us-west2"}
    assert registry.deployment.public_domain == "127.0.0.1:9001"
    assert len(await town.meta.resources(f"services/{domain}")) == 1
    proxy.reset()
    await registry.stop()


async def test_every_call_may_fail_twice(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20: Meta that cannot be reached, or is busy, is waited for."""
    await town.start(IAM)
    transient = (
        StatusCode.UNAVAILABLE,
        StatusCode.DEADLINE_EXCEEDED,
        StatusCode.RESOURCE_EXHAUSTED,
        StatusCode.INTERNAL,
        StatusCode.UNKNOWN,
        StatusCode.CANCELLED,
        StatusCode.DATA_LOSS,
        StatusCode.ABORTED,
    )
    failures: dict[str, int] = {}

    async def fail(name: str, request: bytes, meta: Answer) -> bytes:
        failures[name] = failures.get(name, 0) + 1
        if failures[name] <= 2:
            raise failed(transient[len(failures) % len(transient)])
        return await meta(request)

    proxy.unary = fail
    registry = await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address)
    assert {"GetService", "CreateService", "CreateDeployment", "CreateResource", "UpdateService"} <= {*failures}
    assert registry.status.reason == ""


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "INVALID_ARGUMENT", "UNIMPLEMENTED", "UNAUTHENTICATED"])
async def test_what_no_waiting_heals_ends_the_start(town: Neighbourhood, proxy: Proxy, code: str) -> None:
    """ENV-20"""

    async def refuse(name: str, request: bytes, meta: Answer) -> bytes:
        if name == "CreateDeployment":
            raise failed(StatusCode[code], "so it is")
        return await meta(request)

    proxy.unary = refuse
    with pytest.raises(RegistrationRefused, match=f"CreateDeployment: {code}: so it is"):
        await town.start(DEVICES, meta=proxy.address)


# --- the deployment's service ----------------------------------------------------------------------------------------


async def test_a_restart_that_overlaps_leaves_the_deployment_in_service(town: Neighbourhood) -> None:
    """ENV-22: the new process is there before the old one goes; nobody sees the deployment out of service."""
    iam = await town.start(IAM)
    old = await town.start(DEVICES, imports={IAM: "v1"}, disable_at_stop=True)
    new = await town.start(DEVICES, imports={IAM: "v1"}, disable_at_stop=True)
    async with iam.subscribe(services=[DEVICES]) as news:
        await old.stop()
        await old.stop(disable=True)
        await town.change_service(DEVICES, "display_name", display_name="the end")
        changes = [change async for change in _changes_until(news, "the end")]
        assert not any(isinstance(change.after, Deployment) and change.after.is_disabled for change in changes)
        await new.stop()
        await until(lambda: iam.environment.deployments_of(DEVICES)["us-west2"].is_disabled)
    newest = await town.start(DEVICES, imports={IAM: "v1"})
    assert not newest.deployment.is_disabled


async def _changes_until(news: Subscription, display_name: str) -> AsyncIterator[Change]:
    async for item in news:
        for change in () if isinstance(item, Snapshot) else item.changes:
            yield change
            if isinstance(change.after, Service) and change.after.display_name == display_name:
                return


@pytest.mark.parametrize("said", [True, False])
async def test_a_process_that_starts_while_the_old_one_disables_is_left_in_service(
    town: Neighbourhood, proxy: Proxy, said: bool
) -> None:
    """ENV-22: the old one has read the deployment already, and writes after the new one."""
    old = await town.start(DEVICES, meta=proxy.address, disable_at_stop=True)

    async def hold(name: str) -> None:
        if name == "UpdateDeployment":
            proxy.reset()
            await town.start(DEVICES, disable_at_stop=said)

    proxy.before = hold
    revision = town.app.store.revision
    await old.stop()
    assert proxy.calls.count("UpdateDeployment") == 1
    assert town.app.store.revision == revision + 1, "the new one's write, and no other"
    assert not (await town.deployment(DEVICES)).is_disabled


async def test_a_process_that_starts_while_the_old_one_disables_puts_it_back(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-22: the new one has read the deployment already, and writes after the old one."""
    old = await town.start(DEVICES, disable_at_stop=True)

    async def hold(name: str) -> None:
        if name == "UpdateDeployment":
            proxy.reset()
            await old.stop()
            assert (await town.deployment(DEVICES)).is_disabled

    proxy.before = hold
    new = await town.start(DEVICES, meta=proxy.address, disable_at_stop=True)
    assert proxy.calls.count("UpdateDeployment") == 2
    assert not new.deployment.is_disabled


async def test_a_process_that_still_runs_puts_the_deployment_back(town: Neighbourhood) -> None:
    """ENV-22: who stopped did not say at its start that it would disable it, or was the last one that started."""
    first = await town.start(DEVICES)
    second = await town.start(DEVICES)
    await second.stop(disable=True)
    await until(lambda: not first.deployment.is_disabled)

    async def is_back() -> bool:
        return not (await town.deployment(DEVICES)).is_disabled

    await until(is_back)


async def test_a_deployment_may_be_known_before_it_serves(town: Neighbourhood) -> None:
    """ENV-24: it is registered, and nobody dials it; the next registry of its kind puts it in service."""
    iam = await town.start(IAM)
    waiting = await town.start(DEVICES, imports={IAM: "v1"}, out_of_service=True)
    assert waiting.deployment.is_disabled
    await until(lambda: DEVICES in iam.environment.services and bool(iam.environment.deployments_of(DEVICES)))
    with pytest.raises(UnknownService, match="disabled"):
        iam.channel(DEVICES, "v1")
    await waiting.stop()
    serving = await town.start(DEVICES, imports={IAM: "v1"})
    assert not serving.deployment.is_disabled
    await until(lambda: not iam.environment.deployments_of(DEVICES)["us-west2"].is_disabled)
    # It crashed: what was in service is not any more.
    again = await town.start(DEVICES, imports={IAM: "v1"}, out_of_service=True)
    assert again.deployment.is_disabled


async def test_the_log_says_when_a_registration_waits_and_goes_on(
    town: Neighbourhood, caplog: pytest.LogCaptureFixture
) -> None:
    """ENV-20"""
    caplog.set_level(logging.INFO, "goten.env_registry")
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: "next attempt" in caplog.text)
    assert "goes on" not in caplog.text
    await town.start(IAM)
    await starting
    assert f"services/{DEVICES}/deployments/us-west2 is registered, and goes on" in caplog.text


async def test_a_controller_does_not_answer_in_place_of_the_server(town: Neighbourhood) -> None:
    """ENV-22"""
    server = await town.start(DEVICES)
    controller = town.registry(registration(domain=DEVICES), runtime=RuntimeKind.CONTROLLER)
    await controller.start()
    await server.stop(disable=True)
    await until(lambda: controller.deployment.is_disabled)
    await at_rest(town)
    assert (await town.deployment(DEVICES)).is_disabled
    await town.start(DEVICES)
    await until(lambda: not controller.deployment.is_disabled)


async def test_own_records_that_are_gone_are_a_clear_error(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-21: while the registration is under way again."""
    registry = await town.start(DEVICES, meta=proxy.address)

    async def away(name: str, request: bytes, meta: Answer) -> bytes:
        raise failed(StatusCode.UNAVAILABLE)

    proxy.unary = away
    await town.delete_service(DEVICES)
    await until(lambda: registry.environment.service(DEVICES) is None)
    await until(lambda: registry.environment.deployment(DEVICES, "us-west2") is None)
    with pytest.raises(NotInMeta, match=f"services/{DEVICES} was deleted from Meta"):
        _ = registry.service
    with pytest.raises(NotInMeta, match="deployments/us-west2 was deleted"):
        _ = registry.deployment
    assert registry.policy(DEVICES) is None
    proxy.reset()
    await until(lambda: registry.environment.deployment(DEVICES, "us-west2") is not None)
    assert registry.service.name == f"services/{DEVICES}"
