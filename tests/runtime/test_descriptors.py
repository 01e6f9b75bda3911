"""Resource and method descriptors, on plain protobuf messages."""

from __future__ import annotations

from typing import Any

import pytest

from goten.descriptors import FieldNotSupported
from goten.metadata import MetadataNotSupported
from goten.methods import MethodDescriptor, MethodKind, Routing
from goten.names import InvalidName
from tests.runtime import sample_messages
from tests.runtime.sample_generated import DEVICE, GET_DEVICE, ORGANIZATION, PROJECT, SETTINGS, USAGE, DeviceName


class TestFacts:
    def test_derived_facts(self) -> None:
        assert str(DEVICE) == "sites.example.test/Device v1"
        assert DEVICE.domain == "sites.example.test"
        assert DEVICE.patterns is DeviceName.PATTERNS
        assert DEVICE.services_info_default
        assert not SETTINGS.services_info_default

    def test_regional_support_and_holders(self) -> None:
        """DETECT-3 to DETECT-5"""
        assert DEVICE.regional
        assert not PROJECT.regional
        assert DEVICE.supports_metadata
        assert not SETTINGS.supports_metadata
        assert PROJECT.is_policy_holder
        assert not DEVICE.is_policy_holder

    def test_descriptors_are_keys(self) -> None:
        assert {DEVICE: 1, PROJECT: 2}[DEVICE] == 1


class TestName:
    def test_name_of_a_message(self) -> None:
        message = sample_messages.Device(name="devices/d1")
        assert DEVICE.name_of(message) == DeviceName.of("d1")

    @pytest.mark.parametrize("text", ["", "gadgets/g1"])
    def test_what_is_no_name_raises(self, text: str) -> None:
        with pytest.raises(InvalidName):
            DEVICE.name_of(sample_messages.Device(name=text))

    def test_ensure_name_sets_an_empty_one_only(self) -> None:
        message = sample_messages.Device()
        assert DEVICE.ensure_name(message, DeviceName.of("d1")) == DeviceName.of("d1")
        assert DEVICE.ensure_name(message, DeviceName.of("d2")) == DeviceName.of("d1")
        assert message == sample_messages.Device(name="devices/d1")

    def test_a_message_without_name_field(self) -> None:
        with pytest.raises(FieldNotSupported, match=r"sites.example.test/Usage has no name field"):
            USAGE.name_of(sample_messages.Usage())


class TestMetadata:
    """DETECT-4"""

    def test_metadata_is_the_messages_own(self) -> None:
        message = sample_messages.Device()
        assert DEVICE.metadata_of(message) is None
        DEVICE.ensure_metadata(message).syncing.owning_region = "us-west2"
        metadata = DEVICE.metadata_of(message)
        assert metadata is not None
        assert metadata.syncing.owning_region == "us-west2"
        assert DEVICE.ensure_metadata(message).syncing.owning_region == "us-west2"

    def test_ensured_metadata_is_there_though_empty(self) -> None:
        message = sample_messages.Device()
        DEVICE.ensure_metadata(message)
        assert message.HasField("metadata")

    def test_a_type_without_support(self) -> None:
        message = sample_messages.Settings()
        assert SETTINGS.metadata_of(message) is None
        with pytest.raises(MetadataNotSupported, match=r"sites.example.test/Settings does not support metadata"):
            SETTINGS.ensure_metadata(message)


class TestPolicy:
    """DETECT-3"""

    def test_policy_deep_in_a_message(self) -> None:
        message = sample_messages.Project()
        assert PROJECT.policy_of(message) is None
        PROJECT.ensure_policy(message).enabled_regions.append("us-west2")
        policy = PROJECT.policy_of(message)
        assert policy is not None
        assert list(policy.enabled_regions) == ["us-west2"]
        assert PROJECT.ensure_policy(message) == policy

    def test_reading_sets_nothing(self) -> None:
        message = sample_messages.Project()
        PROJECT.policy_of(message)
        assert message == sample_messages.Project()
        ORGANIZATION.policy_of(sample_messages.Organization())

    def test_what_is_no_holder(self) -> None:
        assert DEVICE.policy_of(sample_messages.Device()) is None
        with pytest.raises(FieldNotSupported, match="has no policy field"):
            DEVICE.ensure_policy(sample_messages.Device())


class TestMethods:
    def test_names_of_a_method(self) -> None:
        assert GET_DEVICE.path == "/sample.sites.v1.DeviceService/GetDevice"
        assert GET_DEVICE.api == "sample.sites.v1.DeviceService"
        assert GET_DEVICE.name == "GetDevice"

    @pytest.mark.parametrize(
        ("kind", "client", "server"),
        [
            (MethodKind.UNARY, False, False),
            (MethodKind.SERVER_STREAM, False, True),
            (MethodKind.CLIENT_STREAM, True, False),
            (MethodKind.BIDI_STREAM, True, True),
        ],
    )
    def test_directions_of_streams(self, kind: MethodKind, client: bool, server: bool) -> None:
        method: MethodDescriptor[Any, Any] = MethodDescriptor(
            full_name="a.B.C",
            kind=kind,
            verb="c",
            resource=None,
            request=sample_messages.Request,
            response=sample_messages.Response,
            name_path=None,
            parent_path=None,
            body_path=None,
            writes=False,
            routing=Routing(),
        )
        assert (method.client_streaming, method.server_streaming) == (client, server)
