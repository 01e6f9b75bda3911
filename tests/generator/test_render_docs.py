"""What the page about generated code shows is so."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from goten_gen.render import render_services
from tests.generator import model_builder as build
from tests.generator.test_render_services import DEVICES


@pytest.fixture(scope="module")
def page(repo: Path) -> Path:
    return repo / "docs" / "generated-code.md"


def test_examples_print_what_is_printed_beside_them(page: Path) -> None:
    outcome = doctest.testfile(str(page), module_relative=False)
    assert outcome.attempted >= 10
    assert outcome.failed == 0


def test_other_code_runs(page: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, str(page), "exec"), {"__name__": "example"})


def test_every_module_of_a_version_is_listed(page: Path) -> None:
    files = render_services(build.world(build.service(DEVICES)), [DEVICES])
    modules = {file.path.rpartition("/")[2] for file in files if "/v1/" in file.path}
    assert modules == set(re.findall(r"^\| `(\w+\.py)`", page.read_text(), re.MULTILINE))
