"""Policies for every name: holders first, then services."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from goten.policy_context import PolicyUnavailable
from goten.policy_interceptor import PolicyResolver
from goten.policy_store import FetchFailed, GoverningPolicies, ServicePolicyUnknown
from goten.service_policies import StaticServicePolicies
from tests.runtime.policy_store.scene import Watching, in_turn
from tests.runtime.policy_store.services import RoomName, policy
from tests.runtime.watch.fakes import settle

P1, P3 = "projects/p1/rooms/r", "projects/p3/rooms/r"


def governing(watching: Watching) -> GoverningPolicies:
    services = {
        "rooms.example.test": policy("us", "eu").to_message(),
        "identity.example.com": policy("asia").to_message(),
    }
    return GoverningPolicies(watching.store, StaticServicePolicies(services))


async def test_the_holder_comes_first(watching: Watching) -> None:
    """STORE-17: and costs no more than without services."""
    policies = governing(watching)
    assert await in_turn(policies.policy_for(P1)) == policy("eu")
    assert await in_turn(policies.policy_for(RoomName.parse(P1))) == policy("eu")


async def test_global_names_have_the_policy_of_their_service(watching: Watching) -> None:
    """STORE-17: of the service that the name belongs to."""
    policies = governing(watching)
    for name in ("rooms/r", "//rooms.example.test/rooms/r", RoomName.parse("rooms/r")):
        assert await in_turn(policies.policy_for(name)) == policy("us", "eu")
    assert await policies.policy_for("//identity.example.com/users/u") == policy("asia")


async def test_a_service_that_nobody_knows_has_no_policy_now(watching: Watching) -> None:
    """STORE-17"""
    policies = GoverningPolicies(watching.store, StaticServicePolicies({}))
    with pytest.raises(
        ServicePolicyUnknown, match=r"the policy of the service rooms.example.test is not known"
    ) as caught:
        await policies.policy_for("rooms/r")
    assert isinstance(caught.value, PolicyUnavailable)
    assert await policies.policy_for(P1) == policy("eu")


async def test_a_missing_holder_is_no_reason_to_take_the_service(watching: Watching) -> None:
    """STORE-11, STORE-17"""
    asking = asyncio.create_task(governing(watching).policy_for(P3))
    await settle()
    await watching.gets[0].fail(grpc.StatusCode.NOT_FOUND)
    assert await asking is None


async def test_what_is_not_known_now_is_told_apart(watching: Watching) -> None:
    """STORE-8"""
    watching.network.is_known = False
    with pytest.raises(FetchFailed):
        await governing(watching).policy_for(P3)


async def test_it_is_what_the_interceptor_needs(watching: Watching) -> None:
    resolver: PolicyResolver = governing(watching)
    assert await resolver.policy_for(RoomName.parse(P1)) == policy("eu")
