"""protoc: in this process, or in several at once; what it printed, and nothing else of its own."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO

from goten_gen.keys import Position

_LOCATED = re.compile(r"(?P<file>[^:\n]+\.proto):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)")
_UNLOCATED = re.compile(r"(?P<file>[^:\n]+\.proto): (?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One line that protoc printed; warnings are left out."""

    position: Position
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    ok: bool
    complaints: tuple[Complaint, ...]


def compile_flags(roots: Sequence[str], target: str) -> list[str]:
    """Flags that compile into the file `target`, with imports and source info."""
    include = [f"-I{root}" for root in roots]
    return [*include, "--include_imports", "--include_source_info", f"--descriptor_set_out={target}"]


def run(arguments: Sequence[str]) -> Outcome:
    """Runs protoc with `arguments`; paths in them are absolute, but for import paths.

    It writes errors straight to file descriptor 2, which is caught meanwhile. It looks for an import path in the
    working folder before it looks under the import roots, so it runs in an empty one.
    """
    from grpc_tools import _protoc_compiler

    sys.stderr.flush()
    with tempfile.TemporaryDirectory(prefix="goten-gen-") as empty, contextlib.chdir(empty):
        return _run(_protoc_compiler.run_main, arguments)


@contextlib.contextmanager
def started(calls: Sequence[Sequence[str]]) -> Iterator[Callable[[], list[Outcome]]]:
    """Starts protoc once for each list of arguments, in processes of their own, and gives a function that waits for
    them. Leaving the block without having waited ends them."""
    # The worker sees what this process can import, also where something else than sys.path made that possible.
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [here, *sys.path]))}
    command = [sys.executable, "-S", "-m", "goten_gen.protoc_worker"]
    with contextlib.ExitStack() as stack:
        empty = stack.enter_context(tempfile.TemporaryDirectory(prefix="goten-gen-"))
        jobs = []
        for arguments in calls:
            caught = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=caught, cwd=empty, env=environment)
            stack.callback(process.wait)
            stack.callback(process.kill)
            assert process.stdin is not None
            with process.stdin as pipe:
                pipe.write(b"\n".join(os.fsencode(argument) for argument in arguments))
            jobs.append((process, caught, arguments))
        yield lambda: [_finished(*job) for job in jobs]


def _finished(process: subprocess.Popen[bytes], caught: IO[bytes], arguments: Sequence[str]) -> Outcome:
    code = process.wait()
    caught.seek(0)
    return _outcome(code, caught.read(), arguments)


def _outcome(code: int, printed: bytes, arguments: Sequence[str]) -> Outcome:
    roots = [f"{argument[2:]}/" for argument in arguments if argument.startswith("-I")]
    return Outcome(code == 0, tuple(_complaints(printed.decode(errors="replace"), roots)))


def _run(run_main: Callable[[list[bytes]], int], arguments: Sequence[str]) -> Outcome:
    with tempfile.TemporaryFile() as caught:
        saved = os.dup(2)
        try:
            os.dup2(caught.fileno(), 2)
            code = run_main([b"protoc", *(os.fsencode(argument) for argument in arguments)])
        finally:
            os.dup2(saved, 2)
            os.close(saved)
        caught.seek(0)
        return _outcome(code, caught.read(), arguments)


def _complaints(printed: str, roots: Sequence[str]) -> list[Complaint]:
    """Reads protoc's lines; it names files by their place on disk, which is turned back into the import path."""
    complaints = []

    def import_path(file: str) -> str:
        return file[max((len(root) for root in roots if file.startswith(root)), default=0) :]

    for line in printed.splitlines():
        if found := _LOCATED.fullmatch(line):
            if not found["text"].startswith("warning: "):
                position = Position(import_path(found["file"]), int(found["line"]), int(found["column"]))
                complaints.append(Complaint(position, found["text"]))
        elif found := _UNLOCATED.fullmatch(line):
            complaints.append(Complaint(Position(import_path(found["file"])), found["text"]))
        elif line.strip():
            complaints.append(Complaint(Position(""), line.strip()))
    return complaints


@cache
def include_folders() -> tuple[str, str]:
    """The folders from which `google/protobuf/*` and `google/{api,rpc,type,longrunning}/*` are read."""
    from importlib.util import find_spec

    tools = find_spec("grpc_tools")
    api = find_spec("google.api")
    if tools is None or tools.origin is None or api is None or not api.submodule_search_locations:
        raise RuntimeError("grpcio-tools and googleapis-common-protos are needed: pip install 'goten[gen]'")
    protobuf = os.path.join(os.path.dirname(tools.origin), "_proto")
    googleapis = os.path.dirname(os.path.dirname(next(iter(api.submodule_search_locations))))
    return protobuf, googleapis
