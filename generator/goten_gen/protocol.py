"""The files that always resolve: the protocol's own, the names they are published under, and Google's.

A tree may carry copies of them. A copy of the same path is not read; a copy under another path becomes a file that
hands on the original (`import public`), so that a symbol is defined once in every process (LOAD-3).
"""

from __future__ import annotations

import os
from functools import cache

from goten_gen import protoc
from goten_gen.shipped import shipped_folder

PACKAGES = (
    "goten.types",
    "goten.annotations",
    "goten.meta.v1",
    "google.protobuf",
    "google.api",
    "google.rpc",
    "google.type",
    "google.longrunning",
    "google.logging.type",
)
"""Packages whose symbols are looked up among the always-resolved files."""

META = "goten/meta/v1/meta.proto"
"""The Meta service, which every tree holds: its resources may be referred to without an import."""

OPERATIONS = "google/longrunning/operations.proto"

META_SETTINGS = "goten/meta/v1/goten.yaml"

_OURS = ("annotations", "types", "meta/v1")
_GOOGLE = ("api", "rpc", "type", "logging/type")


@cache
def include() -> tuple[str, ...]:
    """Import roots of the always-resolved files, in order, as protoc's `-I` takes them."""
    spec = shipped_folder("spec/proto")
    protobuf, googleapis = protoc.include_folders()
    # The source of this one is shipped under another name than the module that is made of it says.
    operations = f"{OPERATIONS}={os.path.join(googleapis, 'google', 'longrunning', 'operations_proto.proto')}"
    return (spec, os.path.join(spec, "compat"), protobuf, googleapis, operations)


@cache
def files() -> frozenset[str]:
    """Import paths of all always-resolved files."""
    return originals() | frozenset(_protos(include()[1], ""))


@cache
def originals() -> frozenset[str]:
    """Import paths of the always-resolved files that define symbols: all but the compat files."""
    spec, _, protobuf, googleapis, _ = include()
    found = [path for folder in _OURS for path in _protos(spec, f"goten/{folder}")]
    found += _protos(protobuf, "google/protobuf")
    found += [path for folder in _GOOGLE for path in _protos(googleapis, f"google/{folder}")]
    return frozenset((*found, OPERATIONS))


def is_provided(path: str) -> bool:
    """Whether the protobuf module of `path` comes with `goten`, protobuf or googleapis-common-protos."""
    return path in originals() or (path.startswith("goten/") and path in files())


def _protos(root: str, folder: str) -> list[str]:
    found = []
    for where, _, names in os.walk(os.path.join(root, folder)):
        prefix = os.path.relpath(where, root).replace(os.sep, "/")
        found += [f"{prefix}/{name}" for name in names if name.endswith(".proto")]
    return found
