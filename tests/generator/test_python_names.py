"""Identifiers, packages and modules that proto names become."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import pytest
from grpc_tools import protoc
from hypothesis import given
from hypothesis import strategies as st

from goten_gen.python_names import (
    MessageClass,
    Namespace,
    attribute_name,
    constant_name,
    domain_package,
    identifier,
    is_importable,
    message_class,
    name_class,
    protobuf_module,
    version_package,
)

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@pytest.mark.parametrize(
    ("kind", "class_name", "constant"),
    [
        ("Project", "ProjectName", "PROJECT"),
        ("DeviceGroup", "DeviceGroupName", "DEVICE_GROUP"),
        ("DNSZone", "DNSZoneName", "DNS_ZONE"),
        ("HTTPSProxy2Rule", "HTTPSProxy2RuleName", "HTTPS_PROXY2_RULE"),
        ("table", "TableName", "TABLE"),
        ("keyRing", "KeyRingName", "KEY_RING"),
        ("device_group", "DeviceGroupName", "DEVICE_GROUP"),
        ("device-group", "DeviceGroupName", "DEVICE_GROUP"),
        ("2ndFactor", "_2ndFactorName", "_2ND_FACTOR"),
        ("None", "NoneName", "NONE"),
        ("", "Name", "_"),
    ],
)
def test_resource_kinds(kind: str, class_name: str, constant: str) -> None:
    assert name_class(kind) == class_name
    assert constant_name(kind) == constant


@pytest.mark.parametrize(
    ("variable", "attribute"),
    [
        ("project", "project_id"),
        ("keyRing", "key_ring_id"),
        ("DNSZone", "dns_zone_id"),
        ("id", "id"),
        ("project_id", "project_id"),
        ("projectId", "project_id"),
        ("type", "type_id"),
        ("property", "property_id"),
        ("class", "class_id"),
        ("_id", "id"),
        ("__x", "x_id"),
        ("_1", "_1_id"),
        ("_", "variable_id"),
    ],
)
def test_variables(variable: str, attribute: str) -> None:
    assert attribute_name(variable) == attribute


@pytest.mark.parametrize(
    ("domain", "package"),
    [
        ("identity.example.com", "identity_example_com"),
        ("device-management.example.com", "device_management_example_com"),
        ("1password.example.com", "_1password_example_com"),
        ("lambda", "lambda_"),
        ("json", "json_"),
        ("google", "google_"),
        ("goten", "goten_"),
        ("compute", "compute"),
    ],
)
def test_domain_packages_are_importable_and_hide_nothing(domain: str, package: str) -> None:
    assert domain_package(domain) == package


def test_version_packages() -> None:
    assert [version_package(version) for version in ("v1", "v2beta3", "")] == ["v1", "v2beta3", "unversioned"]


def test_a_taken_name_gets_the_next_free_number() -> None:
    names = Namespace(["a", "b_2"])
    assert [names.take(name) for name in ("a", "a", "b", "b", "c")] == ["a_2", "a_3", "b", "b_3", "c"]


@given(st.text())
def test_whatever_comes_in_an_ascii_identifier_goes_out(text: str) -> None:
    functions = (identifier, name_class, constant_name, attribute_name, domain_package, version_package)
    for name in (function(text) for function in functions):
        assert IDENTIFIER.fullmatch(name)
        assert not keyword.iskeyword(name)


@given(st.text())
def test_attributes_of_variables_never_meet_members_of_the_runtime_class(text: str) -> None:
    name = attribute_name(text)
    assert name == "id" or name.endswith("_id")
    assert name not in ("_id", "_optional_id")
    assert not name.startswith("__")


@pytest.mark.parametrize("path", ["a-b/c.d.proto", "device.proto", "x/lambda/y-z.proto", "google/type/date.proto"])
def test_protobuf_modules_are_where_protoc_writes_them(path: str, tmp_path: Path) -> None:
    source = tmp_path / "in" / path
    source.parent.mkdir(parents=True)
    source.write_text('syntax = "proto3"; message M {}')
    out = tmp_path / "out"
    out.mkdir()
    assert protoc.main(["protoc", f"-I{tmp_path / 'in'}", f"--python_out={out}", path]) == 0
    (written,) = out.rglob("*.py")
    assert written.relative_to(out).as_posix() == protobuf_module(path).replace(".", "/") + ".py"


@pytest.mark.parametrize(
    ("module", "importable"),
    [("a.b_pb2", True), ("google.type.date_pb2", True), ("x.lambda.y_pb2", False), ("x.1y.z_pb2", False)],
)
def test_modules_that_no_import_statement_can_name(module: str, importable: bool) -> None:
    assert is_importable(module) is importable


def test_message_classes() -> None:
    assert message_class("a/b.proto", "x.v1", "x.v1.Device") == MessageClass("a.b_pb2", ("Device",))
    assert message_class("a/b.proto", "x.v1", "x.v1.Device.Spec") == MessageClass("a.b_pb2", ("Device", "Spec"))
    assert message_class("b.proto", "", "Device.Spec") == MessageClass("b_pb2", ("Device", "Spec"))
