"""Life after the start: Meta away, subscribers, failures (ENV-11, ENV-13, ENV-18, ENV-21)."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

import grpc
import grpc.aio
import pytest

from goten.env_registry import (
    CallFailed,
    Changes,
    EnvRegistry,
    NotReady,
    Phase,
    RegistryFailed,
    Snapshot,
    Subscription,
    main_loop,
    watches,
)
from goten.env_registry.registrar import Registrar
from goten.watch import WatchState, WatchTiming
from tests.env_registry.leaks import own_tasks
from tests.env_registry.neighbourhood import QUICK, Neighbourhood, until
from tests.env_registry.proxy import Proxy
from tests.env_registry.samples import registration

DEVICES, IAM, AUDIT = "devices.example.com", "iam.example.com", "audit.example.com"


async def hang(name: str) -> None:
    await asyncio.Event().wait()


async def change_of(subscription: Subscription, name: str) -> Any:
    """The next change of something; others before it are passed over."""
    async with asyncio.timeout(10):
        async for item in subscription:
            assert isinstance(item, Changes)
            for change in item.changes:
                if change.name == name:
                    return change
    raise AssertionError(f"no change of {name} came")


# --- while Meta is away ----------------------------------------------------------------------------------------------


async def test_the_last_state_stays_in_use_and_grows_older(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-11, ENV-12, ENV-18"""
    await town.start(IAM)
    registry = await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address, lists_max_age=0.0)
    assert registry.status.age == 0
    assert [region.name for region in (await registry.regions()).value] == ["regions/eastus2", "regions/us-west2"]
    known = registry.environment
    await proxy.stop()
    await until(lambda: registry.status.phase is Phase.STALE)
    assert registry.environment.services.keys() == known.services.keys()
    assert registry.channel(IAM, "v1") is registry.channel(IAM, "v1")
    first = registry.status.age
    assert first is not None
    await until(lambda: (registry.status.age or 0) > first + 0.05)
    regions = await registry.regions()
    assert (len(regions.value), regions.age > 0) == (2, True)
    with pytest.raises(CallFailed, match="ListResources: UNAVAILABLE"):
        await registry.resources(IAM)
    await proxy.listen()
    await until(lambda: registry.status.phase is Phase.READY)
    assert registry.status.age == 0
    assert len((await registry.resources(IAM)).value) == 1


