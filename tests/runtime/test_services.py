"""Service descriptors: lookups, and names of any resource of a service."""

from __future__ import annotations

import pytest

from goten.descriptors import Descriptor, SyncType
from goten.names import InvalidName, InvalidNameCode, NamePattern, ResourceName
from goten.services import ServiceDescriptor
from tests.runtime import sample_messages
from tests.runtime.sample_generated import (
    DEVICE,
    GET_DEVICE,
    IDENTITY,
    PROJECT,
    SITE,
    SITES,
    WATCH_PROJECTS,
    DeviceName,
    SettingsName,
    SiteName,
    UsageName,
)


def test_lookup_of_resources_and_methods() -> None:
    assert SITES.resource("sites.example.test/Device") is DEVICE
    assert SITES.resource("identity.example.test/Project") is None
    assert SITES.method("sample.sites.v1.DeviceService.GetDevice") is GET_DEVICE
    assert SITES.method("/sample.sites.v1.DeviceService/GetDevice") is GET_DEVICE
    assert SITES.method("/grpc.health.v1.Health/Check") is None
    assert IDENTITY.access_method("identity.example.test/Project", "watch") is WATCH_PROJECTS
    assert IDENTITY.access_method("identity.example.test/Organization", "watch") is None
    assert IDENTITY.access_method("sites.example.test/Device", "get") is None


def test_imports_and_holders_are_loaded_at_use() -> None:
    assert SITES.imports[0].load() is IDENTITY
    loaded = {holder.type: holder.load() for holder in SITES.holders}
    assert loaded["identity.example.test/Project"] is PROJECT
    assert loaded["sites.example.test/Site"] is SITE


def test_descriptors_of_services_print_and_compare_by_identity() -> None:
    assert str(SITES) == "sites.example.test v1"
    assert str(GET_DEVICE) == "sample.sites.v1.DeviceService.GetDevice"
    assert SITES != IDENTITY
    assert len({SITES, IDENTITY, SITES}) == 2


class TestNames:
    """NAME-12 across the types of a service."""

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("projects/p1/sites/s", SiteName.of_project("p1", "s")),
            ("projects/p1/regions/eu-1/devices/d", DeviceName.of_project_region("p1", "eu-1", "d")),
            ("//sites.example.test/devices/d", DeviceName.of("d")),
            ("devices/größe", DeviceName.of("größe")),
            ("settings", SettingsName.of()),
            ("projects/p1/settings", SettingsName.of_project("p1")),
            ("projects/p1/others/x/y/z/1/2/3", UsageName.of_any("projects/p1/others/x/y/z/1/2/3")),
            ("organizations/o/devices/D", UsageName.of_any("organizations/o/devices/D")),
        ],
    )
    def test_the_type_with_most_literal_segments_wins(self, text: str, name: ResourceName) -> None:
        assert SITES.parse_name(text) == name
        assert type(SITES.parse_name(text)) is type(name)

    def test_of_equals_the_first_type_wins(self) -> None:
        """NAME-12"""

        class FirstName(ResourceName):
            __slots__ = ()
            TYPE = "twins.example.test/First"
            PATTERNS = (NamePattern("things/{thing}", ids={"thing": "[a-z]+"}),)

        class SecondName(ResourceName):
            __slots__ = ()
            TYPE = "twins.example.test/Second"
            PATTERNS = (NamePattern("things/{thing}"), NamePattern("things/{thing=**}/parts/{part}"))

        service = service_of(FirstName, SecondName)
        assert type(service.parse_name("things/a")) is FirstName
        assert type(service.parse_name("things/1")) is SecondName
        assert service.parse_name("things/a/b/c/parts/d").ids == ("a/b/c", "d")

    @pytest.mark.parametrize("text", ["", "gadgets/g1", "projects/p1/", "projects/P1", "/projects/p1", "projects/p1\n"])
    def test_unknown_shapes_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidName) as caught:
            IDENTITY.parse_name(text)
        assert caught.value.text == text

    def test_refusals_say_what_was_expected(self) -> None:
        with pytest.raises(InvalidName, match=r"project is 'P1'.* expected projects/\{project\}"):
            IDENTITY.parse_name("projects/P1")
        with pytest.raises(InvalidName, match=r"fits no pattern of identity.example.test"):
            IDENTITY.parse_name("gadgets/g1")

    def test_names_of_other_services_are_refused(self) -> None:
        """NAME-1"""
        with pytest.raises(InvalidName) as caught:
            SITES.parse_name("//identity.example.test/projects/p1")
        assert caught.value.code is InvalidNameCode.DOMAIN

    def test_a_service_without_resources_has_no_names(self) -> None:
        with pytest.raises(InvalidName):
            service_of().parse_name("projects/p1")


def service_of(*names: type[ResourceName]) -> ServiceDescriptor:
    resources = tuple(
        Descriptor(
            type=name.TYPE,
            version="v1",
            singular="Thing",
            plural="Things",
            name=name,
            message=sample_messages.Usage,
            name_field="",
            parents=(),
            parentless=True,
            metadata_field=None,
            policy_field=None,
            sync_type=SyncType.DEFAULT,
            references=(),
        )
        for name in names
    )
    return ServiceDescriptor(domain="twins.example.test", version="v1", resources=resources, apis=(), access={})
