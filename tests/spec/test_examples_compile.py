"""The example services compile without a warning, and hold every shape that they are there to show."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

PROTO = Path(__file__).parents[2] / "spec" / "proto"
EXAMPLES = PROTO / "examples"
META, POLICY = "goten.types.Meta", "goten.types.MultiRegionPolicy"
IDENTITY, DEVICES = ("example.identity.v1", "example.identity.v2"), ("example.devices.v1", "example.devices.v2")
STANDARD = ("Get{0}", "BatchGet{1}", "List{1}", "Watch{0}", "Watch{1}", "Create{0}", "Update{0}", "Delete{0}")


def files_below(root: Path, folder: str = "") -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in (root / folder).rglob("*.proto"))


def run_protoc(*arguments: str) -> subprocess.CompletedProcess[str]:
    """protoc with the examples, the protocol's and Google's files in reach."""
    google_api = distribution("googleapis-common-protos").locate_file("")
    roots = (EXAMPLES, PROTO, PROTO / "compat", google_api)
    command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{root}" for root in roots), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Tree:
    """The compiled examples, asked by short names: `example.devices.v1.Device` is the message of that name."""

    def __init__(self, files: FileDescriptorSet) -> None:
        self.pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self.pool.AddSerializedFile(file.SerializeToString())
        self.files: list[FileDescriptor] = [self.pool.FindFileByName(path) for path in files_below(EXAMPLES)]

    def options(self, described: Any) -> dict[str, Any]:
        """Options of a descriptor, extensions read: `{"[google.api.http]": {"get": ...}}`."""
        options: Message = described.GetOptions()
        known = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(options.DESCRIPTOR.full_name))
        return json_format.MessageToDict(
            known.FromString(options.SerializeToString()), preserving_proto_field_name=True, descriptor_pool=self.pool
        )

    def message(self, name: str) -> Descriptor:
        return self.pool.FindMessageTypeByName(name)

    def field(self, name: str) -> FieldDescriptor:
        message, _, field = name.rpartition(".")
        return self.message(message).fields_by_name[field]

    def method(self, name: str) -> MethodDescriptor:
        return self.pool.FindMethodByName(name)

    def messages(self, package: str) -> Iterator[Descriptor]:
        """All messages of a package, nested ones included."""
        files = [self.pool.FindFileByName(path) for path in (*files_below(EXAMPLES), *files_below(PROTO, "goten"))]
        waiting = [m for file in files if file.package == package for m in file.message_types_by_name.values()]
        while waiting:
            message = waiting.pop()
            yield message
            waiting += message.nested_types

    def methods(self, package: str) -> set[str]:
        files = [file for file in self.files if file.package == package]
        return {method.name for f in files for service in f.services_by_name.values() for method in service.methods}

    def annotation(self, described: Any, name: str) -> Any:
        return self.options(described).get(f"[{name}]")

    def resource(self, message: str | Descriptor) -> dict[str, Any] | None:
        found = self.annotation(self.message(message) if isinstance(message, str) else message, "google.api.resource")
        assert found is None or isinstance(found, dict)
        return found

    def patterns(self, message: str) -> list[str]:
        return list((self.resource(message) or {}).get("pattern", []))

    def sync_type(self, message: str) -> str | None:
        options = self.annotation(self.message(message), "goten.annotations.syncing_opts") or {}
        return str(options["type"]) if "type" in options else None

    def google_reference(self, field: str) -> str | None:
        options = self.annotation(self.field(field), "google.api.resource_reference") or {}
        return str(options["type"]) if "type" in options else None

    def goten_reference(self, field: str) -> str | None:
        meaning = self.annotation(self.field(field), "goten.annotations.type") or {}
        return str(meaning["reference"]["resource"]) if "reference" in meaning else None

    def routing(self, method: str) -> dict[str, Any]:
        return self.annotation(self.method(method), "goten.annotations.multi_region_routing") or {}

    def imports_of(self, package: str) -> set[str]:
        return {d.name for file in self.files if file.package == package for d in file.dependencies}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    out = tmp_path_factory.mktemp("examples") / "examples.binpb"
    files = [*files_below(EXAMPLES), *files_below(PROTO, "goten")]
    result = run_protoc("--include_imports", f"--descriptor_set_out={out}", *files)
    assert result.returncode == 0, result.stderr
    return Tree(FileDescriptorSet.FromString(out.read_bytes()))


def read_yaml(path: str) -> dict[str, Any]:
    loaded = yaml.safe_load((EXAMPLES / path).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def field_types(message: Descriptor | None) -> Mapping[str, str]:
    """Message types of a message's singular fields, by field name."""
    assert message is not None
    return {f.name: f.message_type.full_name for f in message.fields if f.message_type and not f.is_repeated}


