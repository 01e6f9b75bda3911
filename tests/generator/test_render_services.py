"""Generated modules: what they hold, how things in them are called, and that they work with the runtime."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from goten.names import InvalidName
from goten.policy_sources import PolicySource, SourceMode
from goten.registration import Registration, RuntimeKind
from goten.services import ServiceDescriptor
from goten_gen.keys import ServiceKey
from goten_gen.model import Api, Method, Reference, Resource, RpcKind, SyncType, TypeRef, World
from goten_gen.render import render_services
from tests.generator import model_builder as build
from tests.generator.generated_code import Importer, imported

IDENTITY = ServiceKey("identity.example.com", "v1")
DEVICES = ServiceKey("devices.example.com", "v1")
DEVICES_2 = ServiceKey("devices.example.com", "v2")
PROJECT = TypeRef("identity.example.com/Project", "v1")
OWN_PROJECT = TypeRef("devices.example.com/Project", "v1")
DEVICE = TypeRef("devices.example.com/Device", "v1")
STRUCT = "google/protobuf/struct.proto"
API = "example.devices.v1.DeviceService"


of_struct = partial(build.resource, file=STRUCT, message="google.protobuf.Struct")
"""A resource whose message exists."""


def struct_method(name: str, verb: str = "", kind: RpcKind = RpcKind.UNARY, api: str = API) -> Method:
    full_name = f"{api}.{name}"
    return build.method(
        full_name,
        "google.protobuf.Struct",
        "google.protobuf.Value",
        file=STRUCT,
        kind=kind,
        verb=verb,
        name_path="name",
    )


def example_world() -> World:
    """Identity and devices import each other; only one of their holders can be watched."""
    device = of_struct(
        DEVICE,
        build.use(
            "projects/{project}/regions/{region}/devices/{device}",
            region_scope=1,
            parent=PROJECT,
            holder=PROJECT,
        ),
        build.use("projects/{projectId}/devices/{device}", parent=OWN_PROJECT, holder=OWN_PROJECT),
        build.use("devices/{device}"),
        comment="A thing.",
        parents=[PROJECT, OWN_PROJECT],
        sync_type=SyncType.NEVER,
        variable_patterns={"device": "^[a-z][a-z0-9]*$"},
        references=[Reference("spec.group", OWN_PROJECT)],
        access={"get": f"{API}.GetDevice"},
        services_info_default=False,
    )
    own_project = of_struct(OWN_PROJECT, "projects/{project}", policy_field=("policy",), access={"get": f"{API}.Get"})
    project = of_struct(
        PROJECT,
        "projects/{project}",
        policy_field=("spec", "policy"),
        access={"watch": "identity.v1.Api.WatchProjects"},
    )
    watch = struct_method("WatchProjects", "watch", RpcKind.SERVER_STREAM, "identity.v1.Api")
    return build.world(
        build.service(
            IDENTITY,
            project,
            apis=[Api("identity.v1.Api", STRUCT, (watch,))],
            imports=[DEVICES],
            holders=[OWN_PROJECT],
        ),
        build.service(
            DEVICES,
            own_project,
            device,
            apis=[Api(API, STRUCT, (struct_method("Get"), struct_method("GetDevice", "get")))],
            imports=[IDENTITY],
            holders=[OWN_PROJECT, PROJECT],
            generation=7,
        ),
        build.service(DEVICES_2, of_struct(TypeRef("devices.example.com/Device", "v2"), "devices/{device}")),
        packages={STRUCT: "google.protobuf"},
    )


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    with imported(example_world(), tmp_path_factory.mktemp("generated")) as importer:
        yield importer


@pytest.fixture
def names(load: Importer) -> ModuleType:
    return load("devices_example_com.v1.names")


# --- files -----------------------------------------------------------------------------------------------------------

MODULES = ["__init__", "descriptors", "env_registry", "methods", "names", "policy_store", "service"]


def test_files_and_owners_of_a_selected_service_version() -> None:
    files = {file.path: file.owners for file in render_services(example_world(), [DEVICES])}
    both = ("devices.example.com@v1", "devices.example.com@v2")
    assert files == {
        "devices_example_com/__init__.py": both,
        "devices_example_com/py.typed": both,
        **{f"devices_example_com/v1/{module}.py": both[:1] for module in MODULES},
    }
    assert list(files) == sorted(files)


def test_the_selection_changes_no_content() -> None:
    world = example_world()
    everything = {file.path: file for file in render_services(world, list(world.services))}
    for key in world.services:
        assert all(everything[file.path] == file for file in render_services(world, [key]))


def test_every_module_says_where_it_is_from() -> None:
    files = {file.path: file.content.decode() for file in render_services(example_world(), [DEVICES])}
    for path, content in files.items():
        assert path.endswith("py.typed") or "Generated by goten-gen, do not edit." in content
    for module in ("__init__", "names", "descriptors", "methods"):
        assert f"* {STRUCT}\n" in files[f"devices_example_com/v1/{module}.py"]


def test_the_meta_service_is_part_of_the_runtime() -> None:
    key = ServiceKey("meta.goten.com", "v1")
    region = of_struct(TypeRef("meta.goten.com/Region", "v1"), "regions/{region}")
    device = of_struct(DEVICE, build.use("regions/{region}/devices/{device}", parent=TypeRef(region.type, "v1")))
    world = build.world(
        build.service(key, region), build.service(DEVICES, device), packages={STRUCT: "google.protobuf"}
    )
    files = {file.path: file.content.decode() for file in render_services(world, list(world.services))}
    assert {path for path in files if "meta" in path} == {f"goten/meta/v1/{module}.py" for module in MODULES}
    assert "    from goten.meta.v1 import names\n" in files["devices_example_com/v1/names.py"]


def test_a_service_without_a_version() -> None:
    key = ServiceKey("a.com", "")
    paths = [file.path for file in render_services(build.world(build.service(key)), [key])]
    assert "a_com/unversioned/names.py" in paths


def test_domains_of_one_package_are_told_apart_whatever_is_selected() -> None:
    keys = [ServiceKey(domain, "v1") for domain in ("a-b.com", "a.b.com", "A.b.com")]
    world = build.world(*(build.service(key) for key in keys))
    packages = {key.domain: render_services(world, [key])[0].path.partition("/")[0] for key in keys}
    assert packages == {"A.b.com": "A_b_com", "a-b.com": "a_b_com_2", "a.b.com": "a_b_com_3"}


# --- names -----------------------------------------------------------------------------------------------------------


def test_constructors_take_ids_in_order(names: ModuleType) -> None:
    assert str(names.DeviceName.of_project_region("p", "us", "d")) == "projects/p/regions/us/devices/d"
    assert str(names.DeviceName.of_project_id("p", "d")) == "projects/p/devices/d"
    assert str(names.DeviceName.of("d")) == "devices/d"


def test_names_say_their_ids_parents_and_holders(names: ModuleType, load: Importer) -> None:
    identity = load("identity_example_com.v1.names")
    regional = names.DeviceName.parse("projects/p/regions/us/devices/d")
    assert (regional.project_id, regional.region_id, regional.device_id) == ("p", "us", "d")
    assert regional.region == "us"
    assert regional.parent == identity.ProjectName.of("p")
    assert regional.holder == identity.ProjectName.of("p")
    assert names.DeviceName.of_project_id("p", "d").holder == names.ProjectName.of("p")
    assert names.DeviceName.of("d").holder is None


def test_an_id_that_some_pattern_lacks_is_optional_and_spellings_are_one(names: ModuleType) -> None:
    assert names.DeviceName.parse("projects/p/devices/d").project_id == "p"
    assert names.DeviceName.of("d").project_id is None
    assert names.DeviceName.of("d").device_id == "d"


def test_id_patterns_are_kept_without_anchors(names: ModuleType) -> None:
    assert names.DeviceName.PATTERNS[0].ids == {"device": "[a-z][a-z0-9]*"}
    with pytest.raises(InvalidName):
        names.DeviceName.of("D")


def test_comments_become_docstrings(names: ModuleType) -> None:
    assert names.DeviceName.__doc__ is not None
    assert "A thing." in names.DeviceName.__doc__
    assert names.DeviceName.of.__doc__ == "`devices/{device}`"


def names_of(*resources: Resource) -> str:
    world = build.world(build.service(DEVICES, *resources), packages={STRUCT: "google.protobuf"})
    files = {file.path: file.content.decode() for file in render_services(world, [DEVICES])}
    return files["devices_example_com/v1/names.py"]


@pytest.mark.parametrize(
    ("pattern", "head"),
    [
        ("projects/{project}", "of(cls, project_id: str)"),
        ("projects/{project}/locations/{location}", "of_project(cls, project_id: str, location_id: str)"),
        ("projects/{project}/settings", "of_project(cls, project_id: str)"),
        ("settings", "of(cls)"),
        ("a/{keyRing}/b/{type}", "of_key_ring(cls, key_ring_id: str, type_id: str)"),
        ("a/{project_id}/b/{id}", "of_project_id(cls, project_id: str, id: str)"),
        ("a/{x}/b/{y}~{z}", "of_x(cls, x_id: str, y_id: str, z_id: str)"),
        ("a/{x}.{y}/b/{z}", "of_x_y(cls, x_id: str, y_id: str, z_id: str)"),
        ("{name=**}", "of(cls, name_id: str)"),
        ("*", "of_any(cls, name: str)"),
        ("a/{fooBar}/b/{foo_bar}", "of_foo_bar(cls, foo_bar_id: str, foo_bar_id_2: str)"),
    ],
)
def test_constructor_of_a_pattern(pattern: str, head: str) -> None:
    assert f"def {head} -> Self:" in names_of(of_struct(DEVICE, pattern))


def test_constructors_that_would_be_called_the_same_are_numbered() -> None:
    source = names_of(of_struct(DEVICE, "a/{x}/b/{y}", "c/{x}/d/{y}", "e/{x}/f/{z}"))
    assert [f"def of_x{end}(" in source for end in ("", "_2", "_3", "_4")] == [True, True, True, False]


def test_a_constructor_and_an_id_do_not_meet() -> None:
    source = names_of(of_struct(DEVICE, "a/{x_id}/b/{of_x}"))
    assert "def of_x_id_2(cls, x_id: str, of_x_id: str)" in source
    assert "def of_x_id(self) -> str:" in source


def test_types_that_would_share_a_class_are_numbered() -> None:
    refs = [TypeRef(f"devices.example.com/{kind}", "v1") for kind in ("DnsZone", "dnsZone", "DNSZone")]
    world = build.world(
        build.service(DEVICES, *(of_struct(ref, "a/{a}") for ref in refs)), packages={STRUCT: "google.protobuf"}
    )
    files = {file.path: file.content.decode() for file in render_services(world, [DEVICES])}
    names, descriptors = (files[f"devices_example_com/v1/{module}.py"] for module in ("names", "descriptors"))
    assert [line for line in names.split("\n") if line.startswith("class ")] == [
        "class DnsZoneName(ResourceName):",
        "class DnsZoneName_2(ResourceName):",
        "class DNSZoneName(ResourceName):",
    ]
    assert [line for line in descriptors.split("\n") if line.endswith("Descriptor(")] == [
        "DNS_ZONE = Descriptor(",
        "DNS_ZONE_2 = Descriptor(",
        "DNS_ZONE_3 = Descriptor(",
    ]


def test_a_type_called_resource_keeps_its_class_name(tmp_path: Path) -> None:
    world = build.world(
        build.service(DEVICES, of_struct(TypeRef("devices.example.com/Resource", "v1"), "resources/{resource}")),
        packages={STRUCT: "google.protobuf"},
    )
    with imported(world, tmp_path) as load:
        names = load("devices_example_com.v1.names")
        assert str(names.ResourceName.of("r")) == "resources/r"


def test_parents_and_holders_whose_names_cannot_be_formed_are_left_out() -> None:
    use = build.use("a/{a}/b/{b}", parent=DEVICE, parent_pattern=None, holder=DEVICE, holder_pattern=None)
    source = names_of(of_struct(DEVICE, use))
    assert "parent" not in source
    assert "holder" not in source


# --- descriptors and methods -----------------------------------------------------------------------------------------


def test_descriptors_hold_the_findings(load: Importer) -> None:
    device = load("devices_example_com.v1.descriptors").DEVICE
    assert (device.type, device.version, device.singular, device.plural) == (DEVICE.type, "v1", "Device", "Devices")
    assert device.name is load("devices_example_com.v1.names").DeviceName
    assert device.message.DESCRIPTOR.full_name == "google.protobuf.Struct"
    assert device.parents == (PROJECT.type, OWN_PROJECT.type)
    assert not device.parentless
    assert device.sync_type == "NEVER"
    assert device.policy_field is None
    assert [(r.path, r.type, r.version) for r in device.references] == [("spec.group", OWN_PROJECT.type, "v1")]
    assert not device.services_info_default
    assert load("identity_example_com.v1.descriptors").PROJECT.policy_field == ("spec", "policy")


def test_methods_hold_the_findings(load: Importer) -> None:
    watch = load("identity_example_com.v1.methods").WATCH_PROJECTS
    assert watch.path == "/identity.v1.Api/WatchProjects"
    assert watch.kind == "server_stream"
    assert watch.verb == "watch"
    assert watch.response.DESCRIPTOR.full_name == "google.protobuf.Value"
    assert (watch.name_path, watch.parent_path, watch.body_path, watch.writes) == ("name", None, None, False)


def test_methods_that_apis_share_by_name_have_the_api_in_front() -> None:
    apis = [
        Api("x.v1.Alpha", STRUCT, (struct_method("Get", api="x.v1.Alpha"), struct_method("Put", api="x.v1.Alpha"))),
        Api("x.v1.BetaService", STRUCT, (struct_method("Get", api="x.v1.BetaService"),)),
    ]
    world = build.world(build.service(DEVICES, apis=apis), packages={STRUCT: "google.protobuf"})
    (methods,) = [f.content.decode() for f in render_services(world, [DEVICES]) if f.path.endswith("methods.py")]
    constants = [line.partition(" ")[0] for line in methods.split("\n") if line.endswith("= MethodDescriptor(")]
    assert constants == ["ALPHA_GET", "PUT", "BETA_SERVICE_GET"]


def test_protobuf_modules_of_one_name_are_imported_in_full() -> None:
    resources = [
        build.resource(TypeRef(f"devices.example.com/{kind}", "v1"), "a/{a}", file=file, message=f"x.{kind}")
        for kind, file in [("A", "a-b/common.proto"), ("B", "c/common.proto"), ("C", "c/other.proto"), ("D", "d.proto")]
    ]
    packages = {resource.file: "x" for resource in resources}
    world = build.world(build.service(DEVICES, *resources), packages=packages)
    (source,) = [f.content.decode() for f in render_services(world, [DEVICES]) if f.path.endswith("descriptors.py")]
    assert "import d_pb2\n" in source
    assert "from a_b import common_pb2 as a_b_common_pb2\n" in source
    assert "from c import common_pb2 as c_common_pb2, other_pb2\n" in source
    assert "message=c_common_pb2.B," in source
    assert "message=d_pb2.D," in source


def test_what_python_reserves_is_reached_another_way(tmp_path: Path) -> None:
    module = tmp_path / "lambda" / "x_pb2.py"
    module.parent.mkdir()
    module.write_text("class A:\n    pass\n\n\nsetattr(A, 'None', int)\n")
    resources = [
        build.resource(TypeRef("devices.example.com/A", "v1"), "a/{a}", file="lambda/x.proto", message="x.A"),
        build.resource(TypeRef("devices.example.com/B", "v1"), "b/{b}", file="lambda/x.proto", message="x.A.None.real"),
    ]
    world = build.world(build.service(DEVICES, *resources), packages={"lambda/x.proto": "x"})
    with imported(world, tmp_path) as load:
        descriptors = load("devices_example_com.v1.descriptors")
        assert descriptors.A.message is load("lambda.x_pb2").A
        assert descriptors.B.message is int.real


# --- service, policies, registration ---------------------------------------------------------------------------------


def test_services_that_import_each_other_load_each_other(load: Importer) -> None:
    devices: ServiceDescriptor = load("devices_example_com.v1.service").SERVICE
    identity: ServiceDescriptor = load("identity_example_com.v1.service").SERVICE
    assert [(i.domain, i.version, i.load()) for i in devices.imports] == [(*IDENTITY, identity)]
    assert [(i.domain, i.version, i.load()) for i in identity.imports] == [(*DEVICES, devices)]
    assert [holder.load() for holder in devices.holders] == [
        devices.resource(OWN_PROJECT.type),
        identity.resource(PROJECT.type),
    ]


def test_a_service_lists_its_methods_and_access(load: Importer) -> None:
    service: ServiceDescriptor = load("devices_example_com.v1.service").SERVICE
    methods = load("devices_example_com.v1.methods")
    assert [(api.full_name, api.methods) for api in service.apis] == [(API, (methods.GET, methods.GET_DEVICE))]
    assert service.access_method(DEVICE.type, "get") is methods.GET_DEVICE
    assert str(service.parse_name("devices/d")) == "devices/d"


class Collected:
    def __init__(self) -> None:
        self.sources: list[PolicySource] = []

    def add(self, source: PolicySource) -> None:
        self.sources.append(source)


def test_policy_sources_of_all_holders_are_registered(load: Importer) -> None:
    policy_store = load("devices_example_com.v1.policy_store")
    collected = Collected()
    policy_store.register_policy_sources(collected)
    assert [(source.holder.type, source.mode) for source in collected.sources] == [
        (OWN_PROJECT.type, SourceMode.POLL),
        (PROJECT.type, SourceMode.WATCH),
    ]
    doc = policy_store.register_policy_sources.__doc__
    assert "* `identity.example.com/Project` v1: watched through the channel provider." in doc
    assert "without one, polled (it has no Watch method) through the channel provider." in doc


def test_own_holders_come_from_the_own_store(load: Importer) -> None:
    collected = Collected()
    store = object()
    load("devices_example_com.v1.policy_store").register_policy_sources(collected, store)
    assert [source.own_store is store for source in collected.sources] == [True, False]


def test_a_service_without_holders_registers_nothing(load: Importer) -> None:
    policy_store = load("devices_example_com.v2.policy_store")
    collected = Collected()
    policy_store.register_policy_sources(collected)
    assert collected.sources == []
    assert policy_store.register_policy_sources.__doc__.startswith("Registers nothing")


async def test_one_call_registers_all_versions_and_starts(load: Importer) -> None:
    class Starter:
        async def start(self, registrations: tuple[Registration, ...], runtime: RuntimeKind) -> object:
            return registrations, runtime

    first, second = (load(f"devices_example_com.{version}.env_registry") for version in ("v1", "v2"))
    started = await first.start_env_registry(Starter(), RuntimeKind.SERVER, second.REGISTRATION)
    assert started == ((first.REGISTRATION, second.REGISTRATION), RuntimeKind.SERVER)
    assert first.REGISTRATION.service is load("devices_example_com.v1.service").SERVICE
    assert (first.REGISTRATION.generation, second.REGISTRATION.generation) == (7, 1)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("package", ["devices_example_com.v1", "identity_example_com.v1"])
def test_any_module_can_be_the_first_that_is_imported(package: str, module: str, tmp_path: Path) -> None:
    with imported(example_world(), tmp_path) as load_afresh:
        load_afresh(package if module == "__init__" else f"{package}.{module}")
