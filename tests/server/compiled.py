"""Messages that tests state as proto text."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc


def compile_protos(files: Mapping[str, str]) -> Mapping[str, Any]:
    """The classes of all top-level messages, by full name; `files` is text by path."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path).write_text(text)
        out = Path(folder, "set")
        builtin = Path(protoc.__file__).parent / "_proto"
        command = ["protoc", f"-I{folder}", f"-I{builtin}", f"--descriptor_set_out={out}", *files]
        assert protoc.main(command) == 0
        compiled = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.Default()
    for file in compiled.file:
        pool.Add(file)
    names = [f"{file.package}.{message.name}" for file in compiled.file for message in file.message_type]
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names}