def test_everything_compiles_without_a_warning(tmp_path: Path) -> None:
    result = run_protoc(f"--descriptor_set_out={tmp_path / 'out.binpb'}", *files_below(EXAMPLES))
    assert (result.returncode, result.stderr) == (0, "")


def test_everything_but_requests_and_responses_has_a_comment() -> None:
    bare = []
    for path in files_below(EXAMPLES):
        lines = (EXAMPLES / path).read_text(encoding="utf-8").splitlines()
        for before, line in pairwise(lines):
            declared = re.match(r"(?:message|service|  rpc) (\w+)", line)
            if declared and not before.lstrip().startswith("//") and not declared[1].endswith(("Request", "Response")):
                bare.append(f"{path}: {declared[1]}")
    assert bare == []


# --- the standard methods, in the form of goten.meta.v1 ---


class Served(NamedTuple):
    """A resource with all standard methods."""

    package: str
    singular: str
    plural: str

    def __str__(self) -> str:
        return f"{self.package}.{self.singular}"


FULLY_SERVED = [
    *(Served(package, "Project", "Projects") for package in (*IDENTITY, *DEVICES)),
    *(Served(package, "ServiceAccount", "ServiceAccounts") for package in IDENTITY),
    *(Served(package, "Device", "Devices") for package in DEVICES),
    *(Served(package, "Port", "Ports") for package in DEVICES),
    Served("example.identity.v2", "Folder", "Folders"),
    Served("example.identity.v2", "Organization", "Organizations"),
    Served("example.catalog.v1", "Category", "Categories"),
    Served("example.catalog.v1", "Product", "Products"),
]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def standard_messages(tree: Tree, served: Served) -> dict[str, dict[str, Any]]:
    """Fields of the messages of a resource's standard methods, with the resource's name taken out of them."""
    names = {f"{method}{part}" for method in STANDARD for part in ("Request", "Response")} | {"{0}Change"}
    written = {name.format(served.singular, served.plural) for name in names}
    prefix = f"{served.package}."
    own = [m for m in tree.messages(served.package) if m.full_name.removeprefix(prefix).split(".")[0] in written]
    return {neutral(served, m.full_name): {neutral(served, f.name): shape(served, f) for f in m.fields} for m in own}


def shape(served: Served, field: FieldDescriptor) -> tuple[object, ...]:
    named = field.message_type or field.enum_type
    oneof = field.containing_oneof
    kind = neutral(served, named.full_name) if named else field.type
    return field.number, field.is_repeated, kind, oneof.name if oneof else None


def neutral(served: Served, name: str) -> str:
    """`CreateDeviceRequest` and `CreatePortRequest`, `device` and `port` become the same."""
    if "." not in name:
        known = {snake(served.singular): "thing", snake(served.plural): "things"}
        return known.get(name, name.replace(f"{snake(served.singular)}_changes", "thing_changes"))
    if not name.startswith(f"{served.package}."):
        return name
    return name.removeprefix(served.package).replace(served.plural, "Things").replace(served.singular, "Thing")


@pytest.mark.parametrize("served", FULLY_SERVED, ids=str)
def test_main_resources_have_every_standard_method(tree: Tree, served: Served) -> None:
    wanted = {name.format(served.singular, served.plural) for name in STANDARD}
    assert wanted <= tree.methods(served.package)


@pytest.mark.parametrize("served", FULLY_SERVED, ids=str)
def test_standard_messages_have_the_fields_and_numbers_of_the_meta_service(tree: Tree, served: Served) -> None:
    parentless = all(pattern.count("/") == 1 for pattern in tree.patterns(f"{served.package}.{served.singular}"))
    model = Served("goten.meta.v1", *(("Region", "Regions") if parentless else ("Resource", "Resources")))
    expected = standard_messages(tree, model)
    assert len(expected) > 2 * len(STANDARD)
    assert standard_messages(tree, served) == expected


# --- the checklist: one test a shape ---


@pytest.mark.parametrize("package", IDENTITY)
def test_identity_has_two_policy_holders(tree: Tree, package: str) -> None:
    assert field_types(tree.message(f"{package}.Project"))["multi_region_policy"] == POLICY
    assert tree.patterns(f"{package}.Project") == ["projects/{project}"]
    assert tree.patterns(f"{package}.Organization") == ["organizations/{organization}"]


