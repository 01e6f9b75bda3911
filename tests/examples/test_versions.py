"""The versions of the example services: nothing that both can express is lost between them."""

from __future__ import annotations

from typing import Any

import devices_service.versions
import identity_service.versions
import pytest
from device_management.proto.v1 import device_pb2 as device_v1_pb2
from device_management.proto.v2 import device_pb2
from devices_example_com.v1 import descriptors as devices_v1
from devices_example_com.v1.service import SERVICE as DEVICES_V1
from devices_example_com.v2.service import SERVICE as DEVICES_V2
from identity.proto.v1 import role_binding_pb2 as role_binding_v1_pb2
from identity.proto.v2 import role_binding_pb2
from identity_example_com.v1 import descriptors as identity_v1
from identity_example_com.v1.service import SERVICE as IDENTITY_V1
from identity_example_com.v2.service import SERVICE as IDENTITY_V2

from goten.descriptors import Descriptor
from goten.server import ServedVersion
from goten.services import ServiceDescriptor
from tests.examples.filled import fill

VERSIONS = (*identity_service.versions.V1_OVER_V2, *devices_service.versions.V1_OVER_V2)


def version_of(descriptor: Descriptor[Any, Any]) -> ServedVersion[Any, Any]:
    [found] = [version for version in VERSIONS if version.served is descriptor]
    return found


@pytest.mark.parametrize(("old", "new"), [(IDENTITY_V1, IDENTITY_V2), (DEVICES_V1, DEVICES_V2)], ids=str)
def test_every_type_of_both_versions_is_stored_once(old: ServiceDescriptor, new: ServiceDescriptor) -> None:
    served = {version.served: version.stored for version in VERSIONS if version.served in old.resources}
    assert served == {
        descriptor: stored for descriptor in old.resources if (stored := new.resource(descriptor.type)) is not None
    }


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_what_v1_says_is_read_back_in_v1(version: ServedVersion[Any, Any]) -> None:
    """METHOD-13"""
    said = version.served.message()
    fill(said)
    stored = version.up(said, None)
    assert isinstance(stored, version.stored.message)
    assert version.down(stored) == said
    nothing = version.served.message()
    assert version.down(version.up(nothing, None)) == nothing


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_an_update_in_v1_that_changes_nothing_changes_nothing(version: ServedVersion[Any, Any]) -> None:
    """METHOD-14: what v1 cannot express stays."""
    stored = version.stored.message()
    fill(stored)
    kept = version.stored.message()
    kept.CopyFrom(stored)
    assert version.up(version.down(stored), stored) == kept
    assert stored == kept, "it is shared"


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_what_v1_clears_is_cleared(version: ServedVersion[Any, Any]) -> None:
    """METHOD-14"""
    stored = version.stored.message()
    fill(stored)
    cleared = version.up(version.served.message(), stored)
    assert version.down(cleared) == version.down(version.up(version.served.message(), cleared))
    assert not version.down(cleared).name


def test_a_device_keeps_the_model_that_v1_does_not_know() -> None:
    version = version_of(devices_v1.DEVICE)
    stored = device_pb2.Device(display_name="Router")
    stored.hardware.serial_number, stored.hardware.model = "S-17", "edge"
    renamed = version.up(device_v1_pb2.Device(title="Bridge", serial_number="S-18"), stored)
    assert (renamed.display_name, renamed.hardware.serial_number, renamed.hardware.model) == ("Bridge", "S-18", "edge")
    assert not version.up(device_v1_pb2.Device(title="Bridge"), None).HasField("hardware")


def test_a_role_binding_keeps_the_members_that_v1_does_not_know() -> None:
    version = version_of(identity_v1.ROLE_BINDING)
    stored = role_binding_pb2.RoleBinding(members=["users/ada", "users/bob"])
    assert version.down(stored).member == "users/ada"
    assert list(version.up(role_binding_v1_pb2.RoleBinding(member="users/eve"), stored).members) == [
        "users/eve",
        "users/bob",
    ]
    assert list(version.up(role_binding_v1_pb2.RoleBinding(member="users/eve"), None).members) == ["users/eve"]
