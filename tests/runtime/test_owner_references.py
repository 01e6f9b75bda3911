"""Owner references: the cases of spec/vectors/owner_references.json, and references to resources at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from device_management.proto.v1.device_pb2 import Device
from device_management.proto.v1.group_pb2 import Group
from devices_example_com.v1 import descriptors as devices
from devices_example_com.v1.names import GroupName
from devices_example_com.v1.service import SERVICE as DEVICES_V1
from devices_example_com.v2.service import SERVICE as DEVICES_V2
from google.protobuf.json_format import ParseDict

from goten.names import InvalidName, ResourceName
from goten.owner_references import (
    OwnerReferenceError,
    add_owner_reference,
    controller_of,
    find_owner_reference,
    make_owner_reference,
    owner_reference_to,
    remove_owner_reference,
)
from goten.registry import DescriptorRegistry
from goten.syncing import Syncing
from goten.types.meta_pb2 import Meta, OwnerReference, SyncingMeta

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "owner_references.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))
REGISTRY = DescriptorRegistry(DEVICES_V1, DEVICES_V2)


def reference(fields: dict[str, Any]) -> OwnerReference:
    return ParseDict(fields, OwnerReference())


def meta_with(references: list[dict[str, Any]]) -> Meta:
    return Meta(owner_references=map(reference, references))


def name_in(case: dict[str, Any]) -> ResourceName:
    name: ResourceName = REGISTRY.by_type(case["type"], case["version"]).name.parse(case["name"])
    return name


def of(kind: str) -> list[Any]:
    return [pytest.param(case, id=f"{case['rule']}-{case['note']}") for case in CASES if case["do"] == kind]


@pytest.mark.parametrize("case", of("make"))
def test_make(case: dict[str, Any]) -> None:
    syncing = None if case["owning_region"] is None else Syncing(case["owning_region"], ())
    if "error" in case["expect"]:
        with pytest.raises(OwnerReferenceError) as refused:
            make_owner_reference(name_in(case), syncing, **case["flags"])
        assert refused.value.code == case["expect"]["error"]
        assert refused.value.owner == name_in(case).full_name
        return
    made = make_owner_reference(name_in(case), syncing, **case["flags"])
    assert made == reference(case["expect"])
    assert REGISTRY.by_owner_reference(made) is REGISTRY.by_type(case["type"], case["version"])


@pytest.mark.parametrize("case", of("add"))
def test_add(case: dict[str, Any]) -> None:
    meta, added = meta_with(case["start"]), reference(case["reference"])
    if "error" in case["expect"]:
        with pytest.raises(OwnerReferenceError) as refused:
            add_owner_reference(meta, added)
        assert refused.value.code == case["expect"]["error"]
        assert meta == meta_with(case["start"])
        return
    assert add_owner_reference(meta, added) is case["changed"]
    assert meta == meta_with(case["expect"])
    assert find_owner_reference(meta, added) == added
    assert not add_owner_reference(meta, added), "a second time changes nothing"


@pytest.mark.parametrize("case", of("find"))
def test_find(case: dict[str, Any]) -> None:
    meta = meta_with(case["start"])
    expected = None if case["expect"] is None else meta.owner_references[case["expect"]]
    assert find_owner_reference(meta, name_in(case)) == expected


@pytest.mark.parametrize("case", of("remove"))
def test_remove(case: dict[str, Any]) -> None:
    meta = meta_with(case["start"])
    first = find_owner_reference(meta, name_in(case))
    found = None if first is None else OwnerReference.FromString(first.SerializeToString())
    removed = remove_owner_reference(meta, name_in(case))
    assert (removed is not None) is case["removed"]
    assert removed == found
    assert meta == meta_with(case["expect"])


def test_every_case_is_run() -> None:
    assert {case["do"] for case in CASES} == {"make", "add", "find", "remove"}
    assert {case["rule"] for case in CASES} == {f"META-{number}" for number in range(2, 7)}


def test_a_reference_to_a_resource_at_hand() -> None:
    """META-2, META-3"""
    group = Group(name="projects/p1/groups/g", metadata=Meta(syncing=SyncingMeta(owning_region="eu-west1")))
    assert owner_reference_to(devices.GROUP, group, controller=True, unset_on_delete=True) == OwnerReference(
        kind="devices.example.com/Group",
        version="v1",
        name="projects/p1/groups/g",
        region="eu-west1",
        controller=True,
        unset_on_delete=True,
    )


def test_a_resource_that_was_never_saved_may_tell_its_region_by_its_name() -> None:
    """META-3"""
    made = owner_reference_to(devices.DEVICE, Device(name="projects/p1/regions/us-west2/devices/d-1"))
    assert made.region == "us-west2"
    with pytest.raises(OwnerReferenceError, match=r"its region is not known, .* fill its metadata\.syncing"):
        owner_reference_to(devices.GROUP, Group(name="projects/p1/groups/g"))
    with pytest.raises(InvalidName):
        owner_reference_to(devices.GROUP, Group())


def test_what_is_found_can_be_changed_in_place() -> None:
    meta = Meta()
    name = GroupName.of_project("p1", "g")
    add_owner_reference(meta, make_owner_reference(name, Syncing("a", ("a",))))
    found = find_owner_reference(meta, name)
    assert found is not None
    found.region = "b"
    assert meta.owner_references[0].region == "b"


def test_the_controller() -> None:
    """META-5"""
    meta = Meta()
    assert controller_of(meta) is None
    first = make_owner_reference(GroupName.of_project_region("p1", "a1", "g"), controller=True)
    second = make_owner_reference(GroupName.of_project_region("p1", "a1", "h"), controller=True)
    add_owner_reference(meta, first)
    assert controller_of(meta) == first
    with pytest.raises(OwnerReferenceError) as refused:
        add_owner_reference(meta, second)
    assert str(refused.value) == (
        "//devices.example.com/projects/p1/regions/a1/groups/h cannot be an owner: "
        "//devices.example.com/projects/p1/regions/a1/groups/g is the controller; add it without controller, or remove "
        "that reference first"
    )
    assert remove_owner_reference(meta, first) == first
    assert add_owner_reference(meta, second)
    assert controller_of(meta) == second