@pytest.mark.parametrize("package", IDENTITY)
def test_a_policy_stands_two_messages_deep(tree: Tree, package: str) -> None:
    organization = tree.message(f"{package}.Organization")
    assert POLICY not in field_types(organization).values()
    spec = tree.message(field_types(organization)["spec"])
    assert POLICY not in field_types(spec).values()
    assert field_types(tree.message(field_types(spec)["placement"]))["policy"] == POLICY


@pytest.mark.parametrize("package", IDENTITY)
def test_a_map_of_policies_is_nearer_than_the_one_that_governs(tree: Tree, package: str) -> None:
    templates = tree.field(f"{package}.Organization.project_templates")
    assert templates.message_type is not None
    assert templates.message_type.GetOptions().map_entry
    assert field_types(templates.message_type)["value"] == POLICY


@pytest.mark.parametrize("name", ["Role", "RoleBinding"])
@pytest.mark.parametrize("package", IDENTITY)
def test_resources_have_root_service_organization_and_project_as_parents(tree: Tree, package: str, name: str) -> None:
    parents = ["/".join(pattern.split("/")[:-2]) for pattern in tree.patterns(f"{package}.{name}")]
    assert {"", "services/{service}", "organizations/{organization}", "projects/{project}"} <= set(parents)


def test_users_stand_at_the_root_only(tree: Tree) -> None:
    assert [tree.patterns(f"{package}.User") for package in IDENTITY] == [["users/{user}"]] * 2


def test_a_holder_of_identity_v2_stands_below_another(tree: Tree) -> None:
    assert tree.patterns("example.identity.v2.Folder") == ["organizations/{organization}/folders/{folder}"]
    assert POLICY in field_types(tree.message("example.identity.v2.Folder")).values()
    assert not any(message.name == "Folder" for message in tree.messages("example.identity.v1"))


def test_identity_v2_renames_a_field_and_keeps_its_number(tree: Tree) -> None:
    old, new = tree.field("example.identity.v1.Project.title"), tree.field("example.identity.v2.Project.display_name")
    assert old.number == new.number


def test_devices_v2_moves_a_field_into_a_message(tree: Tree) -> None:
    assert "serial_number" in tree.message("example.devices.v1.Device").fields_by_name
    assert "serial_number" not in tree.message("example.devices.v2.Device").fields_by_name
    assert "serial_number" in tree.message("example.devices.v2.Device.Hardware").fields_by_name


def test_resources_come_and_go_between_versions(tree: Tree) -> None:
    old, new = ({m.name for m in tree.messages(package) if tree.resource(m)} for package in DEVICES)
    assert (old - new, new - old) == ({"ConfigFile", "LogEntry"}, {"Site"})


def test_identity_imports_the_registry(tree: Tree) -> None:
    for package in IDENTITY:
        assert "goten-sdk/meta-service/proto/v1/service.proto" in tree.imports_of(package)
        assert tree.google_reference(f"{package}.Role.services") == "meta.goten.com/Service"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_each_version_of_devices_imports_its_own_version_of_identity(tree: Tree, version: str) -> None:
    imported = {i for i in tree.imports_of(f"example.devices.{version}") if i.startswith("identity/")}
    assert {path.split("/")[2] for path in imported} == {version}


def test_a_directory_has_a_hyphen(tree: Tree) -> None:
    paths = {file.name.rpartition("/")[0] for file in tree.files if file.package in DEVICES}
    assert paths == {"device-management/proto/v1", "device-management/proto/v2"}


@pytest.mark.parametrize("package", DEVICES)
def test_devices_has_a_project_holder_of_its_own(tree: Tree, package: str) -> None:
    assert tree.patterns(f"{package}.Project") == ["projects/{project}"]
    assert POLICY in field_types(tree.message(f"{package}.Project")).values()


def test_two_services_have_a_resource_of_the_same_name(tree: Tree) -> None:
    resources = [tree.resource(f"{package}.Project") or {} for package in (*IDENTITY, *DEVICES)]
    assert [r["type"].partition("/")[0] for r in resources] == ["identity.example.com"] * 2 + [
        "devices.example.com"
    ] * 2


@pytest.mark.parametrize("package", DEVICES)
def test_regional_resources_have_regional_children(tree: Tree, package: str) -> None:
    device = "projects/{project}/regions/{region}/devices/{device}"
    assert tree.patterns(f"{package}.Device") == [device]
    assert tree.patterns(f"{package}.Port") == [f"{device}/ports/{{port}}"]


