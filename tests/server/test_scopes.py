"""Which names a parent stands for."""

from __future__ import annotations

from typing import Any

import pytest
from catalog_example_com.v1 import descriptors as catalog
from devices_example_com.v1 import descriptors as devices
from identity_example_com.v1 import descriptors as identity

from goten.descriptors import Descriptor
from goten.meta.v1 import descriptors as meta
from goten.refusals import Refused
from goten.server.scopes import Scopes

NAMES = {
    devices.DEVICE: [
        "projects/p1/regions/eu-west1/devices/d-1",
        "projects/p1/regions/us-west2/devices/d-1",
        "projects/p2/regions/us-west2/devices/d-2",
    ],
    devices.GROUP: [
        "projects/p1/groups/all",
        "projects/p1/regions/us-west2/groups/all",
        "projects/p10/groups/all",
    ],
    devices.LINK: ["projects/p1/regions/us-west2/links/a~b"],
    devices.SETTINGS: ["projects/p1/settings", "projects/p2/settings"],
    identity.ROLE: ["roles/r", "projects/p1/roles/r", "organizations/o1/roles/r", "services/s1/roles/r"],
    identity.SERVICE_ACCOUNT_KEY: [
        "organizations/o1/serviceAccounts/a/keys/k",
        "projects/p1/regions/us-west2/serviceAccounts/a/keys/k",
    ],
    catalog.DOCUMENT: [
        "products/RT-0042/documents/manuals/de/start.pdf",
        "products/RT-0043/documents/plan",
        "products/RT-0042/documents/documents/x",
    ],
    meta.SERVICE: ["services/s1.example.com", "services/s2.example.com"],
    meta.DEPLOYMENT: ["services/s1.example.com/deployments/eu1", "services/s2.example.com/deployments/eu1"],
}


@pytest.mark.parametrize(
    ("descriptor", "parent", "found"),
    [
        (devices.DEVICE, "projects/p1/regions/us-west2", [1]),
        (devices.DEVICE, "projects/p1/regions/-", [0, 1]),
        (devices.DEVICE, "projects/-/regions/us-west2", [1, 2]),
        (devices.DEVICE, "projects/-/regions/-", [0, 1, 2]),
        (devices.DEVICE, "projects/p1", [0, 1]),
        (devices.DEVICE, "projects/-", [0, 1, 2]),
        (devices.DEVICE, "//devices.example.com/projects/p2", [2]),
        (devices.DEVICE, "projects/unknown", []),
        (devices.DEVICE, "", [0, 1, 2]),
        (devices.GROUP, "projects/p1", [0, 1]),
        (devices.GROUP, "projects/p1/regions/us-west2", [1]),
        (devices.GROUP, "projects/-", [0, 1, 2]),
        (devices.GROUP, "projects/-/regions/-", [1]),
        (devices.LINK, "projects/p1", [0]),
        (devices.SETTINGS, "projects/p1", [0]),
        (devices.SETTINGS, "projects/-", [0, 1]),
        (identity.ROLE, "", [0]),
        (identity.ROLE, "projects/p1", [1]),
        (identity.ROLE, "projects/-", [1]),
        (identity.ROLE, "organizations/-", [2]),
        (identity.SERVICE_ACCOUNT_KEY, "organizations/o1/serviceAccounts/-", [0]),
        (identity.SERVICE_ACCOUNT_KEY, "projects/p1/regions/-/serviceAccounts/a", [1]),
        (catalog.DOCUMENT, "products/RT-0042", [0, 2]),
        (catalog.DOCUMENT, "products/-", [0, 1, 2]),
        (meta.SERVICE, "", [0, 1]),
        (meta.DEPLOYMENT, "services/-", [0, 1]),
        (meta.DEPLOYMENT, "services/s2.example.com", [1]),
    ],
)
def test_a_parent_stands_for_the_names_directly_below_it(
    descriptor: Descriptor[Any, Any], parent: str, found: list[int]
) -> None:
    """METHOD-3"""
    scope = Scopes(descriptor).of(parent)
    names = NAMES[descriptor]
    below = [
        index
        for index, name in enumerate(names)
        if name.startswith(scope.prefix) and (scope.matches is None or scope.matches(name))
    ]
    assert below == found


@pytest.mark.parametrize(
    ("descriptor", "parent", "reason"),
    [
        (devices.DEVICE, "folders/f1", "no Device is directly below it; expected projects/{project}/regions/{region}"),
        (devices.DEVICE, "projects/p1/", "no Device is directly below it"),
        (devices.DEVICE, "projects/p1/regions/us-west2/devices/d-1", "no Device is directly below it"),
        (devices.DEVICE, "projects/p1/regions/US", "region is 'US', which is not allowed"),
        (devices.DEVICE, "//identity.example.com/projects/p1", "it is no name of devices.example.com"),
        (catalog.DOCUMENT, "products/RT-0042/documents/manuals", "no Document is directly below it"),
        (meta.SERVICE, "services", "no Service is directly below it; expected none"),
        (identity.ROLE, "x", "expected none or services/{service} or organizations/{organization}"),
    ],
)
def test_what_can_be_no_parent_is_refused(descriptor: Descriptor[Any, Any], parent: str, reason: str) -> None:
    """METHOD-3"""
    with pytest.raises(Refused) as refused:
        Scopes(descriptor).of(parent)
    assert refused.value.message.startswith("parent: ")
    assert reason in refused.value.message


def test_parents_that_mean_the_same_have_one_key() -> None:
    scopes = Scopes(devices.DEVICE)
    parents = ("projects/p1", "projects/p1/regions/-", "//devices.example.com/projects/p1")
    keys = [scopes.of(parent).key for parent in parents]
    assert len({*keys}) == 1
    assert scopes.of("projects/p2").key != keys[0]


def test_a_prefix_is_enough_where_names_have_one_shape() -> None:
    assert Scopes(meta.DEPLOYMENT).of("services/-").matches is None
    assert Scopes(meta.DEPLOYMENT).of("services/s1.example.com").matches is None
    assert Scopes(devices.DEVICE).of("projects/p1").matches is None


def test_names_that_are_none_in_this_version_are_in_no_scope() -> None:
    """METHOD-13"""
    scope = Scopes(devices.DEVICE, every_name=False).of("")
    assert scope.matches is not None
    assert scope.matches("projects/p1/regions/us-west2/devices/d-1")
    assert not scope.matches("projects/p1/sites/s/devices/d-1")
