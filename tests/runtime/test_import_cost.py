"""What importing the runtime's modules brings along."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = [
    "channels",
    "descriptors",
    "methods",
    "names",
    "policy_sources",
    "registration",
    "service_policies",
    "services",
]


def imported(module: str, among: set[str]) -> str:
    program = f"import sys, goten.{module}; print(sorted({among!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_protobuf_or_grpc(module: str) -> None:
    assert imported(module, {"google.protobuf", "grpc", "asyncio"}) == "[]"


def test_descriptors_import_nothing_slow() -> None:
    """`dataclasses` alone, by way of `inspect`, takes longer than all of our modules together."""
    assert imported("descriptors", {"dataclasses", "inspect"}) == "[]"