async def test_an_age_counts_from_the_last_word_of_a_silent_peer(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-18: not from when it was given up."""
    registry = await town.start(DEVICES, meta=proxy.address, watch=WatchTiming(silence=0.5, backoff=QUICK))
    proxy.before = hang
    await until(lambda: registry.status.phase is Phase.STALE)
    age = registry.status.age
    assert age is not None
    assert age >= 0.5


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_was_missed_arrives_on_return(lasting_town: Neighbourhood, restarted: bool) -> None:
    """ENV-11, ENV-13: deletions included, once; also where Meta itself was away, and resumes nothing."""
    town = lasting_town
    async with Proxy(town.address) as proxy:
        for domain in (AUDIT, "shop.example.com"):
            await town.start(domain, imports={}, used_services=(DEVICES,))
        registry = await town.start(DEVICES, meta=proxy.address)
        async with registry.subscribe() as news:
            assert isinstance(await anext(news), Snapshot)
            await proxy.stop()
            await until(lambda: registry.status.phase is Phase.STALE)
            await town.stop_others(registry)
            await town.delete_service(AUDIT)
            await town.start(IAM, used_services=(DEVICES,))
            if restarted:
                await town.restart()
            assert registry.environment.service(AUDIT) is not None
            await proxy.listen()
            gone = await change_of(news, f"services/{AUDIT}")
            assert (gone.before is not None, gone.after) == (True, None)
        await until(lambda: registry.environment.deployments_of(AUDIT) == {})
        await until(lambda: registry.environment.deployment(IAM, "us-west2") is not None)
        assert registry.environment.service("shop.example.com") is not None
        await until(lambda: registry.status.phase is Phase.READY)
        await registry.stop()


async def test_what_meta_lost_is_written_again_when_it_returns(town: Neighbourhood) -> None:
    """ENV-21: it comes back with an empty storage."""
    registry = await town.start(DEVICES)
    await town.go_away()
    await until(lambda: registry.status.phase is Phase.STALE)
    await town.come_back()

    async def is_back() -> bool:
        found = await town.meta.deployment(f"services/{DEVICES}/deployments/us-west2")
        return found is not None and len(await town.meta.resources(f"services/{DEVICES}")) == 1

    await until(is_back)
    await until(lambda: registry.status.phase is Phase.READY)


# --- subscribers -----------------------------------------------------------------------------------------------------


async def test_thousands_of_subscribers_at_once(town: Neighbourhood) -> None:
    """ENV-13, ENV-14; seed 2: "Attachment of new real-time subscribers", "Detachment of real-time subscribers"."""
    registry = await town.start(IAM)
    heard: dict[int, set[str]] = {}
    ready = asyncio.Barrier(3001)

    async def follow(number: int) -> None:
        """A third asks for one service only, and every tenth leaves after its snapshot."""
        services = [DEVICES] if number % 3 == 0 else None
        async with registry.subscribe(services=services) as subscription:
            snapshot = await anext(subscription)
            assert isinstance(snapshot, Snapshot)
            assert ({*snapshot.services} == set()) == (services is not None)
            await ready.wait()
            if number % 10 == 0:
                return
            heard[number] = set()
            async for item in subscription:
                assert isinstance(item, Changes)
                heard[number] |= {change.name for change in item.changes}
                if len(heard[number]) == 2:
                    return

    async with asyncio.TaskGroup() as group:
        for number in range(3000):
            group.create_task(follow(number))
        await ready.wait()
        assert registry.status.subscribers == 3000
        await town.start(DEVICES, imports={IAM: "v1"})
    assert registry.status.subscribers == 0
    assert len(heard) == 2700
    own = {f"services/{DEVICES}", f"services/{DEVICES}/deployments/us-west2"}
    assert all(names == own for number, names in heard.items() if number % 3 == 0)


async def test_a_reader_that_is_cancelled_may_read_on(town: Neighbourhood) -> None:
    """ENV-13"""
    registry = await town.start(IAM)
    async with registry.subscribe() as subscription:
        await anext(subscription)
        for turns in range(4):
            reading = asyncio.ensure_future(anext(subscription))
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await town.start(DEVICES, imports={IAM: "v1"})
        assert (await change_of(subscription, f"services/{DEVICES}")).before is None


# --- failures --------------------------------------------------------------------------------------------------------


def raising(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


async def _check_failed(registry: EnvRegistry, task: str, reason: str) -> None:
    """It has ended loudly: nothing answers, everyone who waits is told, and no task goes on."""
    with pytest.raises(RegistryFailed, match=reason) as caught:
        async with asyncio.timeout(10):
            await registry.wait_failed()
    assert task in caught.value.task
    status = registry.status
    assert status.phase is Phase.FAILED
    assert reason in status.reason
    assert {status.services.state, status.deployments.state} <= {WatchState.STOPPED, WatchState.FAILED}
    for ask in (lambda: registry.environment, lambda: registry.service, registry.subscribe):
        with pytest.raises(NotReady, match="failed"):
            ask()
    await registry.stop()
    assert registry.status.phase is Phase.FAILED


@pytest.fixture
async def victim(town: Neighbourhood) -> EnvRegistry:
    """A registry that will not live long."""
    return await town.start(DEVICES)


async def test_a_main_loop_that_fails_ends_everything(
    town: Neighbourhood, victim: EnvRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENV-18"""
    subscription = victim.subscribe()
    await anext(subscription)
    monkeypatch.setattr(main_loop, "reduce", raising(ZeroDivisionError("a bug")))
    await town.change_service(DEVICES, "display_name", display_name="something")
    with pytest.raises(RegistryFailed, match="main loop ended: ZeroDivisionError: a bug"):
        async for _ in subscription:
            pass
    await _check_failed(victim, "main loop", "a bug")


async def test_a_main_function_may_end_with_it(victim: EnvRegistry) -> None:
    """ENV-18: as docs/env-registry.md shows it; and it ends as ever while nothing fails."""

    async def main(serving: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            failing = group.create_task(victim.wait_failed())
            await serving.wait()
            failing.cancel()

    over = asyncio.Event()
    over.set()
    await main(over)
    (victim_loop,) = [
        each for each in asyncio.all_tasks() if each.get_name() == f"env_registry of {DEVICES}: main loop"
    ]
    victim_loop.cancel()
    with pytest.raises(ExceptionGroup) as caught:
        await main(asyncio.Event())
    assert isinstance(caught.value.exceptions[0], RegistryFailed)
    await victim.stop()


async def test_a_registration_that_fails_ends_everything(
    town: Neighbourhood, victim: EnvRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENV-18"""
    channel = victim.channel(DEVICES, "v1")
    monkeypatch.setattr(Registrar, "register", raising(ZeroDivisionError("a bug")))
    await town.change_service(DEVICES, "used_services", used_services=["services/x.example.com"])
    with pytest.raises(RegistryFailed):
        await victim.wait_failed()
    assert channel.get_state() is not grpc.ChannelConnectivity.SHUTDOWN, "RPCs of its owner go on until it is stopped"
    await _check_failed(victim, "registration", "a bug")
    assert channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN


@pytest.mark.parametrize("task", ["main loop", "registration"])
async def test_a_task_that_someone_cancels_ends_everything(victim: EnvRegistry, task: str) -> None:
    """ENV-18"""
    (found,) = [each for each in asyncio.all_tasks() if each.get_name() == f"env_registry of {DEVICES}: {task}"]
    found.cancel()
    await _check_failed(victim, task, "it was cancelled")


async def test_a_watch_that_fails_ends_everything(town: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-18: there is more than it may keep."""
    monkeypatch.setattr(watches, "MAX_RESOURCES", 2)
    registry = await town.start(DEVICES)
    monkeypatch.undo()
    await town.start(IAM, used_services=(DEVICES,))
    await _check_failed(registry, "watch of", "more than 2 resources")


async def test_a_failure_during_the_start_is_raised_by_it(town: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-18"""
    monkeypatch.setattr(main_loop, "reduce", raising(ZeroDivisionError("a bug")))
    registry = town.registry(registration(domain=DEVICES))
    with pytest.raises(RegistryFailed, match="a bug"):
        await registry.start()
    assert own_tasks() == set()
