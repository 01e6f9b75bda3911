"""EnvRegistry and a Meta in a process of its own, which is killed and frozen."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from goten.env_registry import EnvRegistry, EnvRegistryOptions, Phase
from goten.env_registry.meta_channel import MetaChannel
from goten.env_registry.meta_client import MetaClient
from goten.meta.v1 import methods
from goten.watch import BackoffPolicy, WatchTiming
from tests.env_registry.leaks import nothing_left
from tests.env_registry.neighbourhood import QUICK_OPTIONS
from tests.env_registry.samples import registration
from tests.processes.meta_process import MetaProcess
from tests.processes.waiting import until

IAM = "iam.example.com"
QUICK = BackoffPolicy(first=0.02, factor=1.5, limit=0.2)
COUNT = 20


def registry(address: str, domain: str, *, imports: dict[str, str] | None = None, **options: Any) -> EnvRegistry:
    wanted: dict[str, Any] = {
        "meta": address,
        "deadline": 60.0,
        "jitter": 0.3,
        "retries": QUICK,
        "watch": WatchTiming(backoff=QUICK),
    }
    given = EnvRegistryOptions(region="us-west2", **(wanted | options))
    return EnvRegistry(registration(domain=domain, imports=imports), given)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 12))])
async def test_a_meta_that_is_killed_during_registrations(tmp_path: Path, seed: int) -> None:
    """ENV-10, ENV-20, ENV-21: it comes back again and again; in the end all are registered, and see each other."""
    chance = random.Random(seed)
    storage = f"sqlite:{tmp_path / 'meta.sqlite'}"
    with MetaProcess(storage) as first:
        address = first.address
        async with nothing_left():
            started = [registry(address, IAM)]
            started += [registry(address, f"s{number}.example.com", imports={IAM: "v1"}) for number in range(COUNT - 1)]
            starts = asyncio.gather(*(each.start() for each in started))
            await asyncio.sleep(chance.random() * 0.3)
            first.kill()
            for _ in range(2):
                with await asyncio.to_thread(MetaProcess, storage, listen=address) as again:
                    await asyncio.sleep(chance.random() * 0.4)
                    again.kill()
            with await asyncio.to_thread(MetaProcess, storage, listen=address) as last:
                await starts
                await _check_all(last.address, started)
                for each in started:
                    await each.stop()


async def _check_all(address: str, started: list[EnvRegistry]) -> None:
    iam = started[0]
    await until(lambda: all(each.status.phase is Phase.READY for each in started), "all are ready")
    # Those beside meta.goten.com, which is not of this test.
    await until(lambda: len(iam.environment.services) == COUNT + 1, "iam sees those that import it")
    await until(lambda: len(iam.environment.deployments) == COUNT + 1, "with their deployments")
    for each in started[1:]:
        assert each.environment.services.keys() == {each.service.name.removeprefix("services/"), IAM, "meta.goten.com"}
        assert each.environment.deployment(IAM, "us-west2") is not None
    async with grpc.aio.insecure_channel(address, options=QUICK_OPTIONS) as channel:
        meta = MetaClient(MetaChannel(address, given=channel), 5.0)
        for each in started:
            assert len(await meta.resources(each.service.name)) == 1


@pytest.mark.full
async def test_peers_that_freeze_are_noticed(tmp_path: Path) -> None:
    """ENV-11, ENV-15: Meta, and a server that is dialled; their kernels still take part in their connections."""
    with MetaProcess("memory:") as meta, MetaProcess("memory:") as server:
        async with nothing_left(), registry(meta.address, IAM, public_domain=server.address) as iam:
            list_regions = methods.LIST_REGIONS
            call: Any = iam.channel(IAM, "v1").unary_unary(
                list_regions.path, request_serializer=list_regions.request.SerializeToString
            )
            await call(list_regions.request())
            for process in (meta, server):
                process.signal(signal.SIGSTOP)
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                async with asyncio.timeout(45):
                    await call(list_regions.request())
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            await until(lambda: iam.status.phase is Phase.STALE, "Meta is known to be away", within=45)
            for process in (meta, server):
                process.signal(signal.SIGCONT)
            await until(lambda: iam.status.phase is Phase.READY, "Meta is back", within=30)
            await call(list_regions.request(), wait_for_ready=True, timeout=30)
