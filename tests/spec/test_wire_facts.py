"""spec/proto compiles to exactly what spec/wire-facts.txt fixes: no entry missing, none too many, none different."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
    MessageOptions,
    MethodDescriptorProto,
    MethodOptions,
)

SPEC = Path(__file__).parents[2] / "spec"
FACTS = SPEC / "wire-facts.txt"


def compile_protos(out: Path) -> FileDescriptorSet:
    """Descriptors of every canonical file, and of what they import."""
    proto, google_api = SPEC / "proto", distribution("googleapis-common-protos").locate_file("")
    files = sorted(path.relative_to(proto).as_posix() for path in (proto / "goten").rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}", f"-I{google_api}"]
    command += [f"--descriptor_set_out={out}", "--include_imports", *files]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return FileDescriptorSet.FromString(out.read_bytes())


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileDescriptorSet:
    return compile_protos(tmp_path_factory.mktemp("spec") / "goten.binpb")


ReadOptions = Callable[[MessageOptions | MethodOptions], dict[str, Any]]


def options_reader(files: FileDescriptorSet) -> ReadOptions:
    """Reads options with the extensions that `files` declares: `{"[google.api.http]": {"get": ...}}`."""
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.AddSerializedFile(file.SerializeToString())

    def read(options: MessageOptions | MethodOptions) -> dict[str, Any]:
        message = message_factory.GetMessageClass(pool.FindMessageTypeByName(options.DESCRIPTOR.full_name))
        known = message.FromString(options.SerializeToString())
        return json_format.MessageToDict(known, preserving_proto_field_name=True, descriptor_pool=pool)

    return read


# --- descriptors as facts --------------------------------------------------------------------------------------------


def compiled_facts(files: FileDescriptorSet) -> Iterator[str]:
    """Facts of the canonical files, one a line, each with all that is needed to find it."""
    read = options_reader(files)
    for file in files.file:
        if not file.name.startswith("goten/") or file.name.startswith("goten/admin/"):
            continue
        path = published_path(file.name)
        for message in file.message_type:
            yield from message_facts(f"{file.package}.{message.name}", message, path)
        for enum in file.enum_type:
            yield enum_fact(f"{file.package}.{enum.name}", enum, path)
        yield from (extension_fact(file.package, extension, path) for extension in file.extension)
        for service in file.service:
            name = f"{file.package}.{service.name}"
            yield f"service {name} [{path}]"
            yield from (f"service {name}: {method_fact(file.package, method, read)}" for method in service.method)


def published_path(canonical: str) -> str:
    path = canonical.removeprefix("goten/")
    if path.startswith("annotations/"):
        return f"goten/{path}"
    return re.sub("^meta/v1/", "meta-service/proto/v1/", path)


def message_facts(name: str, message: DescriptorProto, path: str) -> Iterator[str]:
    entries = {f".{name}.{nested.name}": nested for nested in message.nested_type if nested.options.map_entry}
    yield f"message {name} [{path}]"
    yield from (f"message {name}: {field_fact(field, message, entries)}" for field in message.field)
    if message.reserved_range:
        yield f"message {name}: reserved {[[reserved.start, reserved.end - 1] for reserved in message.reserved_range]}"
    yield from (f"message {name}: reserved name {reserved}" for reserved in message.reserved_name)
    for nested in message.nested_type:
        if not nested.options.map_entry:
            yield from message_facts(f"{name}.{nested.name}", nested, path)
    for enum in message.enum_type:
        yield enum_fact(f"{name}.{enum.name}", enum, path)
    yield from (extension_fact(name, extension, path) for extension in message.extension)


def field_fact(field: FieldDescriptorProto, message: DescriptorProto, entries: dict[str, DescriptorProto]) -> str:
    words = [field.name, "=", str(field.number)]
    if entry := entries.get(field.type_name):
        key, value = entry.field
        words.append(f"map<{type_name(key)}, {type_name(value)}>")
    else:
        words += ["repeated"] * (field.label == FieldDescriptorProto.LABEL_REPEATED)
        words += ["optional"] * field.proto3_optional + [type_name(field)]
    if field.HasField("oneof_index") and not field.proto3_optional:
        words.append(f"oneof:{message.oneof_decl[field.oneof_index].name}")
    return " ".join(words)


def type_name(field: FieldDescriptorProto) -> str:
    return field.type_name.removeprefix(".") or FieldDescriptorProto.Type.Name(field.type)[len("TYPE_") :].lower()


def enum_fact(name: str, enum: EnumDescriptorProto, path: str) -> str:
    return f"enum {name} [{path}]: {', '.join(f'{value.name}={value.number}' for value in enum.value)}"


def extension_fact(scope: str, extension: FieldDescriptorProto, path: str) -> str:
    repeated = "repeated " * (extension.label == FieldDescriptorProto.LABEL_REPEATED)
    target = extension.extendee.removeprefix(".")
    return f"extend {target}: {scope}.{extension.name} = {extension.number} {repeated}{type_name(extension)} [{path}]"


def method_fact(package: str, method: MethodDescriptorProto, read: ReadOptions) -> str:
    def short(type_: str, stream: bool) -> str:
        return "stream " * stream + type_.removeprefix(f".{package}.").removeprefix(".")

    request = short(method.input_type, method.client_streaming)
    response = short(method.output_type, method.server_streaming)
    rule = read(method.options).get("[google.api.http]", {})
    rules = (rule, *rule.pop("additional_bindings", ()))
    http = [f"{key}:{value}" for rule in rules for key, value in rule.items()]
    return " ".join([f"{method.name}({request})", "->", response, *http])


# --- the file's facts ------------------------------------------------------------------------------------------------


def written_facts(text: str) -> Iterator[str]:
    """Facts of wire-facts.txt in the shape of `compiled_facts`. ValueError names a line that is none."""
    path = owner = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        fact = " ".join(words)
        if not words or fact.startswith("#"):
            continue
        if line.startswith("  ") and owner:
            yield f"{owner}: {fact}"
        elif re.fullmatch(r"\[\S+\.proto\]", fact):
            path, owner = fact, ""
        elif words[0] == "message" and len(words) == 2 and path:
            owner = fact
            yield f"{fact} {path}"
        elif words[0] == "service" and len(words) == 3:
            owner = " ".join(words[:2])
            yield fact
        elif words[0] in ("enum", "extend"):
            owner = ""
            yield fact
        else:
            raise ValueError(f"wire-facts.txt:{number}: neither a fact nor a comment: {line!r}")


def differences(written: Iterable[str], compiled: Iterable[str]) -> list[str]:
    """One line for each fact that only one side has, those of one entry next to each other."""
    written, compiled = set(written), set(compiled)
    found = [(fact, f"only in wire-facts.txt: {fact}") for fact in written - compiled]
    found += [(fact, f"only in spec/proto:     {fact}") for fact in compiled - written]
    return [line for _, line in sorted(found)]


# --- tests -----------------------------------------------------------------------------------------------------------


def test_protos_are_what_the_facts_say(compiled: FileDescriptorSet) -> None:
    found = differences(written_facts(FACTS.read_text()), compiled_facts(compiled))
    assert not found, "\n".join(["spec/proto and spec/wire-facts.txt differ:", *found])


def test_facts_are_written_once() -> None:
    facts = list(written_facts(FACTS.read_text()))
    assert [fact for fact in facts if facts.count(fact) > 1] == []


@pytest.mark.parametrize(
    ("entry", "instead", "only_written", "only_compiled"),
    [
        pytest.param(
            "  owning_service = 1 string",
            "  owning_service = 9 string",
            "message goten.types.ServicesInfo: owning_service = 9 string",
            "message goten.types.ServicesInfo: owning_service = 1 string",
            id="number",
        ),
        pytest.param(
            "  reserved [[1, 1], [4, 4], [5, 5], [7, 7]]",
            "  reserved [[1, 1]]",
            "message goten.types.OwnerReference: reserved [[1, 1]]",
            "message goten.types.OwnerReference: reserved [[1, 1], [4, 4], [5, 5], [7, 7]]",
            id="reserved range",
        ),
        pytest.param(
            "STATEFUL=0, STATELESS=1",
            "STATEFUL=0",
            "enum goten.types.WatchType [types/watch_type.proto]: STATEFUL=0",
            "enum goten.types.WatchType [types/watch_type.proto]: STATEFUL=0, STATELESS=1",
            id="enum value",
        ),
        pytest.param(
            "put:/meta/v1/{region.name=regions/*} body:region",
            "patch:/meta/v1/{region.name=regions/*}",
            "service goten.meta.v1.RegionService: UpdateRegion(UpdateRegionRequest) -> Region"
            " patch:/meta/v1/{region.name=regions/*}",
            "service goten.meta.v1.RegionService: UpdateRegion(UpdateRegionRequest) -> Region"
            " put:/meta/v1/{region.name=regions/*} body:region",
            id="HTTP rule",
        ),
        pytest.param(
            "[types/memo.proto]\nmessage goten.types.Memo\n",
            "[types/memo.proto]\nmessage goten.types.Memo\n  extra = 5 string\n",
            "message goten.types.Memo: extra = 5 string",
            None,
            id="missing in spec/proto",
        ),
        pytest.param(
            "  created_by = 4 string\n",
            "",
            None,
            "message goten.types.Memo: created_by = 4 string",
            id="missing in wire-facts.txt",
        ),
    ],
)
def test_a_difference_is_shown(
    compiled: FileDescriptorSet, entry: str, instead: str, only_written: str | None, only_compiled: str | None
) -> None:
    text = FACTS.read_text()
    assert text.count(entry) == 1
    expected = [f"only in wire-facts.txt: {only_written}"] if only_written else []
    expected += [f"only in spec/proto:     {only_compiled}"] if only_compiled else []
    found = differences(written_facts(text.replace(entry, instead)), compiled_facts(compiled))
    assert sorted(found) == sorted(expected)


def test_a_line_that_is_no_fact_is_refused() -> None:
    with pytest.raises(ValueError, match=r"wire-facts\.txt:2: .*'mesage goten\.types\.Meta'"):
        list(written_facts("[types/meta.proto]\nmesage goten.types.Meta\n"))


@pytest.mark.parametrize(
    ("type_", "pattern", "sync_type", "valid", "invalid"),
    [
        ("Region", "regions/{region}", "DEFAULT", ["us-west2", "r1"], ["r", "1r", "us_west2", "west-", "r" * 31]),
        ("Service", "services/{service}", "DEFAULT", ["iam.edgelq.com"], ["IAM.edgelq.com", "iam.", "s" * 31]),
        (
            "Deployment",
            "services/{service}/deployments/{deployment}",
            "ALWAYS_GLOBALLY",
            ["us-west2"],
            ["iam.edgelq.com", "-"],
        ),
        (
            "Resource",
            "services/{service}/resources/{resource}",
            "ALWAYS_IN_SCOPE",
            ["ServiceAccount", "R"],
            ["Service-Account", "R" * 129],
        ),
    ],
)
def test_meta_resources(
    compiled: FileDescriptorSet, type_: str, pattern: str, sync_type: str, valid: list[str], invalid: list[str]
) -> None:
    file = next(file for file in compiled.file if file.name == f"goten/meta/v1/{type_.lower()}.proto")
    options = options_reader(compiled)(file.message_type[0].options)

    assert options["[google.api.resource]"]["type"] == f"meta.goten.com/{type_}"
    assert options["[google.api.resource]"]["pattern"] == [pattern]
    assert options.get("[goten.annotations.syncing_opts]", {}).get("type", "DEFAULT") == sync_type
    id_pattern = options["[goten.annotations.resource]"]["id_pattern"]
    assert [id_ for id_ in valid + invalid if re.fullmatch(id_pattern, id_)] == valid
