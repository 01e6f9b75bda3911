"""Finding descriptors, several versions side by side, with nothing registered that was not added."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from device_management.proto.v1.device_pb2 import Device
from device_management.proto.v1.log_entry_pb2 import LogEntry
from device_management.proto.v2.device_pb2 import Device as DeviceV2
from devices_example_com.v1 import descriptors as devices_v1
from devices_example_com.v1.names import DeviceName
from devices_example_com.v1.service import SERVICE as DEVICES_V1
from devices_example_com.v2 import descriptors as devices_v2
from devices_example_com.v2.names import DeviceName as DeviceNameV2
from devices_example_com.v2.service import SERVICE as DEVICES_V2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from identity_example_com.v1 import descriptors as identity_v1
from identity_example_com.v1.service import SERVICE as IDENTITY_V1

from goten.descriptors import Descriptor, Reference
from goten.meta.v1 import descriptors as meta
from goten.metadata import MetadataNotSupported
from goten.names import InvalidName, ResourceName
from goten.registry import DescriptorRegistry, DuplicateDescriptor, UnknownDescriptor
from goten.services import ServiceDescriptor, ServiceImport
from goten.types.meta_pb2 import Meta, OwnerReference
from tests.runtime.sample_generated import IDENTITY, PROJECT, SITE, SITES

GENERATED = Path(__file__).resolve().parents[2] / "generated_examples"
D1 = "projects/p1/regions/us-west2/devices/d-1"


def service(
    domain: str, *resources: Descriptor[Any, Any], imports: tuple[ServiceImport, ...] = ()
) -> ServiceDescriptor:
    return ServiceDescriptor(domain=domain, version="v1", resources=resources, apis=(), access={}, imports=imports)


def changed(descriptor: Descriptor[Any, Any], **fields: object) -> Descriptor[Any, Any]:
    return Descriptor(**{**vars(descriptor), **fields})


@pytest.fixture
def registry() -> DescriptorRegistry:
    return DescriptorRegistry(DEVICES_V1, DEVICES_V2)


# --- adding ----------------------------------------------------------------------------------------------------------


def test_a_service_comes_with_all_that_it_imports(registry: DescriptorRegistry) -> None:
    assert [str(known) for known in registry.services] == [
        "devices.example.com v2",
        "devices.example.com v1",
        "identity.example.com v2",
        "identity.example.com v1",
        "meta.goten.com v1",
    ]
    assert registry.service("identity.example.com", "v1") is IDENTITY_V1
    assert registry.by_type("meta.goten.com/Service", "v1") is meta.SERVICE


def test_imports_may_go_round_in_circles() -> None:
    one = service("one.example.com", imports=(ServiceImport("two.example.com", "v1", lambda: two),))
    two = service("two.example.com", imports=(ServiceImport("one.example.com", "v1", lambda: one),))
    assert DescriptorRegistry(one).services == (one, two)


def test_adding_again_changes_nothing(registry: DescriptorRegistry) -> None:
    before = registry.services
    registry.add(DEVICES_V1)
    registry.add(IDENTITY_V1)
    assert registry.services == before


def test_nothing_is_there_before_it_is_added() -> None:
    registry = DescriptorRegistry()
    assert registry.services == ()
    with pytest.raises(UnknownDescriptor, match=r"type devices\.example\.com/Device v1 is not registered; add"):
        registry.by_type("devices.example.com/Device", "v1")


def test_importing_generated_code_registers_nothing() -> None:
    program = (
        "import devices_example_com.v1.service, goten.registry;print(len(goten.registry.DescriptorRegistry().services))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=GENERATED, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "0"


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (service("devices.example.com"), "service devices.example.com v1"),
        (service("other.example.com", changed(devices_v1.DEVICE)), "type devices.example.com/Device v1"),
        (
            service("other.example.com", changed(SITE, message=Device)),
            "message of sites.example.test/Site v1",
        ),
        (
            service("other.example.com", changed(SITE, name=DeviceName)),
            "name DeviceName of sites.example.test/Site v1",
        ),
    ],
)
def test_a_second_descriptor_for_the_same_is_refused(
    registry: DescriptorRegistry, second: ServiceDescriptor, what: str
) -> None:
    before = registry.services
    importing = service("importing.example.com", PROJECT, imports=(ServiceImport(second.domain, "v1", lambda: second),))
    with pytest.raises(DuplicateDescriptor) as refused:
        registry.add(importing)
    assert (refused.value.what, refused.value.service) == (what, str(second))
    assert str(refused.value).startswith(f"{what} is registered already")
    assert registry.services == before, "what is refused leaves no trace"
    with pytest.raises(UnknownDescriptor):
        registry.by_type(PROJECT.type, PROJECT.version)


def test_a_failing_import_leaves_no_trace() -> None:
    def load() -> ServiceDescriptor:
        raise ImportError("no such module")

    registry = DescriptorRegistry(SITES)
    before = registry.services
    with pytest.raises(ImportError):
        registry.add(service("one.example.com", imports=(ServiceImport("two.example.com", "v1", load),)))
    assert registry.services == before == (IDENTITY, SITES)


# --- finding ---------------------------------------------------------------------------------------------------------


def test_by_type_and_version(registry: DescriptorRegistry) -> None:
    assert registry.by_type("devices.example.com/Device", "v1") is devices_v1.DEVICE
    assert registry.by_type("devices.example.com/Device", "v2") is devices_v2.DEVICE
    assert registry.versions("devices.example.com/Device") == ("v2", "v1")
    assert registry.versions("devices.example.com/Gadget") == ()
    with pytest.raises(
        UnknownDescriptor, match=r"devices\.example\.com/Device v3 is not .* known are its versions v2, v1"
    ):
        registry.by_type("devices.example.com/Device", "v3")


def test_by_message(registry: DescriptorRegistry) -> None:
    assert registry.by_message(Device) is devices_v1.DEVICE
    assert registry.by_message(Device(name="x")) is devices_v1.DEVICE
    assert registry.by_message(DeviceV2()) is devices_v2.DEVICE
    with pytest.raises(UnknownDescriptor, match=r"message goten\.types\.Meta is not registered"):
        registry.by_message(Meta())


def test_by_message_of_another_pool(registry: DescriptorRegistry) -> None:
    file = descriptor_pb2.FileDescriptorProto(name="device.proto", package=Device.DESCRIPTOR.file.package)
    file.message_type.add(name="Device")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    foreign = message_factory.GetMessageClass(pool.FindMessageTypeByName(Device.DESCRIPTOR.full_name))
    assert registry.by_message(foreign()) is devices_v1.DEVICE


def test_by_name(registry: DescriptorRegistry) -> None:
    assert registry.by_name(DeviceName.parse(D1)) is devices_v1.DEVICE
    assert registry.by_name(DeviceNameV2.parse(D1)) is devices_v2.DEVICE

    class StrangeName(ResourceName):
        TYPE, VERSION, PATTERNS = DeviceName.TYPE, "v1", DeviceName.PATTERNS

    with pytest.raises(UnknownDescriptor, match=r"name class .*StrangeName of devices\.example\.com/Device v1 is not"):
        registry.by_name(StrangeName.parse(D1))


def test_by_full_name(registry: DescriptorRegistry) -> None:
    full_name = f"//devices.example.com/{D1}"
    assert registry.by_full_name(full_name, "v1") is devices_v1.DEVICE
    assert registry.by_full_name(full_name, "v2") is devices_v2.DEVICE
    assert registry.by_full_name("//identity.example.com/projects/p1", "v1") is identity_v1.PROJECT
    assert registry.parse_name(full_name, "v2") == DeviceNameV2.parse(D1)


@pytest.mark.parametrize(
    ("full_name", "version", "error", "reason"),
    [
        (D1, "v1", UnknownDescriptor, "write it as //domain/name"),
        ("/devices.example.com/projects/p1", "v1", UnknownDescriptor, "write it as //domain/name"),
        ("", "v1", UnknownDescriptor, "write it as //domain/name"),
        (f"//devices.example.com/{D1}", "v3", UnknownDescriptor, "known are its versions v2, v1"),
        (f"//devices.example.com/{D1}", "", UnknownDescriptor, "service devices.example.com is not registered"),
        (f"//gadgets.example.com/{D1}", "v1", UnknownDescriptor, "add the service descriptor"),
        ("//devices.example.com/gadgets/g", "v1", InvalidName, "fits no pattern"),
        ("//devices.example.com", "v1", InvalidName, "is no name of devices.example.com"),
    ],
)
def test_full_names_that_name_nothing(
    registry: DescriptorRegistry, full_name: str, version: str, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        registry.by_full_name(full_name, version)


def test_by_reference(registry: DescriptorRegistry) -> None:
    for descriptor in (devices_v1.DEVICE, devices_v2.DEVICE):
        for reference in descriptor.references:
            found = registry.by_reference(reference)
            assert (found.type, found.version) == (reference.type, reference.version)
    with pytest.raises(UnknownDescriptor):
        registry.by_reference(Reference("gadget", "devices.example.com/Gadget", "v1"))
    owner = OwnerReference(kind="devices.example.com/Device", version="v2", name=D1)
    assert registry.by_owner_reference(owner) is devices_v2.DEVICE


def test_every_resource_is_found_in_every_way(registry: DescriptorRegistry) -> None:
    for known in registry.services:
        for resource in known.resources:
            assert registry.by_type(resource.type, resource.version) is resource
            assert registry.by_message(resource.message()) is resource


# --- metadata by message ---------------------------------------------------------------------------------------------


def test_metadata_of_any_message(registry: DescriptorRegistry) -> None:
    """META-1"""
    for known in registry.services:
        for resource in known.resources:
            message = resource.message()
            assert registry.metadata_of(message) is None
            if not resource.supports_metadata:
                with pytest.raises(MetadataNotSupported, match=f"{resource.type} does not support metadata"):
                    registry.ensure_metadata(message)
                continue
            registry.ensure_metadata(message).uuid = "u"
            found = registry.metadata_of(message)
            assert found is not None
            assert found.uuid == "u"
    assert registry.metadata_of(LogEntry()) is None
