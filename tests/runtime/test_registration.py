"""What a service registers, and the order of versions."""

from __future__ import annotations

import pytest

from goten.descriptors import Descriptor, SyncType
from goten.registration import (
    ImportedVersion,
    RegisteredResource,
    Registration,
    RegistrationConflict,
    RuntimeKind,
    merge_registrations,
)
from goten.services import ServiceDescriptor, ServiceImport
from goten.versions import newest_first
from tests.runtime.sample_generated import IDENTITY, REGISTRATION, SITE, SITES, start_env_registry

# Not regional any more, and with another plural.
DEVICE_V2 = Descriptor(
    type="sites.example.test/Device",
    version="v2",
    singular="Device",
    plural="AllDevices",
    name=SITE.name,
    message=SITE.message,
    name_field="name",
    parents=SITE.parents,
    parentless=False,
    metadata_field="metadata",
    policy_field=None,
    sync_type=SyncType.DEFAULT,
    references=(),
)
SITES_V2 = ServiceDescriptor(
    domain=SITES.domain,
    version="v2",
    resources=(SITE, DEVICE_V2),
    apis=SITES.apis,
    access=SITES.access,
    holders=SITES.holders,
    imports=(ServiceImport("identity.example.test", "v2", lambda: IDENTITY),),
)


def test_what_is_registered_follows_from_the_service() -> None:
    assert (REGISTRATION.domain, REGISTRATION.version, REGISTRATION.generation) == ("sites.example.test", "v1", 1)
    assert REGISTRATION.imports == (ImportedVersion("v1", "identity.example.test", "v1"),)
    devices = RegisteredResource("sites.example.test/Device", "Device", "Devices", ("v1",), (True,))
    assert devices in REGISTRATION.resources
    assert len(REGISTRATION.resources) == len(SITES.resources)


def test_versions_of_a_service_become_one_record() -> None:
    record = merge_registrations([REGISTRATION, Registration(SITES_V2, generation=3)])
    assert (record.domain, record.generation, record.versions) == ("sites.example.test", 3, ("v2", "v1"))
    assert set(record.imports) == {
        ImportedVersion("v1", "identity.example.test", "v1"),
        ImportedVersion("v2", "identity.example.test", "v2"),
    }
    resources = {resource.type: resource for resource in record.resources}
    assert resources["sites.example.test/Device"] == RegisteredResource(
        "sites.example.test/Device", "Device", "AllDevices", ("v2", "v1"), (False, True)
    )
    assert resources["sites.example.test/Settings"].versions == ("v1",)
    assert len(resources) == len(record.resources)


@pytest.mark.parametrize(
    ("registrations", "reason"),
    [
        ([REGISTRATION, Registration(IDENTITY, 1)], "not identity.example.test, sites.example.test"),
        ([REGISTRATION, Registration(SITES, 2)], "a version of sites.example.test is registered twice"),
        ([], "not none"),
    ],
)
def test_what_makes_no_record_is_refused(registrations: list[Registration], reason: str) -> None:
    with pytest.raises(RegistrationConflict, match=reason):
        merge_registrations(registrations)


async def test_one_call_starts_the_registry() -> None:
    class Starter:
        async def start(self, registrations: tuple[Registration, ...], runtime: RuntimeKind) -> str:
            return f"{merge_registrations(registrations).versions} {runtime}"

    registry = await start_env_registry(Starter(), RuntimeKind.SERVER, Registration(SITES_V2, 1))
    assert registry == "('v2', 'v1') server"


def test_newest_versions_come_first() -> None:
    versions = ["", "v1", "v1alpha2", "v10", "v1beta1", "v2", "v1p1beta1", "v2alpha", "v1alpha10", "internal"]
    assert newest_first(versions) == [
        "v10",
        "v2",
        "v2alpha",
        "v1p1beta1",
        "v1",
        "v1beta1",
        "v1alpha10",
        "v1alpha2",
        "internal",
        "",
    ]
