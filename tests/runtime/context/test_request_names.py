"""Which names requests are about: CONTEXT-8, CONTEXT-9, CONTEXT-10."""

from __future__ import annotations

import copy
import json
from typing import Any, ClassVar

import pytest
from devices_example_com.v1 import descriptors, methods
from devices_example_com.v1 import names as device_names
from google.protobuf import json_format

from goten.methods import MethodDescriptor
from goten.names import NamePattern, ResourceName
from goten.request_names import InvalidRequestName, RequestNames
from goten.services import ServiceDescriptor
from goten.syncing import governor_of
from tests.conftest import REPO
from tests.runtime.context.services import DEVICES, SERVICES, method_of

CASES: list[dict[str, Any]] = json.loads((REPO / "spec/vectors/request_names.json").read_text(encoding="utf-8"))

SAMPLE_IDS = (
    "p1",
    "us-west2",
    "RT-0042",
    "0a:1b",
    "fw-1.2.3",
    "20240102T030405.678Z-1",
    "eth0",
    "devices.example.com",
    "Device",
)
"""Each id pattern of the examples allows one of these."""


def found(service: ServiceDescriptor, method: MethodDescriptor[Any, Any], request: Any) -> list[ResourceName]:
    message = json_format.ParseDict(request, method.request())
    return RequestNames(service, method).find(message)


@pytest.mark.parametrize("case", CASES, ids=[f"{case['rule']}-{case['note']}" for case in CASES])
def test_vectors(case: dict[str, Any]) -> None:
    service, method = method_of(case["method"])
    if "invalid" in case["expect"]:
        with pytest.raises(InvalidRequestName) as caught:
            found(service, method, case["request"])
        assert caught.value.field == case["expect"]["invalid"]
        return
    names = found(service, method, case["request"])
    one_holder = [name for name in names if name.holder is None or not name.holder.has_wildcard]
    assert sorted({governor_of(name) for name in one_holder}) == case["expect"]["governors"]


ALL_METHODS = [
    pytest.param(service, method, id=method.full_name)
    for service in SERVICES
    for api in service.apis
    for method in api.methods
]


@pytest.mark.parametrize(("service", "method"), ALL_METHODS)
def test_an_empty_request_of_any_method_names_nothing_or_what_is_without_parent(
    service: ServiceDescriptor, method: MethodDescriptor[Any, Any]
) -> None:
    """CONTEXT-9"""
    names = RequestNames(service, method)
    assert all(name.parent is None for name in names.find(method.request()))
    assert names.finds_any or (method.name_path, method.parent_path, method.body_path) == (None, None, None)


def sample_names(name: type[ResourceName]) -> list[ResourceName]:
    """A name of each pattern of a type."""
    samples = []
    for pattern in name.PATTERNS:
        ids = [next(value for value in SAMPLE_IDS if rule.accepts(value)) for rule in pattern.candidate.ids]
        samples.append(name.parse(pattern.shape.template % tuple(ids)))
    return samples


def with_text(method: MethodDescriptor[Any, Any], path: str, text: str) -> Any:
    request = method.request()
    message, field = request, path
    if "." in path:
        body, field = path.split(".")
        message = getattr(request, body)
    if path == "names":
        request.names.append(text)
    else:
        setattr(message, field, text)
    return request


@pytest.mark.parametrize(("service", "method"), ALL_METHODS)
def test_every_method_finds_the_name_and_the_governor_of_every_pattern(
    service: ServiceDescriptor, method: MethodDescriptor[Any, Any]
) -> None:
    """CONTEXT-8, CONTEXT-9: what the parent says of a name is what the name says."""
    descriptor = service.resource(method.resource or "")
    assert descriptor is not None
    names = RequestNames(service, method)
    for name in sample_names(descriptor.name):
        if method.name_path is not None:
            assert names.find(with_text(method, method.name_path, str(name))) == [name]
        if method.parent_path is not None:
            words = str(name).split("/")
            literal_end = name.pattern.text.split("/")[-1] == words[-1]
            parent = "/".join(words[: -1 if literal_end else -2])
            governors = {governor_of(below) for below in names.find(with_text(method, method.parent_path, parent))}
            assert governors == {governor_of(name)}


def test_a_bad_name_is_explained() -> None:
    """CONTEXT-10"""
    with pytest.raises(InvalidRequestName) as caught:
        found(DEVICES, methods.BATCH_GET_DEVICES, {"names": ["projects/p1"]})
    error = caught.value
    assert (error.field, error.text) == ("names[0]", "projects/p1")
    assert error.reason == "it fits no pattern of devices.example.com/Device"
    assert error.hint == "expected projects/{project}/regions/{region}/devices/{device}"
    assert str(error) == f"invalid names[0] 'projects/p1': {error.reason}; {error.hint}"


def test_a_bad_parent_is_explained() -> None:
    """CONTEXT-10"""
    with pytest.raises(InvalidRequestName) as caught:
        found(DEVICES, methods.LIST_GROUPS, {"parent": "rooms/r1"})
    assert str(caught.value) == (
        "invalid parent 'rooms/r1': nothing below it is a devices.example.com/Group; "
        "expected projects/{project} or projects/{project}/regions/{region}"
    )


def test_a_bad_id_in_a_parent_is_explained() -> None:
    """CONTEXT-10"""
    with pytest.raises(InvalidRequestName, match="region is 'US', which is not allowed"):
        found(DEVICES, methods.LIST_DEVICES, {"parent": "projects/p1/regions/US"})


def test_a_collection_is_found_as_names_of_what_it_holds() -> None:
    """CONTEXT-9"""
    assert found(DEVICES, methods.LIST_DEVICES, {"parent": "projects/p1/regions/us-west2"}) == [
        device_names.DeviceName.of_project_region("p1", "us-west2", "-")
    ]


class StrictName(ResourceName):
    """A holder with a rule for its ids."""

    __slots__ = ()
    TYPE: ClassVar[str] = "rooms.example.com/House"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (NamePattern("houses/{house}", ids={"house": "[0-9]+"}),)


class RoomName(ResourceName):
    """What it governs, with no such rule."""

    __slots__ = ()
    TYPE: ClassVar[str] = "rooms.example.com/Room"
    PATTERNS: ClassVar[tuple[NamePattern, ...]] = (
        NamePattern("houses/{house}/rooms/{room}", holder=lambda: StrictName),
    )


@pytest.mark.parametrize(
    ("method", "field", "text"),
    [(methods.GET_DEVICE, "name", "houses/seven/rooms/r1"), (methods.LIST_DEVICES, "parent", "houses/seven")],
)
def test_an_id_that_the_holder_does_not_allow_is_a_bad_name(
    method: MethodDescriptor[Any, Any], field: str, text: str
) -> None:
    """CONTEXT-10: nothing can govern it."""
    room = copy.copy(descriptors.DEVICE)
    vars(room).update(type=RoomName.TYPE, name=RoomName)
    own_method = copy.copy(method)
    vars(own_method).update(resource=RoomName.TYPE)
    access = {RoomName.TYPE: {method.verb: own_method}}
    service = ServiceDescriptor(domain="rooms.example.com", version="", resources=(room,), apis=(), access=access)
    assert found(service, own_method, {field: text.replace("seven", "7")})
    with pytest.raises(InvalidRequestName, match="house is 'seven', which is not allowed"):
        found(service, own_method, {field: text})