@pytest.mark.parametrize("package", DEVICES)
def test_a_resource_is_optionally_regional(tree: Tree, package: str) -> None:
    with_and_without = ["projects/{project}/groups/{group}", "projects/{project}/regions/{region}/groups/{group}"]
    assert tree.patterns(f"{package}.Group") == with_and_without


@pytest.mark.parametrize("package", DEVICES)
def test_sync_types_are_annotated(tree: Tree, package: str) -> None:
    assert tree.sync_type(f"{package}.ShellSession") == "NEVER"
    assert tree.sync_type(f"{package}.EnrollmentToken") == "ALWAYS_GLOBALLY"


def test_a_sync_type_stands_in_the_skeleton_alone(tree: Tree) -> None:
    assert tree.sync_type("example.devices.v1.Firmware") is None
    skeleton = read_yaml("device-management/proto/api-skeleton-v1.yaml")
    firmware = next(resource for resource in skeleton["resources"] if resource["name"] == "Firmware")
    assert firmware["multiRegion"]["syncType"] == tree.sync_type("example.devices.v2.Firmware") == "ALWAYS_IN_SCOPE"


def test_a_skeleton_doubles_backslashes(tree: Tree) -> None:
    skeleton = read_yaml("device-management/proto/api-skeleton-v1.yaml")
    port = next(resource for resource in skeleton["resources"] if resource["name"] == "Port")
    annotated = tree.annotation(tree.message("example.devices.v2.Port"), "goten.annotations.resource")["id_pattern"]
    assert port["idPattern"].replace("\\\\", "\\") == annotated
    assert port["idPattern"] != annotated


def test_a_skeleton_names_every_resource_of_its_version(tree: Tree) -> None:
    skeleton = read_yaml("device-management/proto/api-skeleton-v1.yaml")
    declared = {message.name for message in tree.messages("example.devices.v1") if tree.resource(message)}
    assert {resource["name"] for resource in skeleton["resources"]} == declared


@pytest.mark.parametrize("package", DEVICES)
def test_a_resource_of_devices_stands_below_an_imported_holder(tree: Tree, package: str) -> None:
    assert tree.patterns(f"{package}.Firmware")[0] == "organizations/{organization}/firmwares/{firmware}"


def test_catalog_names_are_global_but_for_one_that_goten_yaml_makes_so(tree: Tree) -> None:
    resources = [tree.resource(message) for message in tree.messages("example.catalog.v1")]
    roots = {pattern.split("/")[0] for resource in resources if resource for pattern in resource["pattern"]}
    assert roots == {"categories", "products", "warehouses", "projects"}
    orders = read_yaml("catalog/proto/goten.yaml")["resources"]["Order"]["governed_by"]
    assert orders == dict.fromkeys(tree.patterns("example.catalog.v1.Order"))


def test_exactly_one_resource_has_no_metadata(tree: Tree) -> None:
    packages = (*IDENTITY, *DEVICES, "example.catalog.v1")
    resources = [message for package in packages for message in tree.messages(package) if tree.resource(message)]
    without = [message.full_name for message in resources if META not in field_types(message).values()]
    assert without == ["example.devices.v1.LogEntry"]


@pytest.mark.parametrize("package", DEVICES)
def test_a_resource_is_a_singleton(tree: Tree, package: str) -> None:
    assert tree.patterns(f"{package}.Settings") == ["projects/{project}/settings"]


def test_ids_have_slashes(tree: Tree) -> None:
    annotation = tree.annotation(tree.message("example.devices.v1.ConfigFile"), "goten.annotations.resource")
    assert re.fullmatch(annotation["id_pattern"], "etc/network/interfaces")
    assert tree.patterns("example.catalog.v1.Document") == ["products/{product}/documents/{document=**}"]


@pytest.mark.parametrize("package", DEVICES)
def test_an_id_is_made_of_two(tree: Tree, package: str) -> None:
    assert tree.patterns(f"{package}.Link") == ["projects/{project}/regions/{region}/links/{source}~{target}"]


@pytest.mark.parametrize("message", ["Link", "QueryTelemetryRequest"])
@pytest.mark.parametrize("package", DEVICES)
def test_a_field_is_called_by_a_word_of_python(tree: Tree, package: str, message: str) -> None:
    assert keyword.iskeyword(tree.field(f"{package}.{message}.from").name)


@pytest.mark.parametrize("package", IDENTITY)
def test_a_message_with_a_policy_is_no_resource(tree: Tree, package: str) -> None:
    assert POLICY in field_types(tree.message(f"{package}.PreviewPolicyRequest")).values()
    assert tree.resource(f"{package}.PreviewPolicyRequest") is None


