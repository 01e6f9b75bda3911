"""The end of a registry, and cancellation at every step (ENV-12, ENV-22)."""

from __future__ import annotations

import asyncio

import pytest
from grpc import StatusCode

from goten.env_registry import CallFailed, NotReady, Phase
from tests.env_registry.leaks import own_tasks
from tests.env_registry.neighbourhood import Neighbourhood, until
from tests.env_registry.proxy import Answer, Proxy, failed
from tests.env_registry.samples import registration

DEVICES, IAM = "devices.example.com", "iam.example.com"


async def hang(name: str) -> None:
    await asyncio.Event().wait()


# --- the end ---------------------------------------------------------------------------------------------------------


async def test_whoever_waits_for_a_list_is_told_of_the_end(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-22: and is not cancelled."""
    registry = await town.start(DEVICES, meta=proxy.address)
    proxy.before = hang
    asking = [asyncio.create_task(registry.regions()) for _ in range(3)]
    await until(lambda: "ListRegions" in proxy.calls)
    await registry.stop()
    for task in asking:
        with pytest.raises(NotReady, match="stopped"):
            await task


async def test_a_list_is_asked_for_once_whoever_goes_away(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-12: cancelled readers leave the answer to the others."""
    registry = await town.start(DEVICES, meta=proxy.address)
    go_on = asyncio.Event()

    async def wait(name: str) -> None:
        await go_on.wait()

    proxy.before = wait
    asking = [asyncio.create_task(registry.regions()) for _ in range(3)]
    await until(lambda: "ListRegions" in proxy.calls)
    asking[0].cancel()
    asking[1].cancel()
    go_on.set()
    assert len((await asking[2]).value) == 2
    assert proxy.calls.count("ListRegions") == 1


async def test_an_answer_that_fails_when_nobody_waits_any_more_is_no_noise(
    town: Neighbourhood, proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    """ENV-12"""
    registry = await town.start(DEVICES, meta=proxy.address)
    go_on = asyncio.Event()

    async def fail(name: str, request: bytes, meta: Answer) -> bytes:
        await go_on.wait()
        raise failed(StatusCode.PERMISSION_DENIED)

    proxy.unary = fail
    asking = asyncio.create_task(registry.regions())
    await until(lambda: "ListRegions" in proxy.calls)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    go_on.set()
    await until(lambda: not any("asking Meta" in task.get_name() for task in asyncio.all_tasks()))
    with pytest.raises(CallFailed):
        await registry.regions()
    assert "never retrieved" not in caplog.text


async def test_taking_the_deployment_out_of_service_is_tried_again_after_a_race(
    town: Neighbourhood, proxy: Proxy
) -> None:
    """ENV-22"""
    registry = await town.start(DEVICES, meta=proxy.address)
    races = 2

    async def race(name: str, request: bytes, meta: Answer) -> bytes:
        nonlocal races
        if name == "UpdateDeployment" and races:
            races -= 1
            raise failed(StatusCode.ABORTED)
        return await meta(request)

    proxy.unary = race
    await registry.stop(disable=True)
    assert (await town.deployment(DEVICES)).is_disabled


@pytest.mark.parametrize("beside_another", [False, True])
async def test_a_start_that_ends_undoes_what_it_did(town: Neighbourhood, proxy: Proxy, beside_another: bool) -> None:
    """ENV-22: it put the deployment in service, and is stopped before it is ready; who was there before stays."""
    if beside_another:
        await town.start(DEVICES, disable_at_stop=True)
    registry = town.registry(registration(domain=DEVICES), meta=proxy.address, disable_at_stop=True)

    async def hang_later(name: str) -> None:
        if name == "ListResources":
            await hang(name)

    proxy.before = hang_later
    starting = asyncio.create_task(registry.start())
    await until(lambda: "ListResources" in proxy.calls)
    revision = town.app.store.revision
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert (await town.deployment(DEVICES)).is_disabled != beside_another
    assert town.app.store.revision == revision + (not beside_another)


@pytest.mark.parametrize("away", ["gone", "hanging"])
async def test_a_meta_that_is_away_does_not_keep_anyone_from_ending(
    town: Neighbourhood, proxy: Proxy, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    """ENV-22"""
    registry = await town.start(DEVICES, meta=proxy.address, request_timeout=0.2)
    if away == "gone":
        await proxy.stop()
    else:
        proxy.before = hang
    async with asyncio.timeout(5):
        await registry.stop(disable=True)
    assert "still in service" in caplog.text
    assert not (await town.deployment(DEVICES)).is_disabled


async def test_many_may_stop_it(town: Neighbourhood) -> None:
    """ENV-22: all of them return when nothing runs any more."""
    registry = await town.start(DEVICES)

    async def stop() -> set[str]:
        await registry.stop()
        return own_tasks()

    assert await asyncio.gather(*(stop() for _ in range(5))) == [set()] * 5


# --- cancellation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
async def test_a_start_that_is_cancelled_at_any_step_leaves_nothing(
    town: Neighbourhood, proxy: Proxy, answered: bool
) -> None:
    """ENV-22"""
    await town.start(IAM)
    await town.start(DEVICES, imports={IAM: "v1"}, meta=proxy.address)
    for step in range(1, len(proxy.calls) + 1):
        proxy.calls.clear()
        registry = town.registry(registration(domain=f"s{step}.example.com", imports={IAM: "v1"}), meta=proxy.address)
        starting = asyncio.create_task(registry.start())

        async def cancel(name: str, step: int = step, starting: asyncio.Task[None] = starting) -> None:
            if len(proxy.calls) == step:
                starting.cancel()

        async def cancel_then(
            name: str, request: bytes, meta: Answer, step: int = step, starting: asyncio.Task[None] = starting
        ) -> bytes:
            answer = await meta(request)
            if len(proxy.calls) == step:
                starting.cancel()
            return answer

        if answered:
            proxy.unary = cancel_then
        else:
            proxy.before = cancel
        await asyncio.wait([starting])
        assert starting.cancelled() or (answered and starting.exception() is None)
        await registry.stop()
        assert registry.status.phase is Phase.STOPPED
        proxy.reset()


@pytest.mark.parametrize("turns", [*range(0, 60, 6), *(pytest.param(n, marks=pytest.mark.full) for n in range(300))])
async def test_a_start_that_is_cancelled_at_any_turn_leaves_nothing(town: Neighbourhood, turns: int) -> None:
    """ENV-22"""
    registry = town.registry(registration(domain=DEVICES))
    starting = asyncio.create_task(registry.start())
    for _ in range(turns):
        await asyncio.sleep(0)
    if starting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert {name for name in own_tasks() if DEVICES in name} == set()


@pytest.mark.parametrize("turns", range(8))
async def test_a_start_that_is_cancelled_twice_leaves_nothing(town: Neighbourhood, turns: int) -> None:
    """ENV-22: the second time while it cleans up; what the fixture checks."""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: registry.status.reason != "")
    starting.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await until(lambda: own_tasks() == set())


@pytest.mark.parametrize("disable", [False, True])
@pytest.mark.parametrize("turns", [*range(6), 12, 20])
async def test_a_stop_that_is_cancelled_goes_on(town: Neighbourhood, turns: int, disable: bool) -> None:
    """ENV-22: another one waits for it."""
    registry = await town.start(DEVICES)
    stopping = asyncio.create_task(registry.stop(disable=disable))
    for _ in range(turns):
        await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    await registry.stop(disable=disable)
    assert own_tasks() == set()
    assert (await town.deployment(DEVICES)).is_disabled == disable


async def test_a_stop_ends_a_registration_at_any_step(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-22: one that is under way again, after the start."""
    for step in range(1, 7):
        domain = f"s{step}.example.com"
        registry = await town.start(domain, meta=proxy.address)
        proxy.calls.clear()

        async def hang_at(name: str, step: int = step) -> None:
            if len(proxy.calls) == step:
                await asyncio.Event().wait()

        proxy.before = hang_at
        await town.delete_service(domain)
        await until(lambda step=step: len(proxy.calls) >= step)
        async with asyncio.timeout(5):
            await registry.stop()
        assert own_tasks() == set()
        proxy.reset()
