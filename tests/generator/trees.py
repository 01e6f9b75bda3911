"""Small proto trees for tests, and goten-gen run on them in this process."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from goten_gen.cli import main

HEADER = """
    syntax = "proto3";
    package {package};
    import "google/api/resource.proto";
    import "goten-sdk/types/meta.proto";
    import "goten-sdk/types/multi_region_policy.proto";
"""


def proto(package: str, body: str, *imports: str) -> str:
    """A proto file with the imports that resources need, and `imports`."""
    lines = [HEADER.format(package=package), *(f'import "{path}";' for path in imports), body]
    return "\n".join(textwrap.dedent(line).strip() for line in lines) + "\n"


def resource(type_: str, *patterns: str, fields: str = "", message: str | None = None, options: str = "") -> str:
    """A message with `google.api.resource`, a name and metadata; `fields` from number 3 on."""
    listed = " ".join(f'pattern: "{pattern}"' for pattern in patterns)
    name = message or type_.partition("/")[2]
    return f"""
message {name} {{
  option (google.api.resource) = {{ type: "{type_}" {listed} {options} }};
  string name = 1;
  goten.types.Meta metadata = 2;
  {fields}
}}
"""


POLICY = "goten.types.MultiRegionPolicy policy = 3;"


@dataclass
class Run:
    """What one call of goten-gen did."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """Records of `inspect --format json` by `type@version`; the version is left out where it is v1."""
        return {_label(record): record for record in json.loads(self.out)}

    @property
    def codes(self) -> list[str]:
        """Codes of the diagnostics, in order."""
        return [line.rpartition("[")[2].rstrip("]") for line in self.err.splitlines() if line.endswith("]")]


def _label(record: dict[str, Any]) -> str:
    kind: str = record["type"].partition("/")[2]
    domain = record["type"].partition(".")[0]
    version = "" if record["version"] == "v1" else f"@{record['version']}"
    return f"{domain}/{kind}{version}"


class Tree:
    """A proto tree in a folder."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def write(self, files: dict[str, str | bytes]) -> Tree:
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def run(self, *arguments: str) -> Run:
        """Runs goten-gen; paths in the arguments are relative to the current folder."""
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = self._capsys.readouterr()
        return Run(code, captured.out, captured.err)

    def inspect(self, path: str = "", *options: str) -> Run:
        return self.run("inspect", str(self.root / path), "-I", str(self.root), "--format", "json", *options)

    def generate(self, out: Path, path: str = "", *options: str) -> Run:
        return self.run("generate", str(self.root / path), "-I", str(self.root), "--out", str(out), *options)