@pytest.mark.parametrize("message", ["example.identity.v1.ProjectTombstone", "example.devices.v1.DeviceTemplate"])
def test_messages_with_metadata_are_no_resources(tree: Tree, message: str) -> None:
    assert field_types(tree.message(message))["metadata"] == META
    assert tree.resource(message) is None


def test_a_holder_has_no_watch_method(tree: Tree) -> None:
    old, new = ({name for name in tree.methods(package) if "Organization" in name} for package in IDENTITY)
    assert {"GetOrganization", "ListOrganizations"} <= old
    assert new - old == {"WatchOrganization", "WatchOrganizations"}


def test_two_services_have_a_goten_yaml(tree: Tree) -> None:
    catalog, devices = (read_yaml(f"{folder}/proto/goten.yaml") for folder in ("catalog", "device-management"))
    assert (catalog["service"], devices["service"]) == ("catalog.example.com", "devices.example.com")
    assert catalog["imports"] == {"identity.example.com": "v1"}
    assert not any(path.startswith("identity/") for path in tree.imports_of("example.catalog.v1"))
    certificate = tree.patterns("example.devices.v1.Certificate")[0]
    assert devices["resources"]["Certificate"]["governed_by"] == {certificate: "identity.example.com/Project"}


@pytest.mark.parametrize("package", DEVICES)
def test_references_are_written_with_and_without_a_domain(tree: Tree, package: str) -> None:
    assert tree.google_reference(f"{package}.Device.service_account") == "identity.example.com/ServiceAccount"
    assert tree.goten_reference(f"{package}.Certificate.service_account") == "identity.example.com/ServiceAccount"
    assert tree.goten_reference(f"{package}.Device.target_firmware") == "devices.example.com/Firmware"
    assert tree.goten_reference(f"{package}.Device.group") == "Group"


def test_a_google_reference_has_no_domain_and_one_means_any_type(tree: Tree) -> None:
    assert tree.google_reference("example.identity.v1.RoleBinding.role") == "Role"
    assert tree.google_reference("example.identity.v1.RoleBinding.member") == "*"


@pytest.mark.parametrize("package", DEVICES)
def test_a_custom_method_is_routed_by_annotation(tree: Tree, package: str) -> None:
    routing = tree.routing(f"{package}.DeviceService.RebootDevice")
    assert routing == {"execute_on_owning_region": True, "resource_field_paths": ["name"]}


def test_every_kind_of_routing_occurs(tree: Tree) -> None:
    methods = tree.pool.FindServiceByName("example.devices.v1.DeviceService").methods
    assert {key for method in methods for key in tree.routing(method.full_name)} == {
        "skip_code_gen_based_routing",
        "execute_on_owning_region",
        "scope_field_paths",
        "resource_field_paths",
        "region_id_field_paths",
        "unauthenticated_request",
    }


@pytest.mark.parametrize("package", DEVICES)
def test_methods_stream_in_every_direction(tree: Tree, package: str) -> None:
    names = ("UploadTelemetry", "QueryTelemetry", "DeviceShell")
    methods = [tree.method(f"{package}.DeviceService.{name}") for name in names]
    directions = [(method.client_streaming, method.server_streaming) for method in methods]
    assert directions == [(True, False), (False, True), (True, True)]


def test_services_import_the_protocol_under_either_path(tree: Tree) -> None:
    published = {"example.catalog.v1", *IDENTITY}
    for package in (*published, *DEVICES):
        wanted = {"goten-sdk"} if package in published else {"goten"}
        assert {i.split("/")[0] for i in tree.imports_of(package) if i.startswith("goten")} == wanted


def test_a_resource_is_a_nested_message_and_one_nested_message_only_sounds_like_one(tree: Tree) -> None:
    assert tree.patterns("example.catalog.v1.Product.Variant") == ["products/{product}/variants/{variant}"]
    assert tree.resource("example.devices.v1.Device.Firmware") is None


def test_a_parent_is_known_by_resource_definition_only(tree: Tree) -> None:
    file = tree.pool.FindFileByName("catalog/proto/v1/stock.proto")
    (definition,) = tree.annotation(file, "google.api.resource_definition")
    assert definition == {"type": "catalog.example.com/Warehouse", "pattern": ["warehouses/{warehouse}"]}


def test_a_name_stands_in_a_field_that_is_not_called_name(tree: Tree) -> None:
    assert (tree.resource("example.catalog.v1.Document") or {})["name_field"] == "path"
    assert "name" not in tree.message("example.catalog.v1.Document").fields_by_name
