"""Messages that are made to do harm, from a random generator: most of them nearly right, some of them not at all."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

REGIONS = ["us-west2", "eastus2", "westeu1", "ap-3"]
OWN_SERVICE = "meta.goten.com"
SERVICES = [f"{letter}.example.com" for letter in "abcdef"]
VERSIONS = ["v1", "v2", "v1beta1", "v3alpha"]
SINGULARS = ["Thing", "Book", "Device"]

HOSTILE = [
    "",
    "-",
    "/",
    "services/",
    "services/-",
    "regions/-",
    "services/-/deployments/-",
    "services/-/resources/-",
    "//meta.goten.com/services/a.example.com",
    "//other.example.com/services/a.example.com",
    "services/a.example.com/deployments/us-west2/resources/Thing",
    "services/{service}",
    "services/a.example.com\x00",
    "services/" + "a" * 5_000,
    "x" * 70_000,
    "/" * 3_000,
    "é" * 2_000,
    "😀" * 900,
    "\n" * 4_000,
    "%" * 4_000,
    "../../etc/passwd",
    "%s%n%d",
    "'; DROP TABLE kv; --",
    "\u202eevil",
    " services/a.example.com ",
    "regions/us-west2/",
    "[::1]:99999",
    "a.example.com:-1",
]
WORDS = [
    *"()[]{},=<>",
    *("<=", ">=", "!=", "==", "AND", "OR", "NOT", "IN", "LIKE", "CONTAINS", "HAS", "ANY", "ALL", "VALUE", "IS", "NULL"),
    *("NAN", "name", "metadata", "metadata.labels", "metadata.labels.x", "display_name", "all_versions", "nope.nope"),
    *('"x"', '"%_%"', '"', "'", "1", "-1", "1e999", "9" * 400, "true", "null", "NaN", '"2026-01-01T00:00:00Z"'),
]
FILTERS = [
    'name = "services/a.example.com"',
    'metadata.services.allowed_services CONTAINS "a.example.com"',
    'metadata.create_time > "2020-01-01T00:00:00Z"',
    'multi_region_policy.enabled_regions CONTAINS ANY ("us-west2", "eastus2")',
    '(display_name LIKE "%a%" AND env_registry_generation >= 1) OR NOT name IN ("x", "y")',
    'metadata.labels.x = "1"',
    'upgrade_state.stage = "READY"',
    "env_registry_generation IS NULL",
    'versions HAS "v1"',
]
HOSTILE_FILTERS = [
    "(" * 5_000,
    "NOT " * 5_000 + "a = 1",
    "name IN (" + ", ".join(['"x"'] * 12_000) + ")",
    " OR ".join(['name = "x"'] * 1_500),
    "name LIKE '" + "%_" * 2_000 + "'",
    'name = "\\',
    "name = '\x00'",
    "a" * 50_000,
    'metadata.create_time = "never"',
    'data_update_statuses.progress_bar = {"a": {"b": [1, 2]}}',
]
ORDERS = ["name desc", "display_name", "metadata.create_time desc, name", "env_registry_generation", "name"]
HOSTILE_ORDERS = [
    "name,name",
    "metadata",
    "nope",
    "name up",
    ",",
    "all_versions",
    "name desc " * 500,
    "metadata.labels.x",
]
PAGE_TOKENS = ["r.e.O.2", "l.e.O.3", "r.i.O.0", "r.e.O.2147483647", "r.e.C.bmFtZQ==:c2VydmljZXMvYg=="]
HOSTILE_PAGE_TOKENS = [
    "r.e.O.-1",
    "r.e.O.99999999999999999999",
    "r.e.S.x",
    "x.y.z",
    "r.e.C.",
    "r.e.C.bmFtZQ==:!!",
    "r.e.C.bmFtZQ==:AA==",
    "l.i.C.bm9wZQ==:eA==",
    "r.e.C." + "bmFtZQ==:YQ==," * 500,
]
NUMBERS = [0, 1, 2, 3, 7, 100, 1_000, -1, -(2**31), 2**31 - 1]
LARGE_NUMBERS = [*NUMBERS, -(2**63), 2**63 - 1, 253_402_300_799, 253_402_300_800, -62_135_596_801]
FLOATS = [0.0, -0.0, 1.5, float("nan"), float("inf"), float("-inf"), 5e-324, 1.8e308]


def name_of_type(resource: str, random: Random) -> str:
    """A name that a resource of that type may have."""
    service = f"services/{OWN_SERVICE if random.random() < 0.03 else random.choice(SERVICES)}"
    match resource.rpartition("/")[2]:
        case "Region":
            return f"regions/{random.choice(REGIONS)}"
        case "Service":
            return service
        case "Deployment":
            return f"{service}/deployments/{random.choice(REGIONS)}"
    return f"{service}/resources/{random.choice(SINGULARS)}"


class Fuzzer:
    """Makes messages. `hostility` is the share of values that are not meant to be right, from 0 to 1.

    `tokens` are resume tokens and page tokens that a server gave out. The same generator makes the same messages.
    """

    def __init__(self, random: Random, hostility: float, tokens: Sequence[str] = ()) -> None:
        self.random = random
        self._hostility = hostility
        self._tokens = tokens
        self._resource = ""
        self._texts: dict[str, Callable[[], str]] = {
            "name": lambda: name_of_type(self._resource, random),
            "names": lambda: name_of_type(self._resource, random),
            "parent": lambda: random.choice(["", f"services/{random.choice(SERVICES)}", "services/-"]),
            "filter": lambda: random.choice(FILTERS),
            "order_by": lambda: random.choice(ORDERS),
            "page_token": lambda: random.choice([*PAGE_TOKENS, *tokens]),
            "resume_token": lambda: random.choice([*tokens, "x"]),
            "service_name": lambda: f"services/{random.choice(SERVICES)}",
            "target_service": lambda: f"services/{random.choice(SERVICES)}",
            "leading_service": lambda: f"services/{random.choice(SERVICES)}",
            "imported_services": lambda: f"services/{random.choice(SERVICES)}",
            "used_services": lambda: f"services/{random.choice(SERVICES)}",
            "region": lambda: f"regions/{random.choice(REGIONS)}",
            "enabled_regions": lambda: random.choice(REGIONS),
            "default_control_region": lambda: random.choice(REGIONS),
            "global_domain": lambda: random.choice(SERVICES),
            "fqn": lambda: f"{random.choice(SERVICES)}/{random.choice(SINGULARS)}",
            "plural_name": lambda: f"{random.choice(SINGULARS)}s",
        }

    def message(self, kind: type[Message], resource: str = "") -> Message:
        """A message of a type; `resource` is the resource type that it is about."""
        self._resource = resource
        made = kind()
        if self.random.random() < 0.25:
            self._fill(made, depth=0)
            return made
        make_valid(made, resource, self.random)
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 4])):
            self._change(made, depth=0)
        return made

    def _change(self, message: Any, depth: int) -> None:
        """Sets some field, somewhere."""
        if not message.DESCRIPTOR.fields:
            return
        field = self.random.choice(message.DESCRIPTOR.fields)
        inner = getattr(message, field.name)
        if field.message_type is None or field.is_repeated or self.random.random() < 0.3:
            if not field.is_repeated or self.random.random() < 0.3:
                message.ClearField(field.name)
            self._set(message, field, depth)
        elif message.HasField(field.name):
            self._change(inner, depth + 1)

    def _hostile(self) -> bool:
        return self.random.random() < self._hostility

    def _fill(self, message: Any, depth: int) -> None:
        for field in message.DESCRIPTOR.fields:
            if self.random.random() < self._share(field, depth):
                self._set(message, field, depth)

    def _share(self, field: FieldDescriptor, depth: int) -> float:
        """How often a field is set."""
        if depth > 12:
            return 0.0
        if field.name in ("name", "names") or (depth == 0 and field.message_type is not None):
            return 0.9
        if field.name in ("page_token", "resume_token", "starting_time", "order_by", "metadata"):
            return 0.25
        return 0.5 if depth < 3 else 0.3

    def _set(self, message: Any, field: FieldDescriptor, depth: int) -> None:
        many = self.random.choice([0, 1, 1, 2, 3])
        if self._hostile():
            many = self.random.choice([40, 200, 1_100]) if depth < 2 else 20
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            self._set_entries(message, field, depth, min(many, 40))
        elif field.is_repeated and field.message_type is not None:
            for _ in range(min(many, 40)):
                self._fill(getattr(message, field.name).add(), depth + 1)
        elif field.is_repeated:
            getattr(message, field.name).extend([self._scalar(field, message.DESCRIPTOR) for _ in range(many)])
        elif field.message_type is not None:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self._fill_known(inner, depth)
        else:
            setattr(message, field.name, self._scalar(field, message.DESCRIPTOR))

    def _fill_known(self, message: Any, depth: int) -> None:
        if message.DESCRIPTOR.full_name == "google.protobuf.FieldMask":
            message.paths.extend(self._paths())
        else:
            self._fill(message, depth + 1)

    def _set_entries(self, message: Any, field: Any, depth: int, many: int) -> None:
        value = field.message_type.fields_by_name["value"]
        entries = getattr(message, field.name)
        for number in range(many):
            key = self.random.choice(HOSTILE) if self._hostile() else self.random.choice("xyz") + str(number % 3)
            if value.message_type is not None:
                self._fill(entries[key], depth + 2)
            else:
                entries[key] = self._scalar(value, field.message_type)

    def _scalar(self, field: Any, owner: Descriptor) -> Any:
        random = self.random
        match field.cpp_type:
            case FieldDescriptor.CPPTYPE_STRING:
                if field.type == FieldDescriptor.TYPE_BYTES:
                    return random.randbytes(random.choice([0, 3, 50]))
                return self._text(field.name)
            case FieldDescriptor.CPPTYPE_BOOL:
                return random.random() < 0.5
            case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
                return random.choice(FLOATS)
            case FieldDescriptor.CPPTYPE_ENUM:
                known = [value.number for value in field.enum_type.values]
                return random.choice([*known, 99, -1]) if self._hostile() else random.choice(known)
        if owner.full_name == "google.protobuf.Timestamp" and field.name == "seconds" and not self._hostile():
            return 1_790_000_000 + random.randrange(-100, 100)
        if not self._hostile():
            return random.choice([0, 1, 2, 3, 4])
        wide = field.cpp_type in (FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64)
        number = random.choice(LARGE_NUMBERS if wide else NUMBERS)
        return abs(number) % 2**31 if field.cpp_type in _UNSIGNED else number

    def _text(self, field: str) -> str:
        random = self.random
        if self._hostile():
            match field:
                case "filter":
                    return random.choice([*HOSTILE_FILTERS, " ".join(random.choices(WORDS, k=random.randint(1, 30)))])
                case "order_by":
                    return random.choice([*HOSTILE_ORDERS, " ".join(random.choices(WORDS, k=random.randint(1, 8)))])
                case "page_token" | "resume_token":
                    return random.choice([*HOSTILE_PAGE_TOKENS, *map(self._damaged, self._tokens), self._made_up()])
            return random.choice([*HOSTILE, self._made_up()])
        if field in self._texts:
            return self._texts[field]()
        if "version" in field or field == "api_version":
            return random.choice(VERSIONS)
        return random.choice(["", "x", "a demo", random.choice(SERVICES)])

    def _made_up(self) -> str:
        random = self.random
        letters = [chr(random.choice([random.randrange(1, 128), random.randrange(0x80, 0xD800)])) for _ in range(20)]
        return "".join(letters)

    def _damaged(self, token: str) -> str:
        if not token:
            return "="
        place = self.random.randrange(len(token))
        return self.random.choice([token[:place], token[:place] + "A" + token[place + 1 :], token * 40])

    def _paths(self) -> list[str]:
        random = self.random
        paths = [
            "name",
            "metadata",
            "metadata.labels",
            "metadata.labels.x1",
            "metadata.services",
            "metadata.generation",
        ]
        paths += ["display_name", "multi_region_policy.enabled_regions", "all_versions", "versions", "title", "region"]
        paths += ["upgrade_state", "upgrade_state.stage", "labelled_domains", "data_update_statuses"]
        bad = [
            "",
            ".",
            "*",
            "nope",
            "metadata.nope",
            "labelled_domains.label",
            "name.name",
            "metadata..labels",
            *HOSTILE,
        ]
        if self._hostile():
            return random.choices([*bad, *paths], k=random.choice([1, 3, 1_200]))
        return random.sample(paths, k=random.randint(0, 3))


def make_valid(request: Any, resource: str, random: Random) -> None:
    """Fills an empty request with what is right by itself, whatever the server may have against it now."""
    fields = request.DESCRIPTOR.fields_by_name
    if "name" in fields:
        request.name = name_of_type(resource, random)
    if "names" in fields:
        request.names.extend(name_of_type(resource, random) for _ in range(3))
    if "filter" in fields and random.random() < 0.4:
        request.filter = random.choice(FILTERS)
    if "type" in fields:
        request.type = random.choice([0, 1])
    if "allow_missing" in fields:
        request.allow_missing = random.random() < 0.7
    for body in ("region", "service", "deployment", "resource"):
        if body in fields and fields[body].message_type is not None:
            fill_body(getattr(request, body), resource, random)
    for number in ("total_shards_count", "shards_count", "shards_to"):
        if number in fields:
            setattr(request, number, 2)
    for version in ("target_api_version", "db_data_target_version", "target_db_data_version"):
        if version in fields:
            setattr(request, version, random.choice(["v1", "v2"]))
    if request.DESCRIPTOR.name == "ImportRequest":
        fill_archive(request, random)
    if "tag" in fields:
        request.tag = random.choice(["t1", "t2"])
    if "ready" in fields:
        request.ready = random.random() < 0.8


def fill_archive(request: Any, random: Random) -> None:
    """A whole archive, of Regions."""
    names = random.sample(REGIONS, k=random.randint(0, 4))
    request.header.MergeFrom(
        type(request.header)(format=1, service="meta.goten.com", version="v1", resources=len(names))
    )
    for name in names:
        resource = in_field(1, f"regions/{name}".encode())
        request.resources.add(type="meta.goten.com/Region", resource=resource)


def fill_body(body: Any, resource: str, random: Random) -> None:
    """A resource as registrations have it. Services import such that come after them."""
    body.name = name_of_type(resource, random)
    body.metadata.labels["x"] = random.choice("123")
    match resource.rpartition("/")[2]:
        case "Region":
            body.title = random.choice(["", "a demo"])
        case "Service":
            own = body.name.removeprefix("services/")
            body.global_domain, body.display_name = own, random.choice(["", "a", "z" * 3_000])
            body.all_versions.extend(["v1"] if random.random() < 0.3 else ["v2", "v1"])
            body.multi_region_policy.enabled_regions.extend(random.sample(REGIONS, k=random.randint(1, 4)))
            body.multi_region_policy.default_control_region = body.multi_region_policy.enabled_regions[0]
            body.used_services.extend(f"services/{other}" for other in random.sample(SERVICES, k=2))
            for other in [other for other in SERVICES if other > own and random.random() < 0.2]:
                body.imported_services.append(f"services/{other}")
                body.imported_versions.add(
                    target_service=f"services/{other}", target_service_version="v1", current_service_version="v1"
                )
        case "Deployment":
            body.current_version = random.choice(["v1", "v2"])
        case "Resource":
            body.versions.extend(["v1"])
            body.plural_name = f"{body.name.rpartition('/')[2]}s"


_UNSIGNED = (FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64)


def damaged(data: bytes, random: Random) -> bytes:
    """The bytes of a message after an accident."""
    place = random.randrange(len(data)) if data else 0
    match random.randrange(8):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + random.randbytes(1) + data[place + 1 :]
        case 2:  # A string that is no UTF-8, in the field 1.
            return data + b"\x0a\x04\xff\xfe\xc0a"
        case 3:  # Fields that nobody knows.
            return data + b"\xfa\x7f\x03abc" + b"\xf8\x7f\x01" * random.randint(1, 2_000)
        case 4:
            return random.randbytes(random.choice([1, 7, 300]))
        case 5:
            return data * random.randint(2, 5)
        case 6:  # Groups in groups.
            depth = random.choice([50, 99, 101, 5_000])
            return data + b"\xfb\x7f" * depth + b"\xfc\x7f" * depth
    return data + b"\xfa\x7f" + _length(5_000_000) + bytes(5_000_000)


def deep(levels: int) -> bytes:
    """A google.protobuf.Struct with so many levels."""
    made = b""
    for _ in range(levels):
        value = b"\x2a" + _length(len(made)) + made
        entry = b"\x0a\x01x\x12" + _length(len(value)) + value
        made = b"\x0a" + _length(len(entry)) + entry
    return made


def in_field(number: int, data: bytes) -> bytes:
    return _length(number << 3 | 2) + _length(len(data)) + data


def _length(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def message_class(descriptor: Descriptor) -> type[Message]:
    return GetMessageClass(descriptor)


def as_text(data: bytes) -> str:
    """For the message of a failed test."""
    return base64.b64encode(data[:2_000]).decode() + ("..." if len(data) > 2_000 else "")
