"""A start returns when all is known, and not before (ENV-8 to ENV-10, ENV-20)."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Sequence

import pytest
from grpc import StatusCode

from goten.env_registry import EnvRegistry, NotReady, Phase, StartTimeout
from goten.meta.v1.descriptors import DEPLOYMENT
from goten.meta.v1.service_service_pb2 import WatchServicesResponse
from goten.meta_server import app as meta_app
from goten.storage import Change, Compare, Storage, open_storage
from goten.store.keys import GUARD
from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import Neighbourhood, neighbourhood, until
from tests.env_registry.proxy import Answer, Proxy, Stream, failed
from tests.env_registry.samples import registration
from tests.meta.storages import Wrapped

DEVICES, IAM, AUDIT = "devices.example.com", "iam.example.com", "audit.example.com"
REGIONS = ("us-west2", "eastus2")
QUICKEST = 0.005
FAN_OUT = "fan-out"


# --- whatever comes when ----------------------------------------------------------------------------------------------


class Delays:
    """Random pauses, for every RPC and message, and for what Meta writes after the fact.

    In each run other things are slow: some methods hurry, some take their time.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._slowness: dict[str, float] = {}

    async def pause(self, what: str) -> None:
        if what not in self._slowness:
            self._slowness[what] = self._random.choice((0, 0, 1, 10))
        if self._random.random() < 0.6:
            await asyncio.sleep(self._slowness[what] * self._random.random() ** 2 * QUICKEST)

    async def call(self, name: str, request: bytes, meta: Answer) -> bytes:
        await self.pause(name)
        answer = await meta(request)
        await self.pause(name)
        return answer

    async def watch(self, name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        await self.pause(name)
        async for response in meta(request):
            await self.pause(name)
            yield response

    def shuffled(self, items: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return self._random.sample(items, len(items))


class SlowFanOut(Wrapped):
    """Commits of Meta's controller take their time; those of requests do not."""

    def __init__(self, inner: Storage, delays: Delays) -> None:
        super().__init__(inner)
        self._delays = delays

    async def start(self) -> None:
        await self.inner.start()

    async def stop(self) -> None:
        await self.inner.stop()

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if changes and GUARD not in {change.key for change in changes}:
            await self._delays.pause(FAN_OUT)
        return await self.inner.commit(compares, changes)


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(12, 300))])
async def test_never_ready_before_imported_services_are_in_sight(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-8 to ENV-10: with all their deployments; Design Concepts 2: "any backend runtime knows its surroundings
    before executing its tasks"."""
    delays = Delays(seed)
    monkeypatch.setattr(meta_app, "open_storage", lambda address: SlowFanOut(open_storage(address), delays))
    async with nothing_left(), neighbourhood(*REGIONS) as town, Proxy(town.address) as proxy:
        proxy.unary, proxy.watching = delays.call, delays.watch
        imports = {IAM: {}, AUDIT: {IAM: "v1"}, DEVICES: {IAM: "v1", AUDIT: "v1"}, "users.example.com": {AUDIT: "v1"}}
        places = delays.shuffled(2 * [(domain, region) for domain in imports for region in REGIONS])
        starts = []
        for domain, region in places:
            registered = registration(domain=domain, imports=imports[domain])
            registry = town.registry(registered, region, meta=proxy.address, deadline=30.0)
            starts.append(_start_and_look(town, registry, imports[domain]))
            await delays.pause("the next process")
        await asyncio.gather(*starts)
        await town.close()


async def _start_and_look(town: Neighbourhood, registry: EnvRegistry, imports: dict[str, str]) -> None:
    """In the very moment in which it answers, it knows what Meta has confirmed to it."""
    known = {domain: _regions(town, domain) for domain in imports}
    starting = asyncio.create_task(registry.start())
    while registry.status.phase is Phase.STARTING:
        with pytest.raises(NotReady, match="starting"):
            _ = registry.environment
        if registry.status.step in ("register service", "not begun"):
            known = {domain: _regions(town, domain) for domain in imports}
        await asyncio.sleep(0)
    for domain, regions in known.items():
        assert regions <= registry.environment.deployments_of(domain).keys()
        assert registry.environment.service(domain) is not None
    assert registry.service.imported_services == [f"services/{domain}" for domain in sorted(imports)]
    assert registry.deployment is not None
    await starting


def _regions(town: Neighbourhood, domain: str) -> set[str]:
    """Where a service is deployed now."""
    prefix = f"services/{domain}/deployments/"
    return {entry.name.removeprefix(prefix) for entry in town.app.store.entries(DEPLOYMENT, prefix)}


class HalfFannedOut(SlowFanOut):
    """As many commits of Meta's controller pass as `left` says; the rest wait for `go_on`."""

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner, Delays(0))
        self.left = sys.maxsize
        self.go_on = asyncio.Event()

    async def commit(self, compares: Sequence[Compare], changes: Sequence[Change]) -> int | None:
        if changes and GUARD not in {change.key for change in changes}:
            self.left -= 1
            if self.left < 0:
                await self.go_on.wait()
        return await self.inner.commit(compares, changes)


