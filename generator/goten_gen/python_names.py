"""What proto names are called in Python: identifiers, packages, modules, message classes.

Whatever comes in, an identifier that goes out is ASCII, no keyword, and free of leading digits, so that text of a
schema can stand in code as a name. Texts that are no names become literals, which `goten_gen.views.text` writes.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

_FOREIGN = re.compile(r"[^A-Za-z0-9_]")
_WORD = re.compile(r"[A-Za-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

RESERVED_PACKAGES = sys.stdlib_module_names | {"goten", "goten_gen", "google", "grpc"}
"""Top-level packages that a service's package must not hide."""

UNVERSIONED = "unversioned"
"""Package of a service version without a version."""


class Namespace:
    """Names in use in one scope; a name that is taken gets `_2`, `_3` and so on."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, wanted: str) -> str:
        """`wanted`, or the first of its numbered forms that is free; it is in use from now on."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name


# --- identifiers -----------------------------------------------------------------------------------------------------


def is_identifier(text: str) -> bool:
    """Whether `text` can stand in code as a name. Non-ASCII names cannot: Python would normalise them to others."""
    return _IDENTIFIER.fullmatch(text) is not None and not keyword.iskeyword(text)


def identifier(text: str) -> str:
    """`text` with `_` for characters that no identifier has: `a-b.c` is `a_b_c`, `1x` is `_1x`, `for` is `for_`."""
    name = _FOREIGN.sub("_", text) or "_"
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def snake_case(text: str) -> str:
    """`keyRing` is `key_ring`, `DNSZone` is `dns_zone`, `device-group` is `device_group`."""
    return _HUMP.sub("_", _FOREIGN.sub("_", text)).lower()


def constant_name(text: str) -> str:
    """`DeviceGroup` is `DEVICE_GROUP`, `DNSZone` is `DNS_ZONE`, `ListDevices` is `LIST_DEVICES`."""
    return identifier(snake_case(text).upper())


def name_class(kind: str) -> str:
    """The class for names of resources of the kind `Project` (a type without its domain): `ProjectName`."""
    words = _WORD.findall(kind)
    return identifier("".join(word[0].upper() + word[1:] for word in words) + "Name")


def attribute_name(variable: str) -> str:
    """Attribute and argument for a pattern's variable: `keyRing` is `key_ring_id`; `id` and `..._id` stay."""
    name = snake_case(variable).lstrip("_") or "variable"
    return identifier(name if name == "id" or name.endswith("_id") else f"{name}_id")


# --- packages and modules --------------------------------------------------------------------------------------------


def domain_package(domain: str) -> str:
    """The package of a service domain: `identity.example.com` is `identity_example_com`."""
    name = identifier(domain)
    return f"{name}_" if name in RESERVED_PACKAGES else name


def version_package(version: str) -> str:
    """The package of an API version within its domain's."""
    return identifier(version) if version else UNVERSIONED


def protobuf_module(path: str) -> str:
    """The module that protoc makes of a proto file: `a-b/c.d.proto` is `a_b.c.d_pb2` (which need not be importable)."""
    return path.removesuffix(".proto").replace("-", "_").replace("/", ".") + "_pb2"


def is_importable(module: str) -> bool:
    """Whether an import statement can name this module; `import x.lambda.y_pb2` is a syntax error."""
    return all(is_identifier(part) for part in module.split("."))


class MessageClass(NamedTuple):
    """A generated message class: its module, and its name there, one part for each level of nesting."""

    module: str
    path: tuple[str, ...]


def message_class(file: str, package: str, full_name: str) -> MessageClass:
    """The class of the message `full_name` that the proto file `file` of the proto package `package` defines."""
    name = full_name.removeprefix(f"{package}.") if package else full_name
    return MessageClass(protobuf_module(file), tuple(name.split(".")))
