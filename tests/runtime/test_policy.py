"""Arithmetic on policies: the cases of spec/vectors/policy.json, and a comparison with a reading of the rules."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st

from goten.descriptors import SyncType
from goten.policy import (
    AnyPolicy,
    Criterion,
    Policy,
    ServicePolicyMissing,
    copy_regions,
    is_copy_forbidden,
    is_enabled,
    may_be_created_in,
    may_be_read_from,
    owning_region,
)
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

SPEC = Path(__file__).resolve().parents[2] / "spec"
CASES: list[dict[str, Any]] = json.loads((SPEC / "vectors" / "policy.json").read_text(encoding="utf-8"))
DEVICE = "devices.example.com/Device"


def message(fields: dict[str, Any]) -> MultiRegionPolicy:
    return ParseDict(fields, MultiRegionPolicy())


def value(fields: dict[str, Any]) -> Policy:
    criteria = [
        Criterion(said.get("resource_type_name", ""), said.get("source_region", ""), said.get("dest_region", ""))
        for said in fields.get("criteria_for_disabled_sync", ())
    ]
    return Policy(tuple(fields["enabled_regions"]), fields.get("default_control_region", ""), tuple(criteria))


def answer(case: dict[str, Any], policy: AnyPolicy | None, service_policy: AnyPolicy | None) -> object:
    """What the function that the case asks for says; None for no result."""
    if case["ask"] in ("copy_regions", "may_be_read_from"):
        asked: dict[str, Any] = {key: case[key] for key in ("owner", "resource_type")}
        asked |= {"sync_type": SyncType(case["sync_type"]), "service_policy": service_policy}
        try:
            if case["ask"] == "copy_regions":
                return list(copy_regions(policy, **asked))
            return may_be_read_from(policy, case["region"], **asked)
        except ServicePolicyMissing:
            return None
    assert policy is not None
    match case["ask"]:
        case "is_enabled":
            return is_enabled(policy, case["region"])
        case "owning_region":
            return owning_region(policy, case["name_region"])
        case "may_be_created_in":
            return may_be_created_in(policy, case["region"], regional=case["regional"])
        case "is_copy_forbidden":
            return is_copy_forbidden(policy, case["resource_type"], case["source_region"], case["dest_region"])
        case "same":
            return policy == value(case["other"])
        case _:
            raise AssertionError(case["ask"])


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}-{place}" for place, case in enumerate(CASES)])
def test_vector(case: dict[str, Any]) -> None:
    """The functions agree with the vector, for policies as messages and as values, and when they are asked again."""
    policy, service_policy = (case.get(key) for key in ("policy", "service_policy"))
    read = None if policy is None else value(policy)
    read_service = None if service_policy is None else value(service_policy)
    assert answer(case, read, read_service) == case["expect"], case["note"]
    assert answer(case, read, read_service) == case["expect"], "asked again"
    if case["ask"] != "same":
        sent = None if policy is None else message(policy)
        sent_service = None if service_policy is None else message(service_policy)
        assert answer(case, sent, sent_service) == case["expect"], "as messages"


def test_vectors_cover_the_rules() -> None:
    rules = re.findall(
        r"^\*\*(POLICY-\d+)", (SPEC / "protocol" / "policy.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    counts = Counter(case["rule"] for case in CASES)
    # POLICY-3 is about names: spec/vectors/syncing.json.
    assert set(counts) == set(rules) - {"POLICY-3"}
    assert counts.total() >= 200


# --- against a reading of the rules, as plain as it gets -------------------------------------------------------------

REGIONS = ("a", "b", "c", "d", "e")
TYPES = ("x.example.com/A", "x.example.com/B")


def brute_force(
    policy: Policy | None, service: Policy, owner: str, resource_type: str, sync_type: SyncType
) -> tuple[str, ...]:
    held = []
    for region in sorted(REGIONS):
        if region != owner:
            asked = service if policy is None or sync_type is SyncType.ALWAYS_GLOBALLY else policy
            forbidden = asked is policy and any(
                criterion.resource_type in ("", resource_type)
                and criterion.source_region in ("", owner)
                and criterion.dest_region in ("", region)
                for criterion in policy.criteria
            )
            if sync_type is SyncType.NEVER or region not in asked.enabled_regions:
                continue
            if forbidden and sync_type is SyncType.DEFAULT:
                continue
        held.append(region)
    return tuple(held)


regions = st.sampled_from(REGIONS)
criteria = st.builds(
    Criterion, st.sampled_from(("", *TYPES)), st.sampled_from(("", *REGIONS)), st.sampled_from(("", *REGIONS))
)
policies = st.builds(
    Policy,
    st.lists(regions, max_size=6).map(tuple),
    st.sampled_from(("", *REGIONS)),
    st.lists(criteria, max_size=4).map(tuple),
)


@given(st.one_of(st.none(), policies), policies, regions, st.sampled_from(TYPES), st.sampled_from(SyncType))
def test_copies_are_what_the_rules_say(
    policy: Policy | None, service: Policy, owner: str, resource_type: str, sync_type: SyncType
) -> None:
    """POLICY-6 to POLICY-10, POLICY-12"""
    expected = brute_force(policy, service, owner, resource_type, sync_type)
    asked: dict[str, Any] = {"owner": owner, "resource_type": resource_type, "sync_type": sync_type}
    asked["service_policy"] = service
    assert copy_regions(policy, **asked) == expected
    assert copy_regions(policy, **asked) == expected
    assert {region for region in REGIONS if may_be_read_from(policy, region, **asked)} == set(expected)
    assert owner in expected


@given(policies)
def test_creation_follows_from_owner_and_enabled_regions(policy: Policy) -> None:
    """POLICY-4, POLICY-5"""
    for region in REGIONS:
        enabled = is_enabled(policy, region)
        assert may_be_created_in(policy, region, regional=True) is (enabled and owning_region(policy, region) == region)
        assert may_be_created_in(policy, region, regional=False) is (enabled and owning_region(policy, None) == region)


# --- the value ---------------------------------------------------------------------------------------------------


@given(policies)
def test_a_policy_survives_its_message(policy: Policy) -> None:
    """POLICY-1"""
    assert Policy.from_message(policy.to_message()) == policy
    assert Policy.from_message(MultiRegionPolicy.FromString(policy.to_message().SerializeToString())) == policy


@given(policies, st.randoms())
def test_equal_policies_are_those_that_mean_the_same(policy: Policy, random: Any) -> None:
    """POLICY-1"""
    shuffled = policy.to_message()
    shuffled.enabled_regions[:] = random.sample([*policy.enabled_regions] * 2, 2 * len(policy.enabled_regions))
    criteria = [*shuffled.criteria_for_disabled_sync] * 2
    del shuffled.criteria_for_disabled_sync[:]
    shuffled.criteria_for_disabled_sync.extend(random.sample(criteria, len(criteria)))
    assert Policy.from_message(shuffled) == policy
    assert hash(Policy.from_message(shuffled)) == hash(policy)


def test_a_policy_does_not_follow_later_changes_of_its_message() -> None:
    sent = MultiRegionPolicy(enabled_regions=["b", "a"])
    policy = Policy.from_message(sent)
    sent.enabled_regions.append("c")
    assert policy.enabled_regions == ("a", "b")
    assert Policy.from_message(sent).enabled_regions == ("a", "b", "c")


def test_a_policy_never_changes() -> None:
    policy = Policy(("a",), "a")
    with pytest.raises(AttributeError):
        policy.default_control_region = "b"  # type: ignore[misc]
    assert copy.deepcopy(policy) == policy == pickle.loads(pickle.dumps(policy))  # noqa: S301


def test_holders_with_the_same_policy_share_the_value() -> None:
    fields = {"enabled_regions": ["a", "b"], "default_control_region": "a"}
    assert Policy.from_message(message(fields)) is Policy.from_message(message(fields))


def test_very_many_different_policies_are_all_read_right() -> None:
    for number in range(10_000):
        policy = Policy.from_message(MultiRegionPolicy(enabled_regions=[f"r{number}"]))
        assert policy.enabled_regions == (f"r{number}",)
    long = MultiRegionPolicy(enabled_regions=[f"r{number}" for number in range(10_000)])
    assert len(Policy.from_message(long).enabled_regions) == len(Policy.from_message(long).enabled_regions) == 10_000


def test_asking_about_regions_that_are_not_enabled_leaves_nothing_behind() -> None:
    """Answers are kept for owners that the policy enables; others come from outside and are without number."""
    policy = Policy(("a", "b"), "a", (Criterion(dest_region="b"),))
    for owner in itertools.chain("ab", map(str, range(1000))):
        copy_regions(policy, owner=owner, resource_type=DEVICE, sync_type=SyncType.DEFAULT, service_policy=None)
    assert len(policy._copies) == 2


def test_a_missing_service_policy_is_named() -> None:
    """POLICY-11"""
    with pytest.raises(ServicePolicyMissing, match=r"the policy of the service devices\.example\.com"):
        copy_regions(None, owner="a", resource_type=DEVICE, sync_type=SyncType.DEFAULT, service_policy=None)