@pytest.mark.parametrize("passed", [0, 1])
async def test_what_another_process_wrote_is_confirmed_first(passed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENV-8: a process that finds all as it should be waits for what follows from the writes of others."""
    storage = HalfFannedOut(open_storage("memory:"))
    monkeypatch.setattr(meta_app, "open_storage", lambda address: storage)
    async with nothing_left(), neighbourhood(*REGIONS) as town:
        await town.start(IAM)
        await (await town.start(DEVICES)).stop()
        storage.left = passed
        registered = registration(domain=DEVICES, generation=2, imports={IAM: "v1"})
        first, second = town.registry(registered), town.registry(registered)
        starts = [asyncio.create_task(first.start())]
        await until(lambda: storage.left < 0)
        starts.append(asyncio.create_task(second.start()))
        await until(lambda: second.status.step == "confirm service")
        await asyncio.sleep(0.1)
        assert not any(start.done() for start in starts)
        storage.go_on.set()
        await asyncio.gather(*starts)
        for registry in (first, second):
            assert registry.environment.deployment(IAM, "us-west2") is not None


async def test_a_service_that_is_deleted_between_both_snapshots_starts_anew(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-10: one watch is from before, the other from after, and nothing tells that yet.

    Another process has created the records again, and imports nothing: what it may see has no deployments of the
    imported service.
    """
    await town.start(IAM)
    seen, go_on = asyncio.Event(), asyncio.Event()

    async def delay(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        if name == "WatchDeployments":
            await seen.wait()
            await town.delete_service(DEVICES)
            await (await town.start(DEVICES)).stop()
        async for response in meta(request):
            if name == "WatchServices" and seen.is_set():
                await go_on.wait()
            yield response
            if name == "WatchServices" and WatchServicesResponse.FromString(response).is_current:
                seen.set()

    proxy.watching = delay
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}), meta=proxy.address)
    starting = asyncio.create_task(registry.start())

    def begins_again() -> bool:
        assert registry.status.phase is Phase.STARTING
        return "deleted and created again" in registry.status.reason

    await until(begins_again)
    proxy.reset()
    go_on.set()
    await starting
    assert list(registry.environment.deployments_of(IAM)) == ["us-west2"]


# --- why it takes so long ---------------------------------------------------------------------------------------------


async def test_a_meta_that_never_answers_is_named(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20"""

    async def hang(name: str) -> None:
        await asyncio.Event().wait()

    proxy.before = hang
    with pytest.raises(StartTimeout) as caught:
        await town.start(DEVICES, meta=proxy.address, deadline=0.5, request_timeout=0.2)
    assert caught.value.step == "register service"
    assert "GetService: DEADLINE_EXCEEDED" in caught.value.reason
    with pytest.raises(StartTimeout, match=r"stuck at 'register service' with 127\.0\.0\.1:\d+: no answer"):
        await town.start(DEVICES, meta=proxy.address, deadline=0.3)


@pytest.mark.parametrize("watch", ["services", "deployments"])
async def test_a_watch_that_never_answers_is_named(town: Neighbourhood, proxy: Proxy, watch: str) -> None:
    """ENV-20"""

    async def hang(name: str) -> None:
        if name == f"Watch{watch.title()}":
            await asyncio.Event().wait()

    proxy.before = hang
    with pytest.raises(StartTimeout, match="connecting") as caught:
        await town.start(DEVICES, meta=proxy.address, deadline=0.5)
    assert caught.value.step == f"watch {watch}"


async def test_a_watch_that_fails_over_and_over_is_named_with_its_reason(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20"""

    async def fail(name: str, request: bytes, meta: Stream) -> AsyncIterator[bytes]:
        if name:
            raise failed(StatusCode.UNAVAILABLE, "come back later")
        yield b""

    proxy.watching = fail
    with pytest.raises(StartTimeout, match=r"'watch services' .* failed attempts, UNAVAILABLE: come back later"):
        await town.start(DEVICES, meta=proxy.address, deadline=0.5)


@pytest.mark.parametrize("address", ["no-such-host.invalid:1", "127.0.0.1:1", "127.0.0.1:no-port", "unix:/nowhere"])
async def test_an_address_that_leads_nowhere_is_named(town: Neighbourhood, address: str) -> None:
    """ENV-20"""
    with pytest.raises(StartTimeout) as caught:
        await town.start(DEVICES, meta=address, deadline=0.6)
    assert (caught.value.step, caught.value.peer) == ("register service", address)
    assert "UNAVAILABLE" in caught.value.reason


async def test_a_stop_ends_a_start(town: Neighbourhood) -> None:
    """ENV-22: whoever waits for the start is told."""
    registry = town.registry(registration(domain=DEVICES, imports={IAM: "v1"}))
    starting = asyncio.create_task(registry.start())
    await until(lambda: registry.status.reason != "")
    await registry.stop()
    with pytest.raises(NotReady, match="stopped"):
        await starting
    with pytest.raises(RuntimeError, match="started before"):
        await registry.start()
    never = town.registry(registration(domain=DEVICES))
    await never.stop()
    with pytest.raises(RuntimeError, match="started before"):
        await never.start()


async def test_a_start_waits_at_random_first(town: Neighbourhood, proxy: Proxy) -> None:
    """ENV-20: a hundred processes that start together do not ask together."""
    registry = town.registry(registration(domain=DEVICES), meta=proxy.address, jitter=1000.0, random=lambda: 0.0005)
    began = asyncio.get_running_loop().time()
    starting = asyncio.create_task(registry.start())
    await asyncio.sleep(0.2)
    assert proxy.calls == []
    await starting
    assert asyncio.get_running_loop().time() - began > 0.5
