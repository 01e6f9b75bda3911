"""Protobuf modules, type stubs and gRPC stubs, as protoc writes them, made importable and strictly typed."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from goten_gen import protoc
from goten_gen.diagnostics import COMPILE_ERROR, Diagnostic
from goten_gen.keys import Position
from goten_gen.model import ProtoTree
from goten_gen.python_names import message_class
from goten_gen.views.grpc_stub import StubMethod

FILES_PER_PROCESS = 40
"""Below this, starting another protoc costs more than it saves."""

_SUFFIX = re.compile(r"_pb2(_grpc)?\.pyi?$")
_UNTYPED_PACKAGE = re.compile(
    r"^from google\.(?:api|rpc|type|longrunning|logging\.type) import \w+ as (?P<alias>\w+)\n", re.MULTILINE
)
_MODULE_CLASSVAR = re.compile(r"^(\w+): _ClassVar\[int\]$", re.MULTILINE)
_IMPORT = re.compile(r"^from (?P<package>[\w.]+) import (?P<module>\w+) as (?P<alias>\w+)$", re.MULTILINE)


@contextmanager
def generating(
    descriptor_set: bytes, files: Sequence[str], with_services: Collection[str]
) -> Iterator[Callable[[], tuple[dict[str, bytes], list[Diagnostic]]]]:
    """Starts protoc's Python generators on `files`, split over the cores, and gives a function that waits for what they
    write: path below the output folder -> content. gRPC modules are made for the files in `with_services`.
    """
    with tempfile.TemporaryDirectory(prefix="goten-gen-") as folder:
        source = os.path.join(folder, "tree.binpb")
        with open(source, "wb") as file:
            file.write(_without_comments(descriptor_set))
        calls, targets = _calls(source, folder, files, with_services)
        with protoc.started(calls) as wait:
            yield lambda: _collect(wait(), targets)


def _without_comments(descriptor_set: bytes) -> bytes:
    """The gRPC plugin prints comments between triple quotes as they are: text of a schema would become code."""
    files = FileDescriptorSet.FromString(descriptor_set)
    for file in files.file:
        file.ClearField("source_code_info")
    return files.SerializeToString()


def _calls(
    source: str, folder: str, files: Sequence[str], with_services: Collection[str]
) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Arguments of each protoc, and the archives that they write: (generator, path)."""
    calls: list[list[str]] = []
    targets: list[tuple[str, str]] = []

    def add(paths: Sequence[str], *generators: str) -> None:
        archives = [(name, os.path.join(folder, f"{len(calls)}-{name}.zip")) for name in generators]
        flags = [f"--{name}_out={target}" for name, target in archives]
        calls.append([f"--descriptor_set_in={source}", *flags, *paths])
        targets.extend(archives)

    processes = max(1, min(os.cpu_count() or 1, len(files) // FILES_PER_PROCESS))
    for number in range(processes if files else 0):
        add(files[number::processes], "python", "pyi")
    if with_services:
        add(sorted(with_services), "grpc_python")
    return calls, targets


def _collect(
    outcomes: Sequence[protoc.Outcome], targets: Iterable[tuple[str, str]]
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    complaints = [COMPILE_ERROR.at(c.position, c.text) for outcome in outcomes for c in outcome.complaints]
    if not all(outcome.ok for outcome in outcomes):
        return {}, complaints or [COMPILE_ERROR.at(Position(""), "protoc failed without a reason")]
    return dict(_read(targets)), []


def module_stem(path: str) -> str:
    """Output path of a proto file without `_pb2.py`: `a-b/c.d.proto` -> `a_b/c/d`, as protoc names it."""
    return path.removesuffix(".proto").replace("-", "_").replace(".", "/")


def output_stem(path: str) -> str:
    """The stem of an output path: `a_b/c_pb2_grpc.py` -> `a_b/c`."""
    return _SUFFIX.sub("", path)


def stub_apis(tree: ProtoTree, path: str) -> dict[str, list[StubMethod]]:
    """The gRPC services of a file with their methods, as the stub view takes them."""
    apis: dict[str, list[StubMethod]] = {}
    for rpc in tree.files[path].rpcs:
        request, response = tree.messages[rpc.input], tree.messages[rpc.output]
        method = StubMethod(
            rpc.name,
            rpc.kind,
            message_class(request.file, request.package, request.full_name),
            message_class(response.file, response.package, response.full_name),
        )
        apis.setdefault(rpc.api.rpartition(".")[2], []).append(method)
    return apis


def _read(targets: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    fixes: dict[str, Callable[[str], str]] = {"pyi": _fix_stub, "grpc_python": _fix_grpc}
    for name, target in targets:
        with zipfile.ZipFile(target) as archive:
            for entry in archive.namelist():
                content = archive.read(entry)
                yield entry, fixes[name](content.decode()).encode() if name in fixes else content


def _fix_stub(text: str) -> str:
    """Makes a stub pass strict checkers: protoc leaves some arguments and mappings untyped, and imports more than it
    uses, of googleapis-common-protos too, which does not say that it is typed."""
    text = _MODULE_CLASSVAR.sub(r"\1: int", text)
    text = text.replace("**kwargs) -> None", "**kwargs: object) -> None").replace(
        ", _Mapping]", ", _Mapping[str, object]]"
    )
    return _UNTYPED_PACKAGE.sub(lambda found: _untyped_import(found, text), text)


def _untyped_import(found: re.Match[str], text: str) -> str:
    if f"{found['alias']}." not in text:
        return ""
    return f"{found[0].rstrip()}  # type: ignore[import-untyped, unused-ignore]\n"


def _fix_grpc(text: str) -> str:
    """The gRPC plugin writes import statements that keywords in a path make invalid."""
    if not any(_is_invalid(found["package"]) for found in _IMPORT.finditer(text)):
        return text
    fixed = _IMPORT.sub(_by_name, text)
    return fixed.replace("import grpc\n", "import importlib\n\nimport grpc\n", 1)


def _by_name(found: re.Match[str]) -> str:
    if not _is_invalid(found["package"]):
        return found[0]
    return f'{found["alias"]} = importlib.import_module("{found["package"]}.{found["module"]}")'


def _is_invalid(package: str) -> bool:
    from keyword import iskeyword

    return any(iskeyword(part) for part in package.split("."))
