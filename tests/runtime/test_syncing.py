"""Who owns a resource and who gets a copy: the cases of spec/vectors/syncing.json, and what a save makes of them."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from device_management.proto.v1.device_pb2 import Device
from device_management.proto.v1.log_entry_pb2 import LogEntry
from devices_example_com.v1 import descriptors as devices
from devices_example_com.v1.names import DeviceName, LogEntryName
from google.protobuf.json_format import ParseDict

from goten.descriptors import Descriptor, SyncType
from goten.metadata import MetadataNotSupported
from goten.names import InvalidName, NamePattern, ResourceName
from goten.policy import Policy
from goten.syncing import (
    Syncing,
    SyncingError,
    SyncingErrorCode,
    compute_syncing,
    fill_syncing,
    governor_of,
    service_name,
    syncing_of,
)
from goten.types.meta_pb2 import Meta, SyncingMeta
from goten.types.multi_region_policy_pb2 import MultiRegionPolicy

SPEC = Path(__file__).resolve().parents[2] / "spec"
CASES: list[dict[str, Any]] = json.loads((SPEC / "vectors" / "syncing.json").read_text(encoding="utf-8"))
PACKAGES = {"meta.goten.com": "goten.meta"}

D1 = "projects/p1/regions/us-west2/devices/d-1"
POLICY = Policy(("eu-west1", "us-west2"), "eu-west1")
SERVICE_POLICY = Policy(("ap-south1", "eu-west1", "us-west2"), "us-west2")


def changed(descriptor: Descriptor[Any, Any], **fields: object) -> Descriptor[Any, Any]:
    return Descriptor(**{**vars(descriptor), **fields})


def descriptor_of(case: dict[str, Any]) -> Descriptor[Any, Any]:
    """The examples' descriptor, with the sync type of the case; or that of a Device with the pattern of the case."""
    if "pattern" in case:
        pattern = NamePattern(case["pattern"]["text"], region=case["pattern"]["region"])
        name = type("ProbeName", (ResourceName,), {"TYPE": case["type"], "VERSION": "v1", "PATTERNS": (pattern,)})
        descriptor = changed(devices.DEVICE, type=case["type"], name=name)
    else:
        domain = case["type"].partition("/")[0]
        package = PACKAGES.get(domain, domain.replace(".", "_"))
        service = importlib.import_module(f"{package}.{case['version']}.service").SERVICE
        descriptor = service.resource(case["type"])
    if "sync_type" in case:
        descriptor = changed(descriptor, sync_type=SyncType(case["sync_type"]))
    return descriptor


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}-{place}" for place, case in enumerate(CASES)])
def test_vector(case: dict[str, Any]) -> None:
    """Policies are chosen by the governor's name alone, so the governor is part of what is tested."""
    descriptor = descriptor_of(case)
    name = descriptor.name.parse(case["name"])
    policies = {
        holder: Policy.from_message(ParseDict(fields, MultiRegionPolicy()))
        for holder, fields in case["policies"].items()
    }
    policy, service_policy = policies.get(governor_of(name)), policies.get(service_name(descriptor.domain))
    expect = case["expect"]
    if "error" in expect:
        with pytest.raises(SyncingError) as refused:
            compute_syncing(descriptor, name, policy, service_policy)
        error = refused.value
        assert error.code == expect["error"], case["note"]
        assert (error.holder, error.region) == (expect["holder"], expect["region"]), case["note"]
        assert list(error.enabled_regions) == expect["enabled_regions"], case["note"]
        assert error.name == name.full_name
        return
    assert governor_of(name) == expect["governor"], case["note"]
    syncing = compute_syncing(descriptor, name, policy, service_policy)
    assert (syncing.owning_region, list(syncing.regions)) == (expect["owning_region"], expect["regions"]), case["note"]
    message = descriptor.message(**{descriptor.name_field: case["name"]})
    assert fill_syncing(descriptor, message, policy, service_policy) == syncing
    assert syncing_of(descriptor.ensure_metadata(message)) == syncing


def test_vectors_cover_the_rules_of_computing() -> None:
    rules = re.findall(r"^\*\*(SYNC-\d+)", (SPEC / "protocol" / "syncing.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {case["rule"] for case in CASES} == set(rules[1:6])


def test_a_save_sets_both_fields_whatever_was_there() -> None:
    """SYNC-1"""
    device = Device(name=D1, metadata=Meta(uuid="u", syncing=SyncingMeta(owning_region="x", regions=["y", "z"])))
    assert fill_syncing(devices.DEVICE, device, POLICY, None) == Syncing("us-west2", ("eu-west1", "us-west2"))
    assert device == Device(
        name=D1,
        metadata=Meta(uuid="u", syncing=SyncingMeta(owning_region="us-west2", regions=["eu-west1", "us-west2"])),
    )


def test_a_refused_resource_is_as_it_was() -> None:
    """SYNC-1"""
    for name, error in ((D1.replace("us-west2", "ap-south1"), SyncingError), ("", InvalidName), ("x/y", InvalidName)):
        device = Device(name=name)
        with pytest.raises(error):
            fill_syncing(devices.DEVICE, device, POLICY, SERVICE_POLICY)
        assert device == Device(name=name)


def test_a_refusal_names_resource_region_holder_and_enabled_regions() -> None:
    """SYNC-4"""
    name = DeviceName.of_project_region("p1", "ap-south1", "d-1")
    with pytest.raises(SyncingError) as refused:
        compute_syncing(devices.DEVICE, name, POLICY, SERVICE_POLICY)
    assert str(refused.value) == (
        "//devices.example.com/projects/p1/regions/ap-south1/devices/d-1 cannot be saved: its owning region ap-south1 "
        "is not enabled in the policy of //devices.example.com/projects/p1, which enables eu-west1, us-west2; enable "
        "that region there, or choose an enabled one"
    )


def test_what_is_missing_is_named() -> None:
    """SYNC-5, SYNC-6"""
    group = devices.GROUP.name.parse("projects/p1/groups/g")
    with pytest.raises(
        SyncingError, match=r"which enables no region, has no control region; set default_control_region"
    ):
        compute_syncing(devices.GROUP, group, Policy(), SERVICE_POLICY)
    with pytest.raises(SyncingError, match=r"the policy of //devices\.example\.com/projects/p1 decides .* not known"):
        compute_syncing(devices.GROUP, group, None, SERVICE_POLICY)
    with pytest.raises(SyncingError) as refused:
        compute_syncing(devices.PROJECT, devices.PROJECT.name.parse("projects/p1"), POLICY, None)
    assert refused.value.code is SyncingErrorCode.NO_POLICY
    assert refused.value.holder == "//meta.goten.com/services/devices.example.com"


def test_a_type_without_metadata_is_left_out() -> None:
    """SYNC-7, META-1"""
    text = f"{D1}/logEntries/20240101T000000.000Z-1"
    with pytest.raises(MetadataNotSupported, match=r"devices\.example\.com/LogEntry does not support metadata"):
        compute_syncing(devices.LOG_ENTRY, LogEntryName.parse(text), POLICY, SERVICE_POLICY)
    with pytest.raises(MetadataNotSupported):
        fill_syncing(devices.LOG_ENTRY, LogEntry(name=text), POLICY, SERVICE_POLICY)


def test_what_metadata_says() -> None:
    meta = Meta()
    assert syncing_of(meta) is None
    assert not meta.HasField("syncing")
    meta.syncing.owning_region = "a"
    meta.syncing.regions.extend(["a", "b"])
    assert syncing_of(meta) == Syncing("a", ("a", "b"))
