"""Messages for the hand-written sample services, made without protoc."""

from __future__ import annotations

from typing import Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

from goten.types import meta_pb2, multi_region_policy_pb2

_META: Final = ".goten.types.Meta"
_POLICY: Final = ".goten.types.MultiRegionPolicy"
_PACKAGE: Final = "goten.tests.sample.v1"

# Message -> field -> full type of a message field, "" for a string; fields are numbered in order.
_FIELDS: Final[dict[str, dict[str, str]]] = {
    "Project": {"name": "", "metadata": _META, "spec": f".{_PACKAGE}.ProjectSpec"},
    "ProjectSpec": {"regions": f".{_PACKAGE}.RegionSpec"},
    "RegionSpec": {"policy": _POLICY},
    "Organization": {"name": "", "metadata": _META, "policy": _POLICY},
    "Site": {"name": "", "metadata": _META, "policy": _POLICY},
    "Device": {"name": "", "metadata": _META, "site": ""},
    "Settings": {"name": "", "from": ""},
    "Usage": {"value": ""},
    "Request": {"name": "", "parent": ""},
    "Response": {},
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="goten/tests/sample/v1/sample.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[meta_pb2.DESCRIPTOR.name, multi_region_policy_pb2.DESCRIPTOR.name],
    )
    for message_name, fields in _FIELDS.items():
        message = file.message_type.add(name=message_name)
        for number, (name, type_name) in enumerate(fields.items(), start=1):
            field = message.field.add(name=name, number=number)
            field.label = field.LABEL_OPTIONAL
            field.type = field.TYPE_STRING
            if type_name:
                field.type = field.TYPE_MESSAGE
                field.type_name = type_name
    return file


_pool = descriptor_pool.Default()
_pool.Add(_file())


def _message(name: str) -> type[Message]:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


Project = _message("Project")
Organization = _message("Organization")
Site = _message("Site")
Device = _message("Device")
Settings = _message("Settings")
Usage = _message("Usage")
Request = _message("Request")
Response = _message("Response")
