"""PolicyGuard: CONTEXT-6."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from devices_example_com.v1 import descriptors
from devices_example_com.v1.names import DeviceName, GroupName

from goten.policy import Policy
from goten.policy_context import Policies, PolicyRefusalCode, PolicyRefused, current_policies, use_policy
from goten.policy_guard import PolicyGuard, check_write
from goten.service_policies import StaticServicePolicies
from goten.store_middleware import MiddlewareChain, SaveContext, ServicesInfoMiddleware, SyncingMiddleware
from tests.conftest import REPO
from tests.runtime.context.services import DEVICES_SERVICE, EU, IN_BOTH, IN_EU, IN_US, US, descriptor_of, project

CASES: list[dict[str, Any]] = json.loads((REPO / "spec/vectors/policy_guard.json").read_text(encoding="utf-8"))

DEVICE = DeviceName.of_project_region("p1", US, "d1")


def save_context(policies: Policies) -> SaveContext:
    return SaveContext(service="devices.example.com", policies=policies, time=datetime(2024, 1, 1, tzinfo=UTC))


def policies_of(case: dict[str, Any]) -> Policies:
    return {
        holder: Policy(tuple(policy["enabled_regions"]), policy["default_control_region"])
        for holder, policy in case["policies"].items()
    }


@pytest.mark.parametrize("change", ["create", "update", "delete"])
@pytest.mark.parametrize("case", CASES, ids=[case["note"] for case in CASES])
async def test_vectors(case: dict[str, Any], change: str) -> None:
    """CONTEXT-6: a deletion is a write."""
    descriptor = descriptor_of(case["type"], case["version"])
    message = descriptor.message(**{descriptor.name_field: case["name"]})
    old = None if change == "create" else message
    new = None if change == "delete" else message
    saving = PolicyGuard().save(save_context(policies_of(case)), descriptor, old, new)
    expected = case["expect"]
    if expected is None:
        assert await saving is new
        return
    with pytest.raises(PolicyRefused) as caught:
        await saving
    error = caught.value
    assert error.resource == f"//{descriptor.domain}/{case['name']}"
    assert {
        "code": error.code,
        "holder": error.holder,
        "region": error.region,
        "enabled_regions": list(error.enabled_regions),
    } == expected


class Store:
    """A store as far as the guard is concerned: messages by name, and the guard before other middlewares."""

    def __init__(self) -> None:
        self.messages: dict[str, Any] = {}
        service_policies = StaticServicePolicies({"devices.example.com": IN_BOTH.to_message()})
        self.chain = MiddlewareChain((PolicyGuard(), SyncingMiddleware(service_policies), ServicesInfoMiddleware()))

    async def put(self, message: Any) -> None:
        old = self.messages.get(message.name)
        new = await self.chain.save(save_context(current_policies()), descriptors.DEVICE, old, message)
        assert new is not None
        self.messages[message.name] = new

    async def delete(self, name: DeviceName) -> None:
        await self.chain.save(save_context(current_policies()), descriptors.DEVICE, self.messages[str(name)], None)
        del self.messages[str(name)]


def device(project_id: str, region: str = US) -> Any:
    return descriptors.DEVICE.message(name=f"projects/{project_id}/regions/{region}/devices/d1")


async def test_a_policy_of_one_project_writes_nothing_in_another() -> None:
    """CONTEXT-6"""
    store = Store()
    with use_policy(project("a"), IN_BOTH):
        await store.put(device("a"))
        with pytest.raises(PolicyRefused) as caught:
            await store.put(device("b"))
        assert caught.value.holder == project("b")
        with use_policy(project("b"), IN_EU):
            await store.put(device("b", EU))
            # Project b does not use this region; that project a does is of no help.
            with pytest.raises(PolicyRefused) as caught:
                await store.put(device("b", US))
        assert caught.value.code is PolicyRefusalCode.REGION_NOT_ENABLED
        with pytest.raises(PolicyRefused):
            await store.delete(DeviceName.parse(device("b", EU).name))
    assert sorted(store.messages) == [device("a").name, device("b", EU).name]


async def test_what_is_refused_is_not_touched() -> None:
    """CONTEXT-6: by none of the middlewares behind the guard."""
    store, new = Store(), device("p1")
    with use_policy(project("p1"), IN_EU), pytest.raises(PolicyRefused):
        await store.put(new)
    assert (new, store.messages) == (device("p1"), {})
    with use_policy(project("p1"), IN_US):
        await store.put(new)
    assert new.metadata.syncing.owning_region == US


async def test_a_deletion_of_nothing_is_no_write() -> None:
    """CONTEXT-6"""
    assert await PolicyGuard().save(save_context({}), descriptors.DEVICE, None, None) is None


def test_a_write_is_checked_by_name_as_well() -> None:
    """CONTEXT-6"""
    assert check_write(DEVICE, {project("p1"): IN_US}) is IN_US


def test_a_region_that_is_not_enabled_is_explained() -> None:
    """CONTEXT-6"""
    with pytest.raises(PolicyRefused) as caught:
        check_write(DEVICE, {project("p1"): Policy((EU, "ap-south1"))})
    assert str(caught.value) == (
        f"{DEVICE.full_name} is refused: its owning region us-west2 is not enabled in the policy of {project('p1')}, "
        "which enables ap-south1, eu-west1; enable that region there, or choose an enabled one"
    )


def test_a_missing_control_region_is_explained() -> None:
    """CONTEXT-6"""
    name = GroupName.of_project("p1", "g1")
    with pytest.raises(PolicyRefused) as caught:
        check_write(name, {project("p1"): Policy((EU,))})
    assert str(caught.value) == (
        f"{name.full_name} is refused: no region owns it: none is in its name, and the policy of {project('p1')} has "
        "no control region; set default_control_region in that policy"
    )


def test_the_service_of_a_global_name_is_named() -> None:
    """CONTEXT-6"""
    with pytest.raises(PolicyRefused) as caught:
        check_write(descriptors.PROJECT.name.of("p1"), {})
    assert caught.value.holder == DEVICES_SERVICE
