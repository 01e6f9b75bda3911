"""Protobuf modules, type stubs and gRPC stubs, as protoc writes them, made importable and strictly typed."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from goten_gen import protoc
from goten_gen.diagnostics import COMPILE_ERROR, Diagnostic
from goten_gen.model import Position, ProtoTree
from goten_gen.python_names import message_class
from goten_gen.views.grpc_stub import StubMethod

_SUFFIX = re.compile(r"_pb2(_grpc)?\.pyi?$")
_UNTYPED_KWARGS = "def __init__(self, **kwargs) -> None"
_TYPED_KWARGS = "def __init__(self, **kwargs: object) -> None"
_IMPORT = re.compile(r"^from (?P<package>[\w.]+) import (?P<module>\w+) as (?P<alias>\w+)$", re.MULTILINE)


def generate(
    descriptor_set: bytes, files: Sequence[str], with_services: Collection[str]
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Runs protoc's Python generators over `files`; path below the output folder -> content.

    gRPC modules are kept for the files in `with_services`.
    """
    if not files:
        return {}, []
    with tempfile.TemporaryDirectory(prefix="goten-gen-") as folder:
        source = os.path.join(folder, "tree.binpb")
        with open(source, "wb") as file:
            file.write(descriptor_set)
        targets = {name: os.path.join(folder, f"{name}.zip") for name in ("python", "pyi", "grpc_python")}
        flags = [f"--{name}_out={target}" for name, target in targets.items()]
        outcome = protoc.run([f"--descriptor_set_in={source}", *flags, *files])
        if not outcome.ok:
            return {}, [COMPILE_ERROR.at(c.position or Position(files[0]), c.text) for c in outcome.complaints]
        services = {f"{module_stem(path)}_pb2_grpc.py" for path in with_services}
        return dict(_read(targets, services)), []


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


def _read(targets: Mapping[str, str], services: Collection[str]) -> Iterator[tuple[str, bytes]]:
    fixes: dict[str, Callable[[str], str]] = {"pyi": _fix_stub, "grpc_python": _fix_grpc}
    for name, target in targets.items():
        with zipfile.ZipFile(target) as archive:
            for entry in archive.namelist():
                if name == "grpc_python" and entry not in services:
                    continue
                content = archive.read(entry)
                if name in fixes:
                    content = fixes[name](content.decode()).encode()
                yield entry, content


def _fix_stub(text: str) -> str:
    """A message with a field named by a keyword takes untyped keyword arguments, which strict checkers refuse."""
    return text.replace(_UNTYPED_KWARGS, _TYPED_KWARGS)


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
