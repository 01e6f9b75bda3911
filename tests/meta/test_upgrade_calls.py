"""The five methods that upgrade a Deployment: UPGRADE-1 to UPGRADE-7."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from goten.meta.v1 import methods
from goten.meta.v1.deployment_custom_pb2 import (
    BeginUpgradeRequest,
    GetOrRegisterDataUpdateTaskRequest,
    NotifyShardsUpgradeReadinessRequest,
    SetAvailableUpgradeRequest,
    UpdateDataTaskUpdateRequest,
)
from goten.meta.v1.deployment_pb2 import Deployment
from goten.meta.v1.deployment_service_pb2_grpc import DeploymentServiceStub
from goten.meta_server.upgrade_handlers import UpgradeOperations, upgrade_handlers
from tests.meta.refusals import invalid, not_found, refused
from tests.meta.world import World, deployment, service, world

CASES = json.loads((Path(__file__).parents[2] / "spec/vectors/upgrades.json").read_text())
NAME = "services/aa/deployments/r1"
OTHER_FIELDS = ("name", "metadata", "service_name", "region", "public_domain")

Call = Callable[[UpgradeOperations, Any], Awaitable[Message]]
CALLS: Mapping[str, tuple[type[Message], Call]] = {
    "BeginUpgrade": (BeginUpgradeRequest, UpgradeOperations.begin_upgrade),
    "SetAvailableUpgrade": (SetAvailableUpgradeRequest, UpgradeOperations.set_available_upgrade),
    "NotifyShardsUpgradeReadiness": (
        NotifyShardsUpgradeReadinessRequest,
        UpgradeOperations.notify_shards_upgrade_readiness,
    ),
    "GetOrRegisterDataUpdateTask": (
        GetOrRegisterDataUpdateTaskRequest,
        UpgradeOperations.get_or_register_data_update_task,
    ),
    "UpdateDataTaskUpdate": (UpdateDataTaskUpdateRequest, UpgradeOperations.update_data_task_update),
}


async def call(registry: World, method: str, **fields: Any) -> Any:
    request, operation = CALLS[method]
    return await operation(registry.upgrades, ParseDict({"name": NAME, **fields}, request()))


def upgrade_of(stored: Deployment) -> Deployment:
    """What the methods are about."""
    rest = Deployment()
    rest.CopyFrom(stored)
    for field in OTHER_FIELDS:
        rest.ClearField(field)
    return rest


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']} {case['method']}: {case['note']}")
async def test_vectors(case: dict[str, Any]) -> None:
    """UPGRADE-2 to UPGRADE-7: spec/vectors/upgrades.json."""
    async with world() as registry:
        automatic = case.get("service_automatic", False)
        await registry.save(service("aa", versions=case["versions"], automatic_version_switch=automatic))
        await registry.save(deployment("aa"))
        before = ParseDict(case["deployment"], Deployment())
        before.MergeFrom(registry.get(NAME))
        await registry.write_past_the_rules(before)
        revision = registry.store.revision
        expect = case["expect"]
        if "code" not in expect:
            response = await call(registry, case["method"], **case["request"])
            assert upgrade_of(registry.get(NAME)) == ParseDict(expect, Deployment())
            assert (registry.store.revision > revision) is (expect != case["deployment"])
            if case["method"] == "GetOrRegisterDataUpdateTask":
                assert response.status in registry.get(NAME).data_update_statuses
            return
        refusal = invalid(expect["field"]) if "field" in expect else refused(expect["reason"], NAME)
        with refusal:
            await call(registry, case["method"], **case["request"])
        assert registry.store.revision == revision


@pytest.mark.parametrize("method", CALLS)
async def test_whom_a_call_is_about(method: str) -> None:
    """UPGRADE-1."""
    fields: dict[str, dict[str, Any]] = {
        "SetAvailableUpgrade": {"total_shards_count": 1},
        "NotifyShardsUpgradeReadiness": {"total_shards_count": 1},
        "GetOrRegisterDataUpdateTask": {"tag": "t", "shards_count": 1},
        "UpdateDataTaskUpdate": {"tag": "t"},
    }
    async with world() as registry:
        with not_found(NAME):
            await call(registry, method, **fields.get(method, {}))
        for name in ("", "services/aa", "services/-/deployments/r1", "//other.com/services/aa/deployments/r1"):
            with invalid("name"):
                await call(registry, method, name=name, **fields.get(method, {}))


async def test_an_upgrade_from_end_to_end() -> None:
    """UPGRADE-1: generation and version of the resource move, all else stays, and the controller goes on."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2"]))
        await registry.save(deployment("aa", current_version="v1", local_network_id="net"))
        await call(registry, "SetAvailableUpgrade", target_api_version="v2", total_shards_count=3)
        await registry.save(service("bb", uses=["aa"]))
        await call(registry, "BeginUpgrade")
        for _ in range(2):
            for shard in range(3):
                await call(
                    registry,
                    "NotifyShardsUpgradeReadiness",
                    shards_from=shard,
                    shards_to=shard + 1,
                    ready=True,
                    total_shards_count=3,
                )
        stored = registry.get(NAME)
        assert upgrade_of(stored) == Deployment(current_version="v2", local_network_id="net")
        assert stored.metadata.generation == 1 + 2 + 2 * 3
        assert [*stored.metadata.services.allowed_services] == ["aa", "bb"]


@asynccontextmanager
async def served(registry: World) -> AsyncIterator[Any]:
    server = grpc.aio.server()
    for api, handlers in upgrade_handlers(registry.upgrades.saver).items():
        server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(api, dict(handlers))])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield DeploymentServiceStub(channel)
    await server.stop(None)


async def test_all_five_are_served() -> None:
    """UPGRADE-1: over gRPC, refusals with their status."""
    async with world() as registry:
        await registry.save(service("aa", versions=["v1", "v2"]))
        await registry.save(deployment("aa", current_version="v1"))
        assert {*upgrade_handlers(registry.upgrades.saver)[methods.BEGIN_UPGRADE.api]} == {*CALLS}
        async with served(registry) as stub:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.BeginUpgrade(BeginUpgradeRequest(name=NAME))
            assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
            assert "no upgrade is available" in (caught.value.details() or "")
            await stub.SetAvailableUpgrade(
                SetAvailableUpgradeRequest(name=NAME, target_api_version="v2", total_shards_count=1)
            )
            await stub.BeginUpgrade(BeginUpgradeRequest(name=NAME))
            for _ in range(2):
                await stub.NotifyShardsUpgradeReadiness(
                    NotifyShardsUpgradeReadinessRequest(name=NAME, shards_to=1, ready=True, total_shards_count=1)
                )
            task = GetOrRegisterDataUpdateTaskRequest(name=NAME, tag="t", shards_count=1)
            assert (await stub.GetOrRegisterDataUpdateTask(task)).status.task_tag == "t"
            await stub.UpdateDataTaskUpdate(UpdateDataTaskUpdateRequest(name=NAME, tag="t", done=True))
        assert upgrade_of(registry.get(NAME)) == Deployment(current_version="v2")
